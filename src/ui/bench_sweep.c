/* Sweeps: designs that wait for their turn, trained one after the other. */
#include "ui/bench_own.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bench_queued(const Bench *bench) { return bench->queued; }
const Design *bench_queued_design(const Bench *bench, int i) { return bench->queue[i].design; }
const char *bench_queued_setting(const Bench *bench, int i) { return bench->queue[i].setting; }

void bench_cancel_queued(Bench *bench, int which)
{
    for (int i = bench->queued - 1; i >= 0; i--)
        if (which < 0 || i == which) {
            design_free(bench->queue[i].design);
            bench->queued--;
            memmove(&bench->queue[i], &bench->queue[i + 1], (size_t)(bench->queued - i) * sizeof *bench->queue);
        }
    if (!bench->queued) {
        free(bench->queue);
        bench->queue = NULL;
    }
}

bool bench_next_queued(Bench *bench, Error *err)
{
    Queued next = bench->queue[0];
    bench->queue[0].design = NULL;
    bench_cancel_queued(bench, 0);
    bool good = bench_train_design(bench, next.design, next.setting, err);
    design_free(next.design);
    if (!good)
        bench_cancel_queued(bench, -1);
    return good;
}

/* NAME=VALUE for each of the values behind NAME=; all of them must do before any waits. */
bool bench_sweep(Bench *bench, const char *settings, Error *err)
{
    static const char example[] = "lr=1e-2,1e-3,1e-4";
    const char *equals = strchr(settings, '=');
    if (!equals || equals == settings)
        return error_set(err, ERROR_USAGE, example, "a sweep is a setting and its values");
    int before = bench->queued;
    for (const char *at = equals + 1; *at;) {
        size_t bytes = strcspn(at, ",");
        Queued next = {.design = design_copy(bench_design(bench))};
        int wrote = snprintf(next.setting, sizeof next.setting, "%.*s=%.*s", (int)(equals - settings), settings, (int)bytes, at);
        bool good = wrote < (int)sizeof next.setting ? design_set(next.design, next.setting, err) && design_check(next.design, err)
                                                     : error_set(err, ERROR_USAGE, example, "a setting of more than %zu letters", sizeof next.setting);
        if (!good) {
            design_free(next.design);
            while (bench->queued > before)
                bench_cancel_queued(bench, bench->queued - 1);
            return false;
        }
        bench->queue = mem_resize(bench->queue, (size_t)bench->queued + 1, sizeof *bench->queue);
        bench->queue[bench->queued++] = next;
        at += bytes + (at[bytes] == ',');
    }
    if (bench->queued == before)
        return error_set(err, ERROR_USAGE, example, "%s has no values", settings);
    return bench_training(bench) || bench_next_queued(bench, err);
}
