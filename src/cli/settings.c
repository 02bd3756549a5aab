/* The configuration files are read by inih, never written: they are the user's. */
#include "cli/settings.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#include <assert.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const SettingRow setting_rows[] = {
    {"data", "HOURGLASS_DATA", NULL, "folder or file of the data that is used when --data is not given"},
    {"runs-dir", "HOURGLASS_RUNS", NULL, "folder of the runs; else ./runs"},
    {"threads", "HOURGLASS_THREADS", NULL, "number of threads; else one per processor"},
    {"progress", "HOURGLASS_PROGRESS", "auto", "how training shows its progress: auto, bar, lines, jsonl, none"},
    {"color", "HOURGLASS_COLOR", "auto", "colours: auto, always, never"},
};
const int setting_rows_count = COUNT_OF(setting_rows);

static int find(const char *name)
{
    for (int i = 0; i < setting_rows_count; i++)
        if (!strcmp(setting_rows[i].name, name))
            return i;
    return -1;
}

typedef struct Reading {
    Settings *settings;
    const char *file;
    char unknown[64]; /* the first name that is none */
} Reading;

static int take(void *context, const char *section, const char *name, const char *value)
{
    Reading *reading = context;
    int index = *section ? -1 : find(name);
    if (index >= 0) {
        snprintf(reading->settings->value[index], SETTING_VALUE, "%s", value);
        snprintf(reading->settings->place[index], SETTING_VALUE, "%s", reading->file);
    } else if (!reading->unknown[0]) {
        snprintf(reading->unknown, sizeof reading->unknown, "%s%s%s", section, *section ? "." : "", name);
    }
    return index >= 0;
}

static bool read_file(Settings *settings, const char *file, Error *err)
{
    Reading reading = {.settings = settings, .file = file};
    int line = ini_parse(file, take, &reading);
    if (line == 0)
        return true;
    if (line < 0) {
        error_errno(err, file, "cannot be read");
        err->kind = ERROR_INPUT;
        return false;
    }
    if (!reading.unknown[0]) {
        error_set(err, ERROR_INPUT, "write `name = value`", "is no setting");
        return error_at(err, file, line, 0);
    }
    const char *names[SETTINGS_MAX];
    Str list = {0};
    for (int i = 0; i < setting_rows_count; i++) {
        names[i] = setting_rows[i].name;
        str_addf(&list, "%s%s", i ? ", " : "there are ", names[i]);
    }
    int near = str_closest(reading.unknown, names, setting_rows_count);
    error_set(err, ERROR_INPUT, list.text, "there is no setting %s", reading.unknown);
    if (near >= 0)
        snprintf(err->cure, sizeof err->cure, "did you mean %s?", names[near]);
    str_clear(&list);
    return error_at(err, file, line, 0);
}

void settings_path(char *path, int size)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && *base)
        snprintf(path, (size_t)size, "%s/hourglass/config", base);
    else
        snprintf(path, (size_t)size, "%s/.config/hourglass/config", home ? home : "");
}

void settings_state_path(char *path, int size)
{
    const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (base && *base)
        snprintf(path, (size_t)size, "%s/hourglass/panes", base);
    else
        snprintf(path, (size_t)size, "%s/.local/state/hourglass/panes", home ? home : "");
}

/* $XDG_CONFIG_DIRS: the first folder is the most important one, so it is read last. */
static bool read_system(Settings *settings, Error *err)
{
    const char *folders = getenv("XDG_CONFIG_DIRS");
    char *copy = mem_text(folders && *folders ? folders : "/etc/xdg"), path[SETTING_VALUE];
    bool good = true;
    for (char *last = copy; good && last; ) {
        last = strrchr(copy, ':');
        const char *folder = last ? last + 1 : copy;
        if (last)
            *last = '\0';
        if (*folder && file_join(path, sizeof path, folder, "hourglass/config", NULL) && file_exists(path))
            good = read_file(settings, path, err);
    }
    free(copy);
    return good;
}

bool settings_read(Settings *settings, const char *file, Error *err)
{
    char path[SETTING_VALUE];
    memset(settings, 0, sizeof *settings);
    if (file)
        return read_file(settings, file, err);
    settings_path(path, sizeof path);
    return read_system(settings, err) && (!file_exists(path) || read_file(settings, path, err));
}

const char *settings_get(const Settings *settings, const char *name, const char **source)
{
    const char *ignored;
    if (!source)
        source = &ignored;
    int index = find(name);
    assert(index >= 0);
    const char *variable = getenv(setting_rows[index].variable);
    if (variable && *variable) {
        *source = setting_rows[index].variable;
        return variable;
    }
    if (settings->value[index][0]) {
        *source = settings->place[index];
        return settings->value[index];
    }
    *source = "default";
    return setting_rows[index].normal;
}
