/* Differences: an alignment of each block's layers, then fields that are not equal. */
#include "spec/diff.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(DesignDiff *diff, DiffKind kind, int layer, int stage, int setting, const char *text, ...) PRINTF_LIKE(6, 7);

static void add(DesignDiff *diff, DiffKind kind, int layer, int stage, int setting, const char *text, ...)
{
    DiffRow row = {.kind = kind, .layer = layer, .stage = stage, .setting = setting};
    va_list args;
    va_start(args, text);
    vsnprintf(row.text, sizeof row.text, text, args);
    va_end(args);
    diff->row = mem_resize(diff->row, (size_t)diff->rows + 1, sizeof *diff->row);
    diff->row[diff->rows++] = row;
}

/* ---- layers */

/* How much two layers are the same one. */
static int likeness(const LayerSpec *a, const LayerSpec *b)
{
    return a->set.kind != b->set.kind ? 0 : param_set_equal(&a->set, &b->set) ? 3 : 2;
}

/* The longest common subsequence, weighted by likeness. */
static void align(const LayerSpec *now, int n, const LayerSpec *old, int m, int *match)
{
    int wide = m + 1, *best = mem_new((size_t)(n + 1) * (size_t)wide, sizeof *best); /* of what lies behind (i, j) */
    for (int i = n - 1; i >= 0; i--)
        for (int j = m - 1; j >= 0; j--) {
            int skip_new = best[(i + 1) * wide + j], skip_old = best[i * wide + j + 1], same = likeness(&now[i], &old[j]);
            int most = skip_new > skip_old ? skip_new : skip_old;
            if (same && same + best[(i + 1) * wide + j + 1] > most)
                most = same + best[(i + 1) * wide + j + 1];
            best[i * wide + j] = most;
        }
    for (int i = 0, j = 0; i < n && j < m;) {
        int same = likeness(&now[i], &old[j]);
        if (same && best[i * wide + j] == same + best[(i + 1) * wide + j + 1])
            match[i++] = j++;
        else if (best[i * wide + j] == best[(i + 1) * wide + j])
            i++;
        else
            j++;
    }
    free(best);
}

/* "filters 32 → 16, relu → tanh": the fields in which two sets of one kind differ. */
static void changes(const ParamSet *now, const ParamSet *old, Str *out)
{
    for (int f = 0; f < now->kind->count; f++) {
        const ParamRow *row = &now->kind->rows[f];
        if (param_equal(row, &now->value[f], &old->value[f]))
            continue;
        Str from = {0}, to = {0};
        param_print(row, &old->value[f], &from);
        param_print(row, &now->value[f], &to);
        bool named = *row->name && *now->kind->name; /* a setting of one number needs no name twice */
        str_addf(out, "%s%s%s%s → %s", out->size ? ", " : "", named ? row->name : "", named ? " " : "", from.text, to.text);
        str_clear(&from);
        str_clear(&to);
    }
}

static void diff_block(const Design *design, const Design *base, int b, DesignDiff *out)
{
    const Block *block = &design->block[b];
    int old = design_block_find(base, block->name);
    int *match = out->match + block->first;
    const LayerSpec *now = design->layer + block->first, *was = old < 0 ? NULL : base->layer + base->block[old].first;
    int n = block->count, m = old < 0 ? 0 : base->block[old].count, next = 0;
    for (int i = 0; i < n; i++)
        match[i] = -1;
    align(now, n, was, m, match);
    if (old >= 0 && block->mirror != base->block[old].mirror)
        add(out, DIFF_CHANGED, -1, -1, -1, "%s  %s → %s", block->name, base->block[old].mirror ? "mirror" : "by hand",
            block->mirror ? "mirror" : "by hand");
    /* What a mirror makes follows from the encoder: it is not told of twice. */
    bool remade = block->mirror && old >= 0 && !base->block[old].mirror;
    for (int i = 0; i <= n; i++) {
        int upto = i == n ? m : match[i];
        Str text = {0};
        for (; next < upto; next++) {
            str_clear(&text);
            param_set_print(&was[next].set, false, &text);
            if (!block->mirror || (!remade && next >= base->block[old].mirrored))
                add(out, DIFF_REMOVED, -1, -1, -1, "%s", text.text);
        }
        str_clear(&text);
        if (i == n)
            break;
        if (match[i] < 0)
            param_set_print(&now[i].set, false, &text);
        else
            changes(&now[i].set, &was[match[i]].set, &text);
        if (text.size && i >= block->mirrored && match[i] < 0)
            add(out, DIFF_ADDED, block->first + i, -1, -1, "%s", text.text);
        else if (text.size && i >= block->mirrored)
            add(out, DIFF_CHANGED, block->first + i, -1, -1, "%s  %s", now[i].name, text.text);
        next = match[i] < 0 ? next : match[i] + 1;
        str_clear(&text);
    }
    for (int i = 0; i < n; i++)
        if (match[i] >= 0)
            match[i] += base->block[old].first;
}

