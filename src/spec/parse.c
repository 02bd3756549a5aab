/* The text form's parser: lines to a draft (parse_lines.c), then names to numbers, then shapes. */
#include "spec/parse_own.h"
#include "spec/text.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An error found after reading, about a line that was read before. */
static bool fail_line(const Parser *p, int number, int column)
{
    const char *text = p->text;
    Line line = {0};
    while (line.number < number && line_next(&line, &text, NULL))
        ;
    if (line.number == number) {
        line_fail(&line, 0, p->err);
        if (column)
            p->err->column = column;
    }
    return false;
}

/* ---- what can be settled only at the end */

static bool find_blocks(Parser *p, const Names *names, int *out)
{
    const char *known[DESIGN_BLOCKS];
    for (int i = 0; i < p->design->blocks; i++)
        known[i] = p->design->block[i].name;
    for (int i = 0; i < names->count; i++) {
        out[i] = design_block_find(p->design, names->name[i]);
        if (out[i] >= 0)
            continue;
        int near = str_closest(names->name[i], known, p->design->blocks);
        error_set(p->err, ERROR_INPUT, NULL, "there is no block called %s", names->name[i]);
        if (near >= 0)
            snprintf(p->err->cure, sizeof p->err->cure, "did you mean \"%s\"?", known[near]);
        return fail_line(p, names->line[i], names->column[i]);
    }
    return true;
}

static bool holds(const int *list, int count, int item)
{
    for (int i = 0; i < count; i++)
        if (list[i] == item)
            return true;
    return false;
}

static bool settle_stage(Parser *p, int s)
{
    Stage *stage = &p->design->stage[s];
    const Names *run = &p->list[s][STAGE_RUN], *codes = &p->list[s][STAGE_CODES], *freeze = &p->list[s][STAGE_FREEZE];
    for (int i = 0; i < TRAIN_SETTINGS; i++) {
        const Settings *from = p->stage[s].given[i] ? &p->stage[s] : &p->train;
        stage->train.set[i] = from->spec.set[i];
        stage->setting_comment[i] = from->comment[i];
    }
    int frozen[DESIGN_BLOCKS];
    if (!find_blocks(p, run, stage->run) || !find_blocks(p, codes, stage->codes) || !find_blocks(p, freeze, frozen))
        return false;
    stage->runs = run->count;
    stage->code_blocks = codes->count;
    if (!run->given)
        for (int i = 0; i < p->design->blocks; i++)
            if (!holds(stage->codes, stage->code_blocks, i))
                stage->run[stage->runs++] = i;
    for (int i = 0; i < codes->count; i++)
        if (holds(stage->run, stage->runs, stage->codes[i])) {
            error_set(p->err, ERROR_INPUT, "leave it out of one of the two", "stage %s both runs %s and takes its codes", stage->name,
                      codes->name[i]);
            return fail_line(p, codes->line[i], codes->column[i]);
        }
    for (int i = 0; i < freeze->count; i++) {
        if (!holds(stage->run, stage->runs, frozen[i])) {
            error_set(p->err, ERROR_INPUT, NULL, "stage %s freezes %s, but does not run it", stage->name, freeze->name[i]);
            return fail_line(p, freeze->line[i], freeze->column[i]);
        }
        stage->frozen[frozen[i]] = true;
    }
    return true;
}

static void settle_layers(Parser *p)
{
    Design *design = p->design;
    design->layer = mem_new((size_t)p->layers + 1, sizeof *design->layer);
    for (int b = 0; b < design->blocks; b++) {
        design->block[b].first = design->layers;
        design->block[b].count = 0;
        for (int i = 0; i < p->layers; i++)
            if (p->layer[i].block == b) {
                design->layer[design->layers++] = p->layer[i].spec;
                design->block[b].count++;
            }
    }
}

/* The line of what design_check found: the layer's, else its block's, else its stage's. */
static bool fail_place(Parser *p, DesignPlace place)
{
    if (place.layer >= 0) {
        int block = design_layer_block(p->design, place.layer);
        int written = place.layer - p->design->block[block].first - p->design->block[block].mirrored;
        for (int i = 0; i < p->layers && written >= 0; i++)
            if (p->layer[i].block == block && written-- == 0)
                return fail_line(p, p->layer[i].line, 0);
        return fail_line(p, p->block_line[block], 0);
    }
    if (place.block >= 0)
        return fail_line(p, p->block_line[place.block], 0);
    if (place.stage >= 0 && p->stages)
        return fail_line(p, p->stage_line[place.stage], 0);
    return false;
}

/* A line without words is kept with the comment of the next line that has some. */
static void keep_comment(Parser *p)
{
    size_t size = strlen(p->line.comment);
    while (size && strchr(" \t\r", p->line.comment[size - 1]))
        size--;
    str_add_bytes(&p->remarks, p->line.comment, size);
    if (!p->line.words)
        str_add(&p->remarks, "\n");
    else if (p->remarks.size)
        *p->comment = design_add_comment(p->design, str_take(&p->remarks));
}

static bool parse(Parser *p, bool strict)
{
    const char *text = p->text;
    *p->err = (Error){0}; /* never NULL here */
    while (line_next(&p->line, &text, p->err)) {
        if (p->line.words && !parse_line(p))
            return false;
        keep_comment(p);
    }
    if (p->err->kind)
        return false;
    if (p->remarks.size && strchr(p->remarks.text, '#'))
        p->design->end_comment = design_add_comment(p->design, str_take(&p->remarks));
    settle_layers(p);
    if (p->stages) {
        p->design->stages = p->stages;
        p->design->stage[0].runs = 0;
        for (int i = 0; i < p->stages; i++)
            if (!settle_stage(p, i))
                return false;
    } else {
        p->design->stage[0].train = p->train.spec;
        memcpy(p->design->stage[0].setting_comment, p->train.comment, sizeof p->train.comment);
    }
    DesignPlace place;
    bool good = design_refresh_place(p->design, &place, p->err);
    if (good && strict)
        good = design_check_place(p->design, &place, p->err);
    if (!good && !strict)
        *p->err = (Error){0};
    return good || !strict || fail_place(p, place);
}

/* The design's name: the file's, without folders and .net. */
static void name_design(const char *path, char *out, size_t size)
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t length = strlen(base);
    if (length > 4 && strcmp(base + length - 4, ".net") == 0)
        length -= 4;
    snprintf(out, size, "%.*s", (int)length, base);
}

static Design *parse_text(const char *text, const char *name, bool strict, Error *err)
{
    Error own;
    Parser *p = mem_new(1, sizeof *p);
    char base[DESIGN_NAME];
    name_design(name, base, sizeof base);
    p->design = design_new(base);
    p->layer = mem_new(DESIGN_LAYERS, sizeof *p->layer);
    p->train.spec = train_spec_new();
    p->text = str_after_mark(text);
    p->err = err ? err : &own;
    Design *design = p->design;
    if (!parse(p, strict)) {
        if (!p->err->file[0])
            snprintf(p->err->file, sizeof p->err->file, "%s", name);
        design_free(design);
        design = NULL;
    }
    str_clear(&p->remarks);
    free(p->layer);
    free(p);
    return design;
}

Design *design_parse(const char *text, const char *name, Error *err)
{
    return parse_text(text, name, true, err);
}

Design *design_parse_draft(const char *text, const char *name, Error *err)
{
    return parse_text(text, name, false, err);
}
