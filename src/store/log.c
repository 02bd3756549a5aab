/* One line for people, appended: nothing is lost when the program is killed. */
#include "store/log.h"

#include "base/clock.h"
#include "base/file.h"

#include <math.h>
#include <stdio.h>

/* "epoch 3 of train: loss 0.2531, validation 0.2544, 1.2 s, the best so far"; of an event its text.  Batches have no words: "". */
static void metric_words(const Metric *m, char *buffer, size_t size)
{
    char loss[32] = "", accuracy[40] = "", time[32] = "";
    buffer[0] = '\0';
    if (m->kind == METRIC_EVENT)
        snprintf(buffer, size, "%s%s%s", m->event, m->text[0] ? ": " : "", m->text);
    if (m->kind != METRIC_EPOCH)
        return;
    if (!isnan(m->val_loss))
        snprintf(loss, sizeof loss, ", validation %.5g", m->val_loss);
    if (!isnan(m->val_accuracy))
        snprintf(accuracy, sizeof accuracy, " (%.2f %% right)", 100 * m->val_accuracy);
    if (!isnan(m->seconds))
        snprintf(time, sizeof time, ", %.3g s", m->seconds);
    snprintf(buffer, size, "epoch %d of %s: loss %.5g%s%s%s%s", m->epoch, m->stage_name, m->train_loss, loss, accuracy, time,
             m->best ? ", the best so far" : "");
}

bool run_log(const Run *run, const Metric *metric, Error *err)
{
    char path[RUN_PATH + 32], words[400], stamp[32];
    metric_words(metric, words, sizeof words);
    if (!words[0])
        return true;
    if (!file_join(path, sizeof path, run->folder, "log.txt", err))
        return false;
    clock_stamp(stamp, sizeof stamp);
    FILE *file = fopen(path, "a");
    if (!file)
        return error_errno(err, path, "cannot be written");
    bool good = fprintf(file, "%s  %s\n", stamp, words) > 0;
    return (fclose(file) == 0 && good) || error_errno(err, path, "cannot be written");
}
