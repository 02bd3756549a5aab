/* One run: its folder, its lock, its metrics stream.  The list of runs and what is done to a finished one is in runs.c. */
#include "store/run.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "spec/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const Run closed = {.lock = -1};

void run_default_folder(char *path, size_t size)
{
    const char *named = getenv("HOURGLASS_RUNS"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (named && *named)
        snprintf(path, size, "%s", named);
    else if (file_is_folder("runs") || access(".", W_OK | X_OK) == 0 || (!home && !data))
        snprintf(path, size, "runs");
    else if (data && *data)
        snprintf(path, size, "%s/hourglass/runs", data);
    else
        snprintf(path, size, "%s/.local/share/hourglass/runs", home ? home : "");
}

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._-+=", c));
}

bool run_name_check(const char *name, Error *err)
{
    static const char rule[] = "use letters, digits and . _ - + =";
    if (!*name || *name == '.' || *name == '-')
        return error_set(err, ERROR_USAGE, rule, "\"%s\" is no name for a run", name);
    for (const char *c = name; *c; c++)
        if (!name_char(*c)) {
            int length = 1;
            while ((c[length] & 0xc0) == 0x80) /* a letter of several bytes is shown whole */
                length++;
            return error_set(err, ERROR_USAGE, rule, "\"%s\" is no name for a run: it has a \"%.*s\"", name, length, c);
        }
    if (strlen(name) > RUN_NAME - 8) /* room for -0002 */
        return error_set(err, ERROR_USAGE, rule, "the run's name is too long: %.60s...", name);
    return true;
}

bool run_path(const Run *run, const char *inside, char *path, size_t size, Error *err)
{
    if (!file_join(path, size, run->folder, inside, err))
        return false;
    if (!file_is_folder(run->folder)) { /* nor is a part of one made anew */
        error_set(err, ERROR_FAILED, "move it back while its program runs, or train anew", "the run's folder is gone");
        return error_at(err, run->folder, 0, 0);
    }
    char *slash = strrchr(path, '/');
    *slash = '\0';
    bool good = file_make_folders(path, err);
    *slash = '/';
    return good;
}

void run_epoch_name(int stage, int epoch, char name[RUN_EPOCH_NAME])
{
    snprintf(name, RUN_EPOCH_NAME, "s%d-e%04d", stage + 1, epoch);
}

/* -- meta.json */

typedef enum FieldType { FIELD_INT, FIELD_U64, FIELD_TEXT } FieldType;

typedef struct Field {
    const char *name;
    FieldType type;
    size_t offset, size;
} Field;

#define FIELD(name, type, member) {name, type, offsetof(RunMeta, member), sizeof(((RunMeta *)0)->member)}
static const Field fields[] = {
    FIELD("version", FIELD_TEXT, version),
    FIELD("created", FIELD_TEXT, created),
    FIELD("design", FIELD_TEXT, design),
    FIELD("preset", FIELD_TEXT, preset),
    FIELD("data_path", FIELD_TEXT, data_path),
    FIELD("images", FIELD_TEXT, data_files[0]),
    FIELD("labels", FIELD_TEXT, data_files[1]),
    FIELD("test_images", FIELD_TEXT, data_files[2]),
    FIELD("test_labels", FIELD_TEXT, data_files[3]),
    FIELD("data_name", FIELD_TEXT, data_name),
    FIELD("data_checksum", FIELD_TEXT, data_checksum),
    FIELD("seed", FIELD_U64, seed),
    FIELD("threads", FIELD_INT, threads),
    FIELD("limit", FIELD_INT, limit),
    FIELD("kernels", FIELD_TEXT, kernels),
    FIELD("blas", FIELD_TEXT, blas),
    FIELD("state", FIELD_TEXT, state),
    FIELD("encoder", FIELD_TEXT, encoder),
    FIELD("forked_from", FIELD_TEXT, forked_from),
};

bool run_write_meta(const Run *run, const RunMeta *meta, Error *err)
{
    char path[RUN_PATH + 32];
    if (!file_join(path, sizeof path, run->folder, "meta.json", err))
        return false;
    json_t *object = json_object();
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        const void *at = (const char *)meta + fields[i].offset;
        json_t *value = fields[i].type == FIELD_INT   ? json_integer(*(const int *)at)
                        : fields[i].type == FIELD_U64 ? json_integer((json_int_t) * (const uint64_t *)at)
                                                      : json_string(at);
        if (!value) { /* a path that is not UTF-8: kept as well as JSON can */
            Str text = {0};
            str_add_utf8(&text, at);
            value = json_string(text.text);
            str_clear(&text);
        }
        json_object_set_new(object, fields[i].name, value);
    }
    char *text = json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    if (!text)
        return error_set(err, ERROR_FAILED, NULL, "meta.json cannot be made");
    bool good = file_write(path, text, strlen(text), err);
    free(text);
    return good;
}

