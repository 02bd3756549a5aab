/* A run folder's numbers, as curves. */
#include "ui/run_info.h"

#include "base/file.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_curve(RunInfo *info)
{
    Metrics metrics = {0};
    Error err = {0};
    if (!metrics_read(&info->run, &metrics, &err))
        return;
    size_t room = (size_t)metrics.count;
    info->x = mem_new(room, sizeof *info->x);
    info->step = mem_new(room, sizeof *info->step);
    info->time = mem_new(room, sizeof *info->time);
    info->train = mem_new(room, sizeof *info->train);
    info->valid = mem_new(room, sizeof *info->valid);
    int stage = 0;
    double steps_before = 0, steps = 0, time = 0;
    for (int i = 0; i < metrics.count; i++) {
        const Metric *m = &metrics.item[i];
        if (m->kind != METRIC_EPOCH)
            continue;
        if (m->stage != stage) { /* a new stage has a loss of its own */
            stage = m->stage;
            info->best = NAN;
            info->seconds = 0;
            steps_before += steps;
            stage_starts_at(&info->stages, info->count);
        }
        steps = m->step;
        time += isfinite(m->seconds) ? m->seconds : 0;
        info->step[info->count] = steps_before + steps;
        info->time[info->count] = time;
        info->x[info->count] = info->count + 1;
        info->train[info->count] = m->train_loss;
        info->valid[info->count++] = m->val_loss;
        double loss = isfinite(m->val_loss) ? m->val_loss : m->train_loss;
        if (isfinite(loss) && !(loss >= info->best)) {
            info->best = loss;
            info->best_epoch = m->epoch;
        }
        info->epochs = m->epoch;
        if (isfinite(m->seconds))
            info->seconds += m->seconds;
    }
    metrics_clear(&metrics);
    if (info->design) {
        const TrainSpec *train = &info->design->stage[stage < info->design->stages ? stage : 0].train;
        info->planned = train_spec_epochs(train);
        Str loss = {0};
        param_set_print(&train->set[TRAIN_LOSS], false, &loss);
        snprintf(info->loss_name, sizeof info->loss_name, "%.39s", loss.text ? loss.text : "");
        str_clear(&loss);
    }
}

static void read_line(const Run *run, const char *inside, char *out, size_t size)
{
    char path[RUN_PATH];
    Error err = {0};
    size_t bytes;
    out[0] = '\0';
    if (!run_path(run, inside, path, sizeof path, &err) || !file_exists(path))
        return;
    char *text = file_read(path, 1 << 16, &bytes, &err);
    if (!text)
        return;
    snprintf(out, size, "%s", text);
    free(text);
    for (char *at = out; *at; at++)
        if (*at == '\n')
            *at = at[1] ? ' ' : '\0';
}

static void run_info_read(const Run *run, RunInfo *out)
{
    Error err = {0};
    *out = (RunInfo){.run = *run, .best = NAN};
    out->run.metrics = NULL;
    out->run.lock = -1;
    bool readable = run_read_meta(run, &out->meta, &err);
    out->design = run_design(run, &err);
    snprintf(out->state, sizeof out->state, "%s", readable ? out->meta.state : "broken"); /* as `runs verify` says; it is there to be looked into or deleted */
    if (strcmp(out->state, "running") == 0 && !run_is_locked(run))
        snprintf(out->state, sizeof out->state, "killed");
    read_curve(out);
    read_line(run, "tags", out->tags, sizeof out->tags);
    read_line(run, "notes.txt", out->note, sizeof out->note);
}

static void run_info_clear(RunInfo *info)
{
    free(info->x);
    free(info->step);
    free(info->time);
    free(info->train);
    free(info->valid);
    design_free(info->design);
    *info = (RunInfo){0};
}

void run_infos_read(void *context)
{
    RunInfos *infos = context;
    RunList list = {0};
    Error err = {0};
    if (!run_list(infos->folder, &list, &err))
        return;
    infos->item = mem_new((size_t)list.count, sizeof *infos->item);
    for (int i = 0; i < list.count && (infos->most == 0 || infos->count < infos->most); i++)
        run_info_read(&list.run[i], &infos->item[infos->count++]);
    run_list_clear(&list);
}

void run_infos_clear(RunInfos *infos)
{
    for (int i = 0; i < infos->count; i++)
        run_info_clear(&infos->item[i]);
    free(infos->item);
    infos->item = NULL;
    infos->count = 0;
}
