/* The text form's lines, each read into the draft of a design.
 *
 * Which layers, losses and so on there are, and their fields, is read from their tables; this file knows only the words that
 * hold a design together: input, block, encoder, decoder, train, stage, run, codes, freeze, mirror, from, as. */
#include "spec/parse_own.h"

#include "base/mem.h"
#include "spec/mirror.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const stage_words[STAGE_LISTS] = {[STAGE_RUN] = "run", [STAGE_CODES] = "codes", [STAGE_FREEZE] = "freeze"};

static bool fail(Parser *p, int word)
{
    return line_fail(&p->line, word, p->err);
}

#define FAIL(word, cure, ...) (error_set(p->err, ERROR_INPUT, cure, __VA_ARGS__), fail(p, word))

/* ---- words */

static bool good_name(const char *name)
{
    if (!islower((unsigned char)*name) || strlen(name) >= LAYER_NAME)
        return false;
    for (; *name; name++)
        if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name) && *name != '_' && *name != '-')
            return false;
    return true;
}

static const char name_rule[] = "a name starts with a-z, then a-z, 0-9, _ or -, and has at most 31 letters";

static bool read_name(Parser *p, int word, char out[LAYER_NAME])
{
    if (word >= p->line.words)
        return FAIL(word, NULL, "%s needs a name", p->line.word[0]);
    if (!good_name(p->line.word[word]))
        return FAIL(word, name_rule, "\"%s\" is no name", p->line.word[word]);
    snprintf(out, LAYER_NAME, "%s", p->line.word[word]);
    return true;
}

/* Every word that may begin a line, for "did you mean". */
static bool refuse_line(Parser *p)
{
    static const char *const sections[] = {"input", "encoder", "decoder", "block", "train", "stage"};
    static const char *const expected[] = {
        [SECTION_TOP] = "input, encoder, decoder, block, train, stage, or a layer",
        [SECTION_BLOCK] = "a layer, or the next block, train or stage",
        [SECTION_TRAIN] = "a setting of training, or a stage",
        [SECTION_STAGE] = "run, codes, freeze, a setting of training, or the next stage"};
    const char *words[128];
    int count = 0;
    for (size_t i = 0; i < COUNT_OF(sections); i++)
        words[count++] = sections[i];
    for (int i = 0; i < layer_kinds_count && p->section <= SECTION_BLOCK && count < 100; i++)
        words[count++] = layer_kinds[i]->param.name;
    for (int i = 0; i < TRAIN_SETTINGS && p->section >= SECTION_TRAIN; i++)
        words[count++] = train_settings[i].name;
    for (int i = 0; i < STAGE_LISTS && p->section == SECTION_STAGE; i++)
        words[count++] = stage_words[i];
    const char *word = p->line.word[0];
    FAIL(0, NULL, "\"%s\" is not known here: expected %s", word, expected[p->section]);
    int near = str_closest(word, words, count);
    if (near >= 0)
        snprintf(p->err->cure, sizeof p->err->cure, "did you mean \"%s\"?", words[near]);
    else if (p->section <= SECTION_BLOCK) {
        Str kinds = {0};
        for (int i = 0; i < layer_kinds_count; i++)
            str_addf(&kinds, " %s", layer_kinds[i]->param.name);
        snprintf(p->err->cure, sizeof p->err->cure, "layers are:%s", kinds.text);
        str_clear(&kinds);
    }
    return false;
}

/* ---- lines */

static bool read_input(Parser *p)
{
    static const ParamRow row = {.name = "input", .type = PARAM_SHAPE, .min = 1, .max = 65536};
    if (p->has_input)
        return FAIL(0, "leave one of the two out", "input is given twice");
    if (p->line.words < 2)
        return FAIL(1, NULL, "input needs a shape, such as 28x28x1 or 784");
    if (p->line.words > 2)
        return FAIL(2, "write it without blanks, such as 28x28x1", "\"%s\" is too much after the input's shape", p->line.word[2]);
    Value value;
    if (!param_parse(&row, p->line.word[1], &value, p->err))
        return fail(p, 1);
    p->design->input = value.rank == 1 ? shape_vector(value.size[0])
                                       : shape_map(value.size[0], value.size[1], value.rank == 3 ? value.size[2] : 1);
    if (shape_size(p->design->input) > (size_t)1 << 28)
        return FAIL(1, NULL, "an input of more than 2^28 numbers is too large");
    p->has_input = true;
    p->comment = &p->design->input_comment;
    return true;
}

