/* The presets: data/presets/ *.net, compiled in. */
#ifndef SPEC_PRESET_H
#define SPEC_PRESET_H

typedef struct Preset {
    const char *name, *summary, *text; /* summary: the file's first comment line */
} Preset;

extern const Preset presets[];
extern const int presets_count;

const Preset *preset_find(const char *name); /* NULL: none */

#endif
