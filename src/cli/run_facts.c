/* What a run's files say in sum.  A run that says it is running, but that no process holds, was killed. */
#include "cli/run_facts.h"

#include "cli/console.h"

#include <math.h>
#include <string.h>

static void read_metrics(const Run *run, RunFacts *out)
{
    Metrics metrics;
    if (!metrics_read(run, &metrics, NULL))
        return;
    for (int i = 0; i < metrics.count; i++) {
        const Metric *m = &metrics.item[i];
        if (m->kind != METRIC_EPOCH)
            continue;
        if (m->stage != out->last.stage)
            out->best = metric_new(METRIC_EPOCH);
        out->last = *m;
        if (m->best)
            out->best = *m;
        out->epochs++;
        out->seconds += isfinite(m->seconds) ? m->seconds : 0;
    }
    metrics_clear(&metrics);
}

bool run_facts(const Run *run, RunFacts *out, Error *err)
{
    *out = (RunFacts){.state = "unreadable", .last = metric_new(METRIC_EPOCH), .best = metric_new(METRIC_EPOCH)};
    read_metrics(run, out);
    if (!run_read_tags(run, &out->tags, NULL))
        out->tags.count = 0;
    if (!run_read_meta(run, &out->meta, err))
        return false;
    out->state = out->meta.state;
    if (!strcmp(out->state, "running") && !run_is_locked(run))
        out->state = "killed";
    return true;
}

static void epoch_json(const char *name, const Metric *m, Str *out)
{
    json_add_open(out, name, '{');
    if (m->epoch) {
        json_add_text(out, "stage", m->stage_name);
        json_add_int(out, "epoch", m->epoch);
        json_add_real(out, "train_loss", m->train_loss);
        json_add_real(out, "val_loss", m->val_loss);
        json_add_real(out, "train_accuracy", m->train_accuracy);
        json_add_real(out, "val_accuracy", m->val_accuracy);
    }
    json_add_close(out, '}');
}

void run_facts_json(const Run *run, const RunFacts *facts, Str *out)
{
    const RunMeta *meta = &facts->meta;
    json_add_text(out, "name", run->name);
    json_add_text(out, "folder", run->folder);
    json_add_text(out, "state", facts->state);
    json_add_text(out, "created", meta->created);
    json_add_text(out, "network", meta->preset);
    json_add_text(out, "data", meta->data_name);
    json_add_text(out, "data_path", meta->data_path);
    json_add_text(out, "data_checksum", meta->data_checksum);
    json_add_int(out, "seed", (long)meta->seed);
    json_add_int(out, "threads", meta->threads);
    json_add_int(out, "limit", meta->limit);
    json_add_text(out, "version", meta->version);
    json_add_text(out, "kernels", meta->kernels);
    json_add_text(out, "forked_from", meta->forked_from);
    json_add_int(out, "epochs", facts->epochs);
    json_add_real(out, "seconds", facts->seconds);
    epoch_json("last", &facts->last, out);
    epoch_json("best", &facts->best, out);
    json_add_open(out, "tags", '[');
    for (int i = 0; i < facts->tags.count; i++)
        json_add_text(out, NULL, facts->tags.tag[i]);
    json_add_close(out, ']');
}