bool run_read_meta(const Run *run, RunMeta *meta, Error *err)
{
    enum { LIMIT = 1 << 20 };
    char path[RUN_PATH + 32];
    size_t size;
    *meta = (RunMeta){0};
    if (!file_join(path, sizeof path, run->folder, "meta.json", err))
        return false;
    char *text = file_read(path, LIMIT, &size, err);
    if (!text)
        return false;
    json_error_t problem;
    json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    free(text);
    if (!json_is_object(object)) {
        error_set(err, ERROR_INPUT, NULL, "is no JSON object: %.120s", object ? "something else" : problem.text);
        json_decref(object);
        return error_at(err, path, 0, 0);
    }
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        void *at = (char *)meta + fields[i].offset;
        const json_t *value = json_object_get(object, fields[i].name);
        if (fields[i].type == FIELD_INT)
            *(int *)at = (int)json_integer_value(value);
        else if (fields[i].type == FIELD_U64)
            *(uint64_t *)at = (uint64_t)json_integer_value(value);
        else
            snprintf(at, fields[i].size, "%s", json_is_string(value) ? json_string_value(value) : "");
    }
    json_decref(object);
    return true;
}

Design *run_design(const Run *run, Error *err)
{
    enum { LIMIT = 1 << 24 };
    char path[RUN_PATH + 32];
    if (!file_join(path, sizeof path, run->folder, "network.net", err))
        return NULL;
    char *text = file_read(path, LIMIT, NULL, err);
    if (!text)
        return NULL;
    Design *design = design_parse(text, path, err);
    free(text);
    RunMeta meta;
    if (design && run_read_meta(run, &meta, NULL) && meta.design[0])
        snprintf(design->name, sizeof design->name, "%s", meta.design);
    return design;
}

/* -- The lock. */

