/* The presets compiled in: preset_data.c is made from data/presets/ by data/presets/embed.awk. */
#include "spec/preset.h"

#include <stddef.h>
#include <string.h>

const Preset *preset_find(const char *name)
{
    for (int i = 0; i < presets_count; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}