static bool read_mirror_words(Parser *p, Block *block, int *word)
{
    block->mirror = MIRROR_EXACT;
    ++*word;
    const char *text = *word < p->line.words ? p->line.word[*word] : "from";
    if (strcmp(text, "sets") == 0) {
        block->mirror = MIRROR_SETS;
        ++*word;
    } else if (strcmp(text, "from") != 0) {
        Value value;
        const ParamRow *row = mirror_closing_row();
        if (!row || !param_parse(row, text, &value, p->err)) {
            Error near = *p->err;
            FAIL(*word, near.cure[0] ? near.cure : "`mirror tanh` closes with tanh, `mirror sets` repeats the encoder's sets",
                 "\"%s\" after mirror: expected sets, from, or the last layer's activation", text);
            return false;
        }
        Str closing = {0};
        param_print(row, &value, &closing);
        bool fits = closing.size < sizeof block->closing;
        snprintf(block->closing, sizeof block->closing, "%s", closing.text);
        str_clear(&closing);
        if (!fits)
            return FAIL(*word, NULL, "\"%s\" is too long a number", text);
        ++*word;
    }
    return true;
}

static bool read_block(Parser *p)
{
    bool named = strcmp(p->line.word[0], "block") == 0;
    char name[LAYER_NAME];
    if (!read_name(p, named ? 1 : 0, name))
        return false;
    Error refused;
    int index = design_add_block(p->design, name, &refused);
    if (index < 0)
        return FAIL(named ? 1 : 0, refused.cure, "%s", refused.what);
    Block *block = &p->design->block[index];
    p->block_line[index] = p->line.number;
    p->comment = &block->comment;
    p->section = SECTION_BLOCK;
    int word = named ? 2 : 1;
    if (word < p->line.words && strcmp(p->line.word[word], "mirror") == 0 && !read_mirror_words(p, block, &word))
        return false;
    if (word < p->line.words && strcmp(p->line.word[word], "from") == 0) {
        if (word + 1 >= p->line.words)
            return FAIL(word + 1, NULL, "from needs a model file or a run");
        if (strlen(p->line.word[word + 1]) >= sizeof block->from)
            return FAIL(word + 1, NULL, "the path is too long");
        snprintf(block->from, sizeof block->from, "%s", p->line.word[word + 1]);
        word += 2;
    }
    if (word < p->line.words)
        return FAIL(word, NULL, "\"%s\" after a block: expected mirror or from", p->line.word[word]);
    return true;
}

static bool read_layer(Parser *p, const LayerKind *kind)
{
    if (p->section != SECTION_BLOCK && p->section != SECTION_TOP)
        return FAIL(0, "move it up, or begin a block with `block NAME`", "%s is a layer and cannot stand among settings",
                    kind->param.name);
    if (p->section == SECTION_TOP) {
        /* Layers without a block's header make one block. */
        int index = design_block_find(p->design, "network");
        if (index < 0 && p->design->blocks)
            return FAIL(0, "move it into a block", "%s stands in no block", kind->param.name);
        if (index < 0) {
            index = design_add_block(p->design, "network", p->err);
            p->block_line[index] = p->line.number;
        }
        p->section = SECTION_BLOCK;
    }
    if (p->layers == DESIGN_LAYERS)
        return FAIL(0, NULL, "a design has at most %d layers", DESIGN_LAYERS);
    LayerSpec spec = layer_spec_new(kind);
    int words = p->line.words;
    for (int i = 1; i < words; i++)
        if (strcmp(p->line.word[i], "as") == 0) {
            if (!read_name(p, i + 1, spec.name))
                return false;
            if (i + 2 < words)
                return FAIL(i + 2, NULL, "\"%s\" after the layer's name", p->line.word[i + 2]);
            if (design_name_is_automatic(spec.name))
                return FAIL(i + 1, "choose a name without a number of its own", "names like %s are made by the program", spec.name);
            for (int l = 0; l < p->layers; l++)
                if (strcmp(p->layer[l].spec.name, spec.name) == 0)
                    return FAIL(i + 1, "choose another name", "there is already a layer called %s, in line %d", spec.name,
                                p->layer[l].line);
            words = i;
        }
    if (!param_set_parse(&spec.set, p->line.word + 1, words - 1, true, p->err))
        return fail(p, p->err->column ? p->err->column : words);
    p->layer[p->layers].spec = spec;
    p->comment = &p->layer[p->layers].spec.comment;
    p->layer[p->layers].line = p->line.number;
    p->layer[p->layers++].block = p->design->blocks - 1;
    return true;
}

