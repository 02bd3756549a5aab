/* A design by name: a preset, or a file. */
#include "spec/text.h"

#include "base/file.h"
#include "spec/preset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Design *open_design(const char *name, bool strict, Error *err)
{
    const Preset *preset = preset_find(name);
    if (preset) {
        Design *design = (strict ? design_parse : design_parse_draft)(preset->text, preset->name, err);
        if (design)
            design_forget_comments(design);
        return design;
    }
    if (strcmp(name, "-") != 0 && !strchr(name, '/') && !strchr(name, '.') && !file_exists(name)) {
        const char *names[64];
        int count = 0;
        Str list = {0};
        for (; count < presets_count && count < 64; count++) {
            names[count] = presets[count].name;
            str_addf(&list, "%s%s", count ? ", " : "", presets[count].name);
        }
        int near = str_closest(name, names, count);
        error_set(err, ERROR_INPUT, NULL, "there is no preset and no file called %s; presets are %s", name, list.text);
        str_clear(&list);
        if (err && near >= 0)
            snprintf(err->cure, sizeof err->cure, "did you mean \"%s\"?", names[near]);
        return NULL;
    }
    size_t size;
    char *text = file_read(name, 1 << 20, &size, err);
    if (!text)
        return NULL;
    Design *design = NULL;
    if (strlen(text) != size) {
        error_set(err, ERROR_INPUT, "is it a network file?", "holds a zero byte: it is no text");
        error_at(err, name, 0, 0);
    } else {
        design = (strict ? design_parse : design_parse_draft)(text, name, err);
    }
    free(text);
    return design;
}

Design *design_open(const char *name_or_path, Error *err)
{
    return open_design(name_or_path, true, err);
}

Design *design_open_draft(const char *name_or_path, Error *err)
{
    return open_design(name_or_path, false, err);
}
