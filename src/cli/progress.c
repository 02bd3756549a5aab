/* One line that is written over while it lasts, or one a finished epoch, or JSON for programs. */
#include "cli/progress.h"

#include "base/mem.h"
#include "cli/console.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool progress_open(ProgressView *view, const char *word, Error *err)
{
    static const char *const words[] = {[PROGRESS_BAR] = "bar", [PROGRESS_LINES] = "lines", [PROGRESS_JSONL] = "jsonl",
                                        [PROGRESS_NONE] = "none"};
    const char *term = getenv("TERM");
    *view = (ProgressView){.stream = stderr, .shown = -1};
    view->fancy = console_is_terminal(stderr) && term && strcmp(term, "dumb") != 0;
    if (!strcmp(word, "auto")) {
        view->style = view->fancy ? PROGRESS_BAR : PROGRESS_LINES;
        return true;
    }
    for (int i = 0; i < (int)COUNT_OF(words); i++)
        if (!strcmp(word, words[i])) {
            view->style = (ProgressStyle)i;
            return true;
        }
    return error_set(err, ERROR_USAGE, NULL, "--progress: \"%s\": need auto, bar, lines, jsonl or none", word);
}

static void erase(ProgressView *view)
{
    if (view->drawn)
        fprintf(view->stream, view->fancy ? "\r\033[K" : "\r%*s\r", 79, "");
    view->drawn = false;
}

/* -- One line an epoch. */

static void stage_prefix(const Progress *progress, const char *name, int stage, FILE *stream)
{
    if (progress->stages > 1)
        fprintf(stream, "%s (%d/%d)  ", name, stage + 1, progress->stages);
}

static void print_epoch(const ProgressView *view, const Progress *progress, const Metric *m)
{
    char speed[32], seconds[32];
    FILE *out = view->stream;
    text_scaled(speed, sizeof speed, m->samples_per_s);
    text_duration(seconds, sizeof seconds, m->seconds);
    stage_prefix(progress, m->stage_name, m->stage, out);
    /* The number of epochs is of the stage at hand: an epoch of the one before goes without. */
    if (m->stage == progress->stage)
        fprintf(out, "epoch %*d/%d", progress->epochs > 99 ? 3 : progress->epochs > 9 ? 2 : 1, m->epoch, progress->epochs);
    else
        fprintf(out, "epoch %d", m->epoch);
    fprintf(out, "  loss %-9.5g", m->train_loss);
    if (!isnan(m->val_loss))
        fprintf(out, "  validation %-9.5g%s", m->val_loss, m->best ? " *" : "  ");
    if (!isnan(m->kl))
        fprintf(out, "  kl %-7.4g", m->kl);
    if (!isnan(m->train_accuracy))
        fprintf(out, "  accuracy %6.2f %%", 100 * m->train_accuracy);
    if (!isnan(m->val_accuracy))
        fprintf(out, "  validation %6.2f %%", 100 * m->val_accuracy);
    fprintf(out, "  %s  %s/s\n", seconds, speed);
}

static void print_metric(const ProgressView *view, const Progress *progress, const Metric *m)
{
    if (view->style == PROGRESS_JSONL) {
        char *line = metric_print(m);
        fprintf(view->stream, "%s\n", line);
        free(line);
    } else if (m->kind == METRIC_EPOCH) {
        print_epoch(view, progress, m);
    } else if (m->kind == METRIC_EVENT && strcmp(m->event, "done") != 0 && strcmp(m->event, "nan") != 0) {
        fprintf(view->stream, "%s: %s\n", m->event, m->text);
    }
}

/* A resumed run's history starts long ago: what was printed then is not printed again. */
static int history_start(const Snapshot *snapshot)
{
    for (int i = snapshot->metrics - 1; i >= 0; i--)
        if (snapshot->metric[i].kind == METRIC_EVENT && !strcmp(snapshot->metric[i].event, "resume"))
            return i;
    return 0;
}

/* -- The bar. */

static void print_blocks(const ProgressView *view, double share, int cells)
{
    static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int filled = (int)(share * cells * 8 + 0.5);
    bool utf8 = console_utf8();
    fputs(console_ink(view->stream, INK_CYAN), view->stream);
    for (int i = 0; i < cells; i++) {
        int part = filled - 8 * i;
        if (utf8)
            fputs(part >= 8 ? "█" : part > 0 ? eighths[part] : " ", view->stream);
        else
            fputc(part >= 4 ? '#' : '.', view->stream);
    }
    fputs(console_ink(view->stream, INK_PLAIN), view->stream);
}

static void draw_bar(ProgressView *view, const Snapshot *snapshot)
{
    const Progress *p = &snapshot->progress;
    char left[32], speed[32], before[128], after[160];
    if (!p->batches)
        return;
    double share = (double)p->batch / p->batches;
    text_duration(left, sizeof left, p->left);
    text_scaled(speed, sizeof speed, p->samples_per_s);
    int epoch = p->epoch < p->epochs ? p->epoch + 1 : p->epochs;
    if (p->stages > 1)
        snprintf(before, sizeof before, "%s (%d/%d) epoch %d/%d ", p->stage_name, p->stage + 1, p->stages, epoch, p->epochs);
    else
        snprintf(before, sizeof before, "epoch %d/%d ", epoch, p->epochs);
    int used = snprintf(after, sizeof after, " %3.0f %%", 100 * share);
    if (!isnan(p->epoch_loss))
        used += snprintf(after + used, sizeof after - (size_t)used, "  loss %.5g", p->epoch_loss);
    if (!isnan(p->epoch_accuracy))
        used += snprintf(after + used, sizeof after - (size_t)used, "  %.1f %%", 100 * p->epoch_accuracy);
    if (p->samples_per_s > 0) /* a batch was measured */
        snprintf(after + used, sizeof after - (size_t)used, "  %s/s  %s left", speed, left);
    int cells = console_columns(view->stream) - 1 - (int)strlen(before) - (int)strlen(after);
    erase(view);
    fputs(before, view->stream);
    if (cells >= 4)
        print_blocks(view, share, cells > 40 ? 40 : cells);
    fputs(after, view->stream);
    view->drawn = true;
}

void progress_show(ProgressView *view, const Snapshot *snapshot)
{
    if (view->style == PROGRESS_NONE)
        return;
    if (view->shown < 0 && snapshot->metrics)
        view->shown = history_start(snapshot);
    for (; view->shown >= 0 && view->shown < snapshot->metrics; view->shown++) {
        if (view->style != PROGRESS_JSONL && snapshot->metric[view->shown].kind == METRIC_BATCH)
            continue;
        erase(view);
        print_metric(view, &snapshot->progress, &snapshot->metric[view->shown]);
    }
    if (view->style == PROGRESS_BAR && snapshot->state == WORKER_RUNNING)
        draw_bar(view, snapshot);
    fflush(view->stream);
}

void progress_close(ProgressView *view)
{
    erase(view);
    fflush(view->stream);
}