static bool read_setting(Parser *p, int setting)
{
    const char *name = train_settings[setting].name;
    /* What is done to the data may stand above the layers, where one thinks of it. */
    bool early = setting == TRAIN_NOISE && p->section <= SECTION_BLOCK;
    if (p->section <= SECTION_BLOCK && !early)
        return FAIL(0, "write a line `train` before it", "%s is a setting of training and stands under train or stage", name);
    Settings *to = p->section == SECTION_STAGE ? &p->stage[p->stages - 1] : &p->train;
    if (to->given[setting])
        return FAIL(0, "leave one of the two out", "%s is given twice", name);
    if (!train_setting_parse((TrainSetting)setting, p->line.word + 1, p->line.words - 1, &to->spec.set[setting], p->err))
        return fail(p, p->err->column ? p->err->column : p->line.words);
    if (p->line.words == 1)
        return FAIL(1, NULL, "%s needs a value", name);
    to->given[setting] = true;
    p->comment = &to->comment[setting];
    return true;
}

static bool read_list(Parser *p, int list)
{
    Names *names = &p->list[p->stages - 1][list];
    if (names->given)
        return FAIL(0, "leave one of the two out", "%s is given twice", stage_words[list]);
    if (p->line.words < 2)
        return FAIL(1, NULL, "%s needs the names of blocks", stage_words[list]);
    for (int i = 1; i < p->line.words; i++) {
        if (names->count == DESIGN_BLOCKS)
            return FAIL(i, NULL, "a design has at most %d blocks", DESIGN_BLOCKS);
        for (int j = 0; j < names->count; j++)
            if (strcmp(names->name[j], p->line.word[i]) == 0)
                return FAIL(i, NULL, "%s names %s twice", stage_words[list], p->line.word[i]);
        if (!read_name(p, i, names->name[names->count]))
            return false;
        names->line[names->count] = p->line.number;
        names->column[names->count++] = p->line.column[i];
    }
    p->comment = &p->design->stage[p->stages - 1].list_comment[list];
    return names->given = true;
}

static bool read_section(Parser *p)
{
    if (strcmp(p->line.word[0], "train") == 0) {
        if (p->has_train)
            return FAIL(0, "put all settings under one", "there are two train sections");
        if (p->line.words > 1)
            return FAIL(1, "write settings on lines of their own", "\"%s\" after train", p->line.word[1]);
        p->has_train = true;
        p->comment = &p->design->train_comment;
        p->section = SECTION_TRAIN;
        return true;
    }
    char name[LAYER_NAME];
    if (!read_name(p, 1, name))
        return false;
    if (p->line.words > 2)
        return FAIL(2, "write settings on lines of their own", "\"%s\" after the stage's name", p->line.word[2]);
    if (p->stages == DESIGN_STAGES)
        return FAIL(0, NULL, "a design has at most %d stages", DESIGN_STAGES);
    for (int i = 0; i < p->stages; i++)
        if (strcmp(p->design->stage[i].name, name) == 0)
            return FAIL(1, "choose another name", "there is already a stage called %s, in line %d", name, p->stage_line[i]);
    snprintf(p->design->stage[p->stages].name, LAYER_NAME, "%s", name);
    p->stage[p->stages].spec = train_spec_new();
    p->comment = &p->design->stage[p->stages].comment;
    p->stage_line[p->stages++] = p->line.number;
    p->section = SECTION_STAGE;
    return true;
}

bool parse_line(Parser *p)
{
    const char *word = p->line.word[0];
    if (strcmp(word, "input") == 0)
        return read_input(p);
    if (strcmp(word, "encoder") == 0 || strcmp(word, "decoder") == 0 || strcmp(word, "block") == 0)
        return read_block(p);
    if (strcmp(word, "train") == 0 || strcmp(word, "stage") == 0)
        return read_section(p);
    for (int i = 0; i < STAGE_LISTS && p->section == SECTION_STAGE; i++)
        if (strcmp(word, stage_words[i]) == 0)
            return read_list(p, i);
    int setting = train_setting_find(word);
    if (setting >= 0)
        return read_setting(p, setting);
    const LayerKind *kind = layer_kind_find(word);
    return kind ? read_layer(p, kind) : refuse_line(p);
}
