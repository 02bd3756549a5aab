/* What a user sets once: environment variables and the configuration file.  An option on the command line goes first, then
 * HOURGLASS_*, then the user's file, then the system's, then the default. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "base/error.h"

#include <stdbool.h>

typedef struct SettingRow {
    const char *name;     /* in the file; an option of the same name overrides it */
    const char *variable; /* HOURGLASS_... */
    const char *normal;   /* the default; NULL: decided where it is used */
    const char *help;
} SettingRow;

extern const SettingRow setting_rows[];
extern const int setting_rows_count;

enum { SETTINGS_MAX = 16, SETTING_VALUE = 512 };

typedef struct Settings {
    char value[SETTINGS_MAX][SETTING_VALUE]; /* from the files; "": not there */
    char place[SETTINGS_MAX][SETTING_VALUE]; /* the file it came from */
} Settings;

/* Reads `file`, or with NULL the system's and the user's own where they exist.  An unknown name is an error with its line. */
bool settings_read(Settings *settings, const char *file, Error *err) MUST_CHECK;

/* The value in force without options, NULL when there is none; *source (may be NULL) says where it is from. */
const char *settings_get(const Settings *settings, const char *name, const char **source);

/* The user's configuration file, and the one in which the studio keeps how its panes were. */
void settings_path(char *path, int size);
void settings_state_path(char *path, int size);

#endif
