/* The workbench itself, the design and its history. */
#include "ui/bench_own.h"

#include "base/file.h"
#include "base/mem.h"
#include "spec/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bench_say(Bench *bench, Role role, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(bench->message, sizeof bench->message, fmt, args);
    va_end(args);
    bench->message_role = role;
}

void bench_say_error(Bench *bench, const Error *err)
{
    char text[ERROR_LINE];
    error_line(err, text, sizeof text);
    bench_say(bench, ROLE_BAD, "%s", text);
}

Bench *bench_new(const AppOptions *options, Error *err)
{
    Bench *bench = mem_new(1, sizeof *bench);
    bench->options = *options;
    bench->seed = options->seed;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    bench->threads = options->threads > 0 ? options->threads : cores > 0 ? (int)cores : 1;
    bench->version = 1;
    bench->at = -1;
    bench->run.lock = -1;
    bench->plan.run.lock = -1;
    if (options->runs_dir)
        snprintf(bench->runs_dir, sizeof bench->runs_dir, "%s", options->runs_dir);
    else
        run_default_folder(bench->runs_dir, sizeof bench->runs_dir);
    if (!bench_open_design(bench, options->design ? options->design : "simple", err)) {
        bench_free(bench);
        return NULL;
    }
    bench_open_data(bench, options->data);
    return bench;
}

static void forget_history(Bench *bench)
{
    for (int i = 0; i < bench->steps; i++)
        design_free(bench->history[i].design);
    for (int i = 0; i < bench->origins; i++) {
        design_free(bench->origin[i]->opened);
        design_free(bench->origin[i]->saved);
        free(bench->origin[i]);
    }
    free(bench->origin);
    free(bench->history);
}

void bench_free(Bench *bench)
{
    if (!bench)
        return;
    bench_show_free(bench);
    bench_training_free(bench);
    bench_data_free(bench);
    bench_known_free(bench);
    forget_history(bench);
    free(bench);
}

const char *bench_take_message(Bench *bench, Role *role)
{
    if (!bench->message[0])
        return NULL;
    snprintf(bench->told, sizeof bench->told, "%s", bench->message);
    bench->message[0] = '\0';
    *role = bench->message_role;
    return bench->told;
}

/* ---- the design */

const Design *bench_design(const Bench *bench) { return bench->history[bench->at].design; }
unsigned bench_version(const Bench *bench) { return bench->version; }
const char *bench_origin(const Bench *bench) { return bench->history[bench->at].origin->name; }
const Design *bench_base(const Bench *bench) { return bench->history[bench->at].origin->opened; }
const char *bench_runs_dir(const Bench *bench) { return bench->runs_dir; }
uint64_t bench_seed(const Bench *bench) { return bench->seed; }
int bench_threads(const Bench *bench) { return bench->threads; }

bool bench_changed(const Bench *bench)
{
    const Origin *origin = bench->history[bench->at].origin;
    return !design_equal(bench_design(bench), origin->saved ? origin->saved : origin->opened);
}

void bench_set_seed(Bench *bench, uint64_t seed)
{
    bench->seed = seed;
}

static void step(Bench *bench, Design *design, Origin *origin)
{
    while (bench->steps > bench->at + 1)
        design_free(bench->history[--bench->steps].design);
    bench->history = mem_resize(bench->history, (size_t)bench->steps + 1, sizeof *bench->history);
    bench->history[bench->steps++] = (Step){design, origin};
    bench->at = bench->steps - 1;
    bench_touched(bench);
}

void bench_set_design(Bench *bench, Design *design)
{
    step(bench, design, bench->history[bench->at].origin);
}

void bench_begin_design(Bench *bench, Design *design, const char *name)
{
    Origin *origin = mem_new(1, sizeof *origin);
    snprintf(origin->name, sizeof origin->name, "%s", name);
    origin->opened = design_copy(design);
    bench->origin = mem_resize(bench->origin, (size_t)bench->origins + 1, sizeof *bench->origin);
    bench->origin[bench->origins++] = origin;
    step(bench, design, origin);
}

bool bench_open_design(Bench *bench, const char *name_or_path, Error *err)
{
    Design *design = design_open_draft(name_or_path, err);
    if (!design)
        return false;
    bench_begin_design(bench, design, name_or_path);
    return true;
}

bool bench_can_undo(const Bench *bench) { return bench->at > 0; }
bool bench_can_redo(const Bench *bench) { return bench->at + 1 < bench->steps; }

bool bench_undo(Bench *bench)
{
    if (!bench_can_undo(bench))
        return false;
    bench->at--;
    bench_touched(bench);
    return true;
}

bool bench_redo(Bench *bench)
{
    if (!bench_can_redo(bench))
        return false;
    bench->at++;
    bench_touched(bench);
    return true;
}

bool bench_save_design(Bench *bench, const char *path, Error *err)
{
    char *text = design_print_kept(bench_design(bench), true);
    bool good = file_write(path, text, strlen(text), err);
    free(text);
    if (good) {
        Origin *origin = bench->history[bench->at].origin;
        design_free(origin->saved);
        origin->saved = design_copy(bench_design(bench));
    }
    return good;
}

bool bench_tick(Bench *bench)
{
    bool changed = bench_tick_data(bench);
    changed |= bench_tick_training(bench);
    changed |= bench_tick_show(bench);
    changed |= bench_tick_known(bench);
    return changed || bench->message[0];
}

const char *bench_subject(Bench *bench)
{
    const Data *data = bench->data;
    snprintf(bench->subject, sizeof bench->subject, "%s%s · %s · seed %llu · %d thread%s", bench_design(bench)->name,
             bench_changed(bench) ? "*" : "", data ? data->name : bench->data_job ? "loading data" : "no data",
             (unsigned long long)bench->seed, bench->threads, bench->threads == 1 ? "" : "s");
    return bench->subject;
}