/* ---- settings */

/* The stage of `base` that a stage was: that of its name, else that of its place. */
static int base_stage(const Design *design, const Design *base, int stage)
{
    for (int s = 0; s < base->stages; s++)
        if (strcmp(base->stage[s].name, design->stage[stage].name) == 0)
            return s;
    return stage < base->stages ? stage : -1;
}

/* Has every stage made this change?  Then it is told once. */
static bool everywhere(const Design *design, const Design *base, TrainSetting setting)
{
    for (int s = 1; s < design->stages; s++) {
        int old = base_stage(design, base, s);
        if (old < 0 || !param_set_equal(&design->stage[s].train.set[setting], &design->stage[0].train.set[setting]) ||
            !param_set_equal(&base->stage[old].train.set[setting], &base->stage[0].train.set[setting]))
            return false;
    }
    return base_stage(design, base, 0) == 0;
}

static void diff_setting(const Design *design, const Design *base, int stage, TrainSetting setting, DesignDiff *out)
{
    int old = base_stage(design, base, stage);
    bool shared = everywhere(design, base, setting);
    if (old < 0 || (shared && stage > 0))
        return;
    const ParamSet *now = &design->stage[stage].train.set[setting], *was = &base->stage[old].train.set[setting];
    if (param_set_equal(now, was))
        return;
    Str text = {0};
    const char *name = train_settings[setting].name;
    if (now->kind == was->kind) {
        changes(now, was, &text);
    } else {
        Str from = {0}, to = {0};
        train_setting_print(setting, was, false, &from);
        train_setting_print(setting, now, false, &to);
        size_t skip = strlen(name) + 1;
        str_addf(&text, "%s → %s", from.text + skip, to.text + skip);
        str_clear(&from);
        str_clear(&to);
    }
    add(out, DIFF_CHANGED, -1, stage, (int)setting, "%s%s%s  %s", shared ? "" : design->stage[stage].name, shared ? "" : ".", name, text.text);
    str_clear(&text);
}

/* ---- all of it */

void design_diff(const Design *design, const Design *base, DesignDiff *out)
{
    *out = (DesignDiff){0};
    char now[SHAPE_TEXT], was[SHAPE_TEXT];
    shape_text(design->input, now);
    shape_text(base->input, was);
    if (!shape_equal(design->input, base->input))
        add(out, DIFF_CHANGED, -1, -1, -1, "input  %s → %s", was, now);
    for (int b = 0; b < design->blocks; b++)
        diff_block(design, base, b, out);
    for (int b = 0; b < base->blocks; b++)
        if (design_block_find(design, base->block[b].name) < 0)
            add(out, DIFF_REMOVED, -1, -1, -1, "block %s", base->block[b].name);
    for (int s = 0; s < design->stages; s++) {
        if (base_stage(design, base, s) < 0)
            add(out, DIFF_ADDED, -1, s, -1, "stage %s", design->stage[s].name);
        for (int t = 0; t < TRAIN_SETTINGS; t++)
            diff_setting(design, base, s, (TrainSetting)t, out);
    }
    for (int s = design->stages; s < base->stages; s++)
        add(out, DIFF_REMOVED, -1, -1, -1, "stage %s", base->stage[s].name);
}

void design_diff_clear(DesignDiff *diff)
{
    free(diff->row);
    *diff = (DesignDiff){0};
}

const ParamSet *design_diff_layer_base(const DesignDiff *diff, const Design *design, const Design *base, int layer)
{
    int was = diff->match[layer];
    return was >= 0 && base->layer[was].set.kind == design->layer[layer].set.kind ? &base->layer[was].set : NULL;
}

const ParamSet *design_diff_setting_base(const Design *design, const Design *base, int stage, TrainSetting setting)
{
    int was = base_stage(design, base, stage);
    const ParamSet *now = &design->stage[stage].train.set[setting];
    return was >= 0 && base->stage[was].train.set[setting].kind == now->kind ? &base->stage[was].train.set[setting] : NULL;
}