static bool lock_take(Run *run, Error *err)
{
    char path[RUN_PATH + 32];
    if (!file_join(path, sizeof path, run->folder, "lock", err))
        return false;
    run->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (run->lock < 0)
        return error_errno(err, path, "cannot be opened");
    /* run_is_locked holds it for an instant: try for a moment before saying no. */
    enum { TRIES = 10 };
    for (int i = 0; i < TRIES; i++) {
        if (flock(run->lock, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            break;
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
    bool busy = errno == EWOULDBLOCK;
    if (!busy)
        error_errno(err, path, "cannot be locked");
    close(run->lock);
    run->lock = -1;
    return !busy ? false
                 : error_set(err, ERROR_FAILED, "wait for it, or stop it with SIGINT",
                             "run %s is being trained by another process", run->name);
}

bool run_is_locked(const Run *run)
{
    char path[RUN_PATH + 32];
    if (!file_join(path, sizeof path, run->folder, "lock", NULL))
        return false;
    int lock = open(path, O_RDONLY | O_CLOEXEC); /* another user's run may be looked at, too */
    if (lock < 0)
        return false;
    bool locked = flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(lock);
    return locked;
}

static bool metrics_open(Run *run, Error *err)
{
    char path[RUN_PATH + 32];
    if (!file_join(path, sizeof path, run->folder, "metrics.jsonl", err))
        return false;
    run->metrics = fopen(path, "abe");
    return run->metrics ? true : error_errno(err, path, "cannot be written");
}

void run_close(Run *run)
{
    if (run->metrics)
        fclose(run->metrics);
    if (run->lock >= 0)
        close(run->lock);
    *run = closed;
}

/* -- A new run. */

/* The name that is asked for: given, or the design's with the characters a folder should not have replaced. */
static bool name_choose(const char *name, const Design *design, char *out, size_t size, Error *err)
{
    if (name) {
        snprintf(out, size, "%s", name);
        return run_name_check(name, err);
    }
    snprintf(out, size, "%.*s", RUN_NAME - 8, design->name);
    for (char *c = out; *c; c++)
        if (!name_char(*c))
            *c = '-';
    if (*out == '.' || *out == '-')
        *out = '_';
    if (!*out)
        snprintf(out, size, "run");
    return true;
}

/* A run is made beside its place and renamed: whatever is killed when, a folder with a run's name holds a run. */
static bool folder_make(Run *run, const char *runs_dir, const char *name, Error *err)
{
    enum { MOST = 100 };
    char hidden[RUN_NAME + 64];
    if (!file_make_folders(runs_dir, err))
        return false;
    for (int i = 0; i < MOST; i++) { /* another one has it only where a process of the same number was killed */
        snprintf(hidden, sizeof hidden, ".%s.%ld-%d.tmp", name, (long)getpid(), i);
        if (!file_join(run->folder, sizeof run->folder - 32, runs_dir, hidden, err))
            return false;
        if (mkdir(run->folder, 0777) == 0)
            return true;
        if (errno != EEXIST)
            break;
    }
    return error_errno(err, runs_dir, "a run's folder cannot be made here");
}

/* NAME, or the first of NAME-02, NAME-03 ... that is free.  rename replaces nothing but an empty folder, so no two programs get the
 * same. */
static bool folder_place(Run *run, const char *runs_dir, const char *name, Error *err)
{
    enum { MOST = 9999 };
    char folder[RUN_PATH];
    for (int i = 1; i <= MOST; i++) {
        if (i == 1)
            snprintf(run->name, sizeof run->name, "%s", name);
        else
            snprintf(run->name, sizeof run->name, "%.*s-%02d", RUN_NAME - 8, name, i);
        if (!file_join(folder, sizeof folder - 32, runs_dir, run->name, err))
            return false;
        if (rename(run->folder, folder) == 0) {
            snprintf(run->folder, sizeof run->folder, "%s", folder);
            return true;
        }
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
            return error_errno(err, folder, "the run's folder cannot be made");
    }
    return error_set(err, ERROR_FAILED, "choose another name", "there are %d runs called %s", MOST, name);
}

static bool design_write(const Run *run, const Design *design, Error *err)
{
    char path[RUN_PATH + 32];
    char *text = design_print(design, true);
    bool good = file_join(path, sizeof path, run->folder, "network.net", err) && file_write(path, text, strlen(text), err);
    free(text);
    return good;
}

bool run_create(Run *run, const char *runs_dir, const char *name, const Design *design, const RunMeta *meta, Error *err)
{
    char folder[RUN_PATH], wanted[RUN_NAME];
    *run = closed;
    if (!runs_dir) {
        run_default_folder(folder, sizeof folder);
        runs_dir = folder;
    }
    if (!name_choose(name, design, wanted, sizeof wanted, err) || !folder_make(run, runs_dir, wanted, err))
        return false;
    RunMeta own = *meta;
    snprintf(own.design, sizeof own.design, "%s", design->name);
    snprintf(run->name, sizeof run->name, "%s", wanted);
    if (lock_take(run, err) && design_write(run, design, err) && run_write_meta(run, &own, err) && metrics_open(run, err) &&
        folder_place(run, runs_dir, wanted, err))
        return true; /* lock and metrics are open files: they moved with the folder */
    char made[RUN_PATH];
    snprintf(made, sizeof made, "%s", run->folder);
    run_close(run);
    (void)!file_remove_tree(made, NULL); /* the first error is the one to tell */
    return false;
}

/* -- An existing one. */

static bool is_run(const char *folder)
{
    char path[RUN_PATH + 32];
    return file_join(path, sizeof path, folder, "network.net", NULL) && file_exists(path);
}

static bool no_such_run(const char *name, const char *runs_dir, Error *err)
{
    error_set(err, ERROR_INPUT, "`hourglass runs list` shows what is there", "there is no run %.100s in %.200s", name, runs_dir);
    RunList list;
    if (!err || !run_list(runs_dir, &list, NULL))
        return false;
    const char **names = mem_new((size_t)list.count, sizeof *names);
    for (int i = 0; i < list.count; i++)
        names[i] = list.run[i].name;
    int near = str_closest(name, names, list.count);
    if (near >= 0)
        snprintf(err->cure, sizeof err->cure, "did you mean %s?", names[near]);
    free(names);
    run_list_clear(&list);
    return false;
}

bool run_open(Run *run, const char *runs_dir, const char *name, bool lock, Error *err)
{
    char folder[RUN_PATH];
    *run = closed;
    if (!runs_dir) {
        run_default_folder(folder, sizeof folder);
        runs_dir = folder;
    }
    /* A name first, then a path. */
    bool found = !strchr(name, '/') && *name && *name != '.' &&
                 file_join(run->folder, sizeof run->folder - 32, runs_dir, name, NULL) && is_run(run->folder);
    if (!found && *name && strlen(name) < sizeof run->folder - 32) {
        snprintf(run->folder, sizeof run->folder, "%s", name);
        for (size_t end = strlen(run->folder); end > 1 && run->folder[end - 1] == '/'; end--)
            run->folder[end - 1] = '\0';
        found = is_run(run->folder);
    }
    if (!found) {
        *run = closed;
        return no_such_run(name, runs_dir, err);
    }
    const char *slash = strrchr(run->folder, '/');
    snprintf(run->name, sizeof run->name, "%s", slash ? slash + 1 : run->folder);
    if (!lock || (lock_take(run, err) && metrics_open(run, err)))
        return true;
    run_close(run);
    return false;
}

/* -- metrics.jsonl */

bool run_append(Run *run, const char *json_line, Error *err)
{
    fputs(json_line, run->metrics);
    fputc('\n', run->metrics);
    if (fflush(run->metrics) == 0 && !ferror(run->metrics))
        return true;
    error_errno(err, run->folder, "metrics.jsonl cannot be written");
    clearerr(run->metrics);
    return false;
}

long run_metrics_size(const Run *run)
{
    struct stat info;
    return fstat(fileno(run->metrics), &info) == 0 ? (long)info.st_size : 0;
}

bool run_truncate_metrics(Run *run, long size, Error *err)
{
    if (size > run_metrics_size(run)) /* a file that lost lines stays as it is: better a gap than a hole of zeros */
        return true;
    if (fflush(run->metrics) != 0 || ftruncate(fileno(run->metrics), size) != 0)
        return error_errno(err, run->folder, "metrics.jsonl cannot be shortened");
    return true;
}
