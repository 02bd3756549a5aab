/* All runs of a folder, and what is done to a run from outside: removed, renamed, tagged. */
#include "store/run.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Found {
    Run run;
    char created[32];
} Found;

static int newest_first(const void *a, const void *b)
{
    const Found *left = a, *right = b;
    int order = strcmp(right->created, left->created);
    return order ? order : strcmp(right->run.name, left->run.name);
}

/* A folder is a run when it has its meta.json, or at least its lock: a kill while it was made must not hide it. */
static bool look(const char *runs_dir, const char *name, Found *out)
{
    char meta_path[RUN_PATH], lock_path[RUN_PATH];
    *out = (Found){.run.lock = -1};
    if (*name == '.' || strlen(name) >= RUN_NAME ||
        !file_join(out->run.folder, sizeof out->run.folder - 32, runs_dir, name, NULL) ||
        !file_join(meta_path, sizeof meta_path, out->run.folder, "meta.json", NULL) ||
        !file_join(lock_path, sizeof lock_path, out->run.folder, "lock", NULL) ||
        (!file_exists(meta_path) && !file_exists(lock_path)))
        return false;
    snprintf(out->run.name, sizeof out->run.name, "%s", name);
    RunMeta meta;
    if (run_read_meta(&out->run, &meta, NULL))
        snprintf(out->created, sizeof out->created, "%s", meta.created);
    return true;
}

bool run_list(const char *runs_dir, RunList *out, Error *err)
{
    char standard[RUN_PATH];
    *out = (RunList){0};
    if (!runs_dir) {
        run_default_folder(standard, sizeof standard);
        runs_dir = standard;
    }
    DIR *folder = opendir(runs_dir);
    if (!folder)
        return errno == ENOENT ? true : error_errno(err, runs_dir, "cannot be read");
    Found *found = NULL;
    for (struct dirent *entry; (entry = readdir(folder));) {
        Found one;
        if (!look(runs_dir, entry->d_name, &one))
            continue;
        found = mem_resize(found, (size_t)out->count + 1, sizeof *found);
        found[out->count++] = one;
    }
    closedir(folder);
    if (out->count)
        qsort(found, (size_t)out->count, sizeof *found, newest_first);
    out->run = mem_new((size_t)out->count, sizeof *out->run);
    for (int i = 0; i < out->count; i++)
        out->run[i] = found[i].run;
    free(found);
    return true;
}

void run_list_clear(RunList *list)
{
    free(list->run);
    *list = (RunList){0};
}

/* -- From outside: only while nobody trains it. */

static bool refuse_locked(const Run *run, Error *err)
{
    return error_set(err, ERROR_FAILED, "stop it first", "run %s is being trained by another process", run->name);
}

bool run_remove(Run *run, Error *err)
{
    if (run_is_locked(run))
        return refuse_locked(run, err);
    return file_remove_tree(run->folder, err);
}

bool run_rename(Run *run, const char *name, Error *err)
{
    char folder[RUN_PATH];
    snprintf(folder, sizeof folder, "%s", run->folder);
    char *slash = strrchr(folder, '/');
    size_t start = slash ? (size_t)(slash + 1 - folder) : 0;
    if (!run_name_check(name, err))
        return false;
    if (run_is_locked(run))
        return refuse_locked(run, err);
    if ((size_t)snprintf(folder + start, sizeof folder - 32 - start, "%s", name) >= sizeof folder - 32 - start)
        return error_set(err, ERROR_USAGE, "choose a shorter one", "the path is too long: %s", name);
    /* mkdir says whether the name is free; rename may then replace the empty folder. */
    if (mkdir(folder, 0777) != 0) {
        if (errno == EEXIST)
            return error_set(err, ERROR_USAGE, "choose another name", "there is a run %s already", name);
        return error_errno(err, folder, "cannot be made");
    }
    if (rename(run->folder, folder) != 0) {
        error_errno(err, run->folder, "cannot be renamed");
        rmdir(folder);
        return false;
    }
    snprintf(run->folder, sizeof run->folder, "%s", folder);
    snprintf(run->name, sizeof run->name, "%s", name);
    return true;
}

/* -- Tags. */

bool run_read_tags(const Run *run, RunTags *out, Error *err)
{
    enum { LIMIT = 1 << 16 };
    char path[RUN_PATH + 32];
    *out = (RunTags){0};
    if (!file_join(path, sizeof path, run->folder, "tags", err))
        return false;
    if (!file_exists(path))
        return true;
    char *text = file_read(path, LIMIT, NULL, err), *rest = text;
    if (!text)
        return false;
    for (char *line; (line = strsep(&rest, "\n")) && out->count < (int)COUNT_OF(out->tag);)
        if (*line)
            snprintf(out->tag[out->count++], sizeof out->tag[0], "%s", line);
    free(text);
    return true;
}

bool run_write_tags(const Run *run, const RunTags *tags, Error *err)
{
    char path[RUN_PATH + 32];
    Str text = {0};
    str_add(&text, "");
    for (int i = 0; i < tags->count; i++)
        str_addf(&text, "%s\n", tags->tag[i]);
    bool good = file_join(path, sizeof path, run->folder, "tags", err) && file_write(path, text.text, text.size, err);
    str_clear(&text);
    return good;
}
