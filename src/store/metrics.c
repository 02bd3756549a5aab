/* One metric to one line of JSON and back.  Lines are printed by hand, so that numbers are the shortest that read back
 * as the same and the same training writes the same bytes. */
#include "store/log.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {[METRIC_BATCH] = "batch", [METRIC_EPOCH] = "epoch", [METRIC_EVENT] = "event"};

enum { EVERY = 1 << METRIC_BATCH | 1 << METRIC_EPOCH | 1 << METRIC_EVENT, EPOCH = 1 << METRIC_EPOCH, BATCH = 1 << METRIC_BATCH };

typedef enum FieldType {
    FIELD_INT,
    FIELD_STEP,
    FIELD_REAL,
    FIELD_MEASURED, /* a real number of which six digits say all there is to know */
    FIELD_FLAG,
    FIELD_TEXT
} FieldType;

/* Where a field stands in Metric, in which kinds of line, and whether NaN is a value there or means "not known". */
typedef struct Field {
    const char *name;
    FieldType type;
    size_t offset, size;
    int kinds;
    enum { LEFT_OUT, WRITTEN_NULL, WRITTEN_NAN } nan;
} Field;

#define FIELD(name, type, member, kinds, nan) {name, type, offsetof(Metric, member), sizeof(((Metric *)0)->member), kinds, nan}
static const Field fields[] = {
    FIELD("event", FIELD_TEXT, event, 1 << METRIC_EVENT, LEFT_OUT),
    FIELD("stage", FIELD_TEXT, stage_name, EVERY, LEFT_OUT),
    FIELD("stage_index", FIELD_INT, stage, EVERY, LEFT_OUT),
    FIELD("epoch", FIELD_INT, epoch, EVERY, LEFT_OUT),
    FIELD("batch", FIELD_INT, batch, BATCH | 1 << METRIC_EVENT, LEFT_OUT),
    FIELD("step", FIELD_STEP, step, EVERY, LEFT_OUT),
    FIELD("train_loss", FIELD_REAL, train_loss, EPOCH, WRITTEN_NAN),
    FIELD("batch_loss", FIELD_REAL, train_loss, BATCH, WRITTEN_NAN),
    FIELD("val_loss", FIELD_REAL, val_loss, EPOCH, WRITTEN_NULL),
    FIELD("train_accuracy", FIELD_REAL, train_accuracy, EPOCH, LEFT_OUT),
    FIELD("batch_accuracy", FIELD_REAL, train_accuracy, BATCH, LEFT_OUT),
    FIELD("val_accuracy", FIELD_REAL, val_accuracy, EPOCH, LEFT_OUT),
    FIELD("kl", FIELD_REAL, kl, EPOCH | BATCH, LEFT_OUT),
    FIELD("val_kl", FIELD_REAL, val_kl, EPOCH, LEFT_OUT),
    FIELD("seconds", FIELD_MEASURED, seconds, EPOCH | BATCH, LEFT_OUT),
    FIELD("samples_per_s", FIELD_MEASURED, samples_per_s, EPOCH | BATCH, LEFT_OUT),
    FIELD("lr", FIELD_REAL, lr, EPOCH | BATCH, LEFT_OUT),
    FIELD("best", FIELD_FLAG, best, EPOCH, LEFT_OUT),
    FIELD("text", FIELD_TEXT, text, 1 << METRIC_EVENT, LEFT_OUT),
    FIELD("time", FIELD_TEXT, time, EVERY, LEFT_OUT),
};

/* -- Writing. */

static void real_print(double number, Str *out)
{
    char text[40];
    if (isfinite(number)) {
        str_number(text, sizeof text, number);
        str_add(out, text);
    } else {
        str_add(out, isnan(number) ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"");
    }
}

static bool is_real(const Field *field)
{
    return field->type == FIELD_REAL || field->type == FIELD_MEASURED;
}

static void field_print(const Field *field, const Metric *metric, Str *out)
{
    const char *at = (const char *)metric + field->offset;
    double real = is_real(field) ? *(const double *)(const void *)at : 0;
    if (isnan(real) && field->nan == LEFT_OUT)
        return;
    if (field->type == FIELD_TEXT && !*at)
        return;
    str_addf(out, ",\"%s\":", field->name);
    if (field->type == FIELD_INT)
        str_addf(out, "%d", *(const int *)(const void *)at);
    else if (field->type == FIELD_STEP)
        str_addf(out, "%u", (unsigned)*(const uint32_t *)(const void *)at);
    else if (field->type == FIELD_FLAG)
        str_add(out, *(const bool *)at ? "true" : "false");
    else if (field->type == FIELD_TEXT)
        str_add_json(out, at);
    else if (isnan(real) && field->nan == WRITTEN_NULL)
        str_add(out, "null");
    else if (field->type == FIELD_MEASURED && isfinite(real))
        str_addf(out, "%.6g", real);
    else
        real_print(real, out);
}

char *metric_print(const Metric *metric)
{
    Str line = {0};
    str_addf(&line, "{\"kind\":\"%s\"", kind_names[metric->kind]);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (fields[i].kinds & 1 << metric->kind)
            field_print(&fields[i], metric, &line);
    str_add(&line, "}");
    return str_take(&line);
}

bool metric_append(Run *run, const Metric *metric, Error *err)
{
    char *line = metric_print(metric);
    bool good = run_append(run, line, err);
    free(line);
    return good && run_log(run, metric, err);
}

/* -- Reading. */

static double real_read(const json_t *value)
{
    if (json_is_number(value))
        return json_number_value(value);
    const char *text = json_string_value(value);
    return text ? strtod(text, NULL) : (double)NAN; /* "nan", "inf" */
}

static void field_read(const Field *field, const json_t *object, Metric *metric)
{
    char *at = (char *)metric + field->offset;
    const json_t *value = json_object_get(object, field->name);
    if (is_real(field))
        *(double *)(void *)at = real_read(value);
    else if (field->type == FIELD_INT)
        *(int *)(void *)at = (int)json_integer_value(value);
    else if (field->type == FIELD_STEP)
        *(uint32_t *)(void *)at = (uint32_t)json_integer_value(value);
    else if (field->type == FIELD_FLAG)
        *(bool *)at = json_is_true(value);
    else
        snprintf(at, field->size, "%s", json_is_string(value) ? json_string_value(value) : "");
}

static const Metric nothing = {.train_loss = NAN, .val_loss = NAN, .train_accuracy = NAN, .val_accuracy = NAN, .kl = NAN,
                               .val_kl = NAN, .seconds = NAN, .samples_per_s = NAN, .lr = NAN};

Metric metric_new(MetricKind kind)
{
    Metric metric = nothing;
    metric.kind = kind;
    return metric;
}

static bool metric_parse(const char *line, size_t length, Metric *out)
{
    json_t *object = json_loadb(line, length, 0, NULL);
    const char *kind = json_string_value(json_object_get(object, "kind"));
    bool known = false;
    for (size_t i = 0; kind && i < COUNT_OF(kind_names); i++) {
        if (strcmp(kind, kind_names[i]) != 0)
            continue;
        *out = metric_new((MetricKind)i);
        for (size_t f = 0; f < COUNT_OF(fields); f++)
            if (fields[f].kinds & 1 << i)
                field_read(&fields[f], object, out);
        known = true;
    }
    json_decref(object);
    return known;
}

bool metrics_read(const Run *run, Metrics *out, Error *err)
{
    enum { LIMIT = 1 << 30 };
    char path[RUN_PATH + 32];
    size_t size;
    *out = (Metrics){0};
    if (!file_join(path, sizeof path, run->folder, "metrics.jsonl", err))
        return false;
    if (!file_exists(path))
        return true; /* killed before the first line */
    char *text = file_read(path, LIMIT, &size, err);
    if (!text)
        return false;
    int room = 0, line = 0;
    out->cut = size > 0 && text[size - 1] != '\n';
    for (char *at = text, *end; (end = memchr(at, '\n', size - (size_t)(at - text))); at = end + 1) {
        line++;
        if (end == at)
            continue;
        if (out->count == room) {
            room = room ? 2 * room : 64;
            out->item = mem_resize(out->item, (size_t)room, sizeof *out->item);
        }
        if (!metric_parse(at, (size_t)(end - at), &out->item[out->count])) {
            error_set(err, ERROR_INPUT, "remove the line", "is no metric");
            error_at(err, path, line, 0);
            metrics_clear(out);
            free(text);
            return false;
        }
        out->count++;
    }
    free(text);
    return true;
}

void metrics_clear(Metrics *metrics)
{
    free(metrics->item);
    *metrics = (Metrics){0};
}
