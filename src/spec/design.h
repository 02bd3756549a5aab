/* A design: what the user wrote.  Blocks of layers, and stages that train them.
 *
 *     input 28x28x1
 *     encoder                      a block; `encoder` and `decoder` are short for `block encoder`, `block decoder`
 *       conv 32 3x3 stride=2 relu
 *       flatten
 *       dense 16
 *     decoder mirror               made from the encoder's layers, remade when they change
 *     train                        settings of every stage that does not say otherwise
 *       loss mse
 *     stage frozen                 none written: one stage called "train" that runs all blocks in order
 *       run encoder head           the blocks of this stage's network, in order
 *       codes first                blocks already trained whose output replaces the data (computed once)
 *       freeze encoder             blocks that run but do not learn
 *       epochs 5
 */
#ifndef SPEC_DESIGN_H
#define SPEC_DESIGN_H

#include "base/error.h"
#include "nn/layer.h"
#include "nn/loss.h"
#include "nn/optimizer.h"

enum { DESIGN_NAME = 64, DESIGN_BLOCKS = 16, DESIGN_STAGES = 16, DESIGN_LAYERS = 512 };

/* The settings of training: each is one line, a word of its own and the fields of the chosen kind. */
typedef enum TrainSetting {
    TRAIN_LOSS,       /* loss bce reduction=sum        LossSpec */
    TRAIN_OPTIMIZER,  /* optimizer adam lr=1e-3        OptimizerSpec */
    TRAIN_SCHEDULE,   /* schedule cosine               nn/schedule.h */
    TRAIN_BATCH,      /* batch 128 */
    TRAIN_EPOCHS,     /* epochs 30 */
    TRAIN_VALIDATION, /* validation last 10%           data/split.h */
    TRAIN_NOISE,      /* noise gaussian mean=0.5       data/noise.h */
    TRAIN_KL,         /* kl warmup=5                   epochs over which the Sample layers' beta grows from 0 */
    TRAIN_DECAY,      /* decay l2=1e-4 */
    TRAIN_CLIP,       /* clip norm=1 value=0           0: none */
    TRAIN_STOP,       /* stop patience=5 min-delta=0   0: never early; restores the best epoch */
    TRAIN_SHUFFLE,    /* shuffle yes */
    TRAIN_PRECISION,  /* precision bf16                tensor/precision.h; float32 */
    TRAIN_CONV,       /* convolution winograd          tensor/conv.h: ConvWay; auto */
    TRAIN_SETTINGS
} TrainSetting;

typedef struct TrainSettingRow {
    const char *name, *help, *question;
    const ParamKind *(*kind)(int index); /* the choices; NULL past the end.  One nameless kind for batch, epochs ... */
    const char *normal;                  /* the default line after the setting's name: "adam lr=1e-3", "128" */
    bool always;                         /* printed even where it is the default: what everybody should see */
} TrainSettingRow;

extern const TrainSettingRow train_settings[TRAIN_SETTINGS];

typedef struct TrainSpec {
    ParamSet set[TRAIN_SETTINGS];
} TrainSpec;

/* The words after a setting's name, into *set.  A field not named gets its default; in a nameless kind it keeps what *set holds.
 * err->column is the 1-based wrong word, 0: something is missing at the end. */
bool train_setting_parse(TrainSetting setting, char *const *words, int count, ParamSet *set, Error *err) MUST_CHECK;
void train_setting_print(TrainSetting setting, const ParamSet *set, bool full, Str *out); /* "optimizer adam lr=0.01" */
bool train_setting_is_default(TrainSetting setting, const ParamSet *set);
int train_setting_find(const char *name); /* -1: none */

TrainSpec train_spec_new(void);                     /* all defaults */
int train_spec_batch(const TrainSpec *spec);
int train_spec_epochs(const TrainSpec *spec);
double train_spec_lr(const TrainSpec *spec);
Arithmetic train_spec_arithmetic(const TrainSpec *spec); /* how products are to be taken */

typedef enum MirrorKind {
    MIRROR_NONE,
    MIRROR_EXACT, /* `mirror`: each layer's inverse, shapes of the encoder backwards; each takes the activation of the layer
                   * whose output it remakes, the last that learns takes `closing` */
    MIRROR_SETS   /* `mirror sets`: the encoder's sets backwards, each with its own filters; closing layers follow by hand */
} MirrorKind;

typedef struct Block {
    char name[LAYER_NAME];
    MirrorKind mirror;
    char closing[24];    /* MIRROR_EXACT: `mirror tanh`; "sigmoid" where none was named */
    int mirrored;        /* of the block's layers, the first so many were made by the mirror */
    int first, count;    /* range in Design.layer; blocks lie in order without gaps */
    char from[256];      /* `from PATH`: weights of this block are read from this model or run before training; "" */
    int comment;
} Block;

typedef enum StageList { STAGE_RUN, STAGE_CODES, STAGE_FREEZE, STAGE_LISTS } StageList;

typedef struct Stage {
    char name[LAYER_NAME];
    int run[DESIGN_BLOCKS], runs;
    int codes[DESIGN_BLOCKS], code_blocks;
    bool frozen[DESIGN_BLOCKS]; /* by block index */
    TrainSpec train;
    int comment, list_comment[STAGE_LISTS], setting_comment[TRAIN_SETTINGS];
} Stage;

typedef struct Design {
    char name[DESIGN_NAME];
    Shape input;
    Block block[DESIGN_BLOCKS];
    int blocks;
    LayerSpec *layer; /* owned; `layers` of them, all blocks' in order */
    int layers;
    Stage *stage;     /* owned; `stages` of them, at least 1 (a new design has room for DESIGN_STAGES) */
    int stages;
    char **comment; /* owned; `comments` of them: see below */
    int comments, input_comment, train_comment, end_comment;
} Design;

/* Comments are for people: they change nothing, and designs that differ only in them are equal.  A line of the text form, and so a
 * layer, a block, a setting, holds the number of its comment; 0: none.  The text is the lines above it, blank ones too, each with its
 * newline, then what stands at its own end.  Who moves a layer moves its comment; copies that are made of a layer have none. */
int design_add_comment(Design *design, char *text); /* its number; the text is the design's from then on */
const char *design_comment(const Design *design, int number);
void design_forget_comments(Design *design);

Design *design_new(const char *name);
Design *design_copy(const Design *design);
void design_free(Design *design);
bool design_equal(const Design *a, const Design *b);

Precision design_precision(const Design *design); /* bf16 where any stage has it */

int design_block_find(const Design *design, const char *name); /* index or -1 */
int design_layer_find(const Design *design, const char *name); /* index in Design.layer or -1 */
int design_layer_block(const Design *design, int layer);       /* the block it lies in */
bool design_layer_mirrored(const Design *design, int layer);   /* made by a mirror: not to be edited */
int design_mirror_source(const Design *design, int block);     /* the block it mirrors: `encoder`, else the one before it; -1: none */

/* layer_plan for its shapes; an error names the layer.  Outputs of more than 2^28 numbers a sample are refused. */
bool design_plan_layer(const LayerSpec *spec, Shape in, LayerPlan *out, Error *err) MUST_CHECK;

/* The shape that reaches a block in the first stage that runs it. */
bool design_block_input(const Design *design, int block, Shape *out, Error *err) MUST_CHECK;

/* The layers of a stage's network in order (specs copied into out, up to DESIGN_LAYERS), which of them are frozen, and its input
 * shape after the `codes` blocks.  Shapes are checked; errors name layer and both shapes. */
typedef struct Chain {
    Shape input;
    LayerSpec layer[DESIGN_LAYERS];
    bool frozen[DESIGN_LAYERS];
    int index[DESIGN_LAYERS];    /* in Design.layer */
    int block_of[DESIGN_LAYERS];
    int layers;
    int code; /* layers before this index make the code (end of the block "encoder", else narrowest place) */
} Chain;

Chain *design_chain(const Design *design, int stage, Error *err) MUST_CHECK; /* free() it */

/* The blocks in `codes` as a chain of their own (layers == 0 when there are none); free() it. */
Chain *design_code_chain(const Design *design, int stage, Error *err) MUST_CHECK;

/* Edits, for the designer.  `at` counts within the block.  Each remakes mirrors and names as far as that is possible and
 * leaves shapes to design_check: a design may be wrong while it is edited.  Layers made by a mirror cannot be edited: insert
 * refuses, remove and move do nothing. */
bool design_insert_layer(Design *design, int block, int at, const LayerSpec *spec, Error *err) MUST_CHECK;
void design_remove_layer(Design *design, int block, int at);
void design_move_layer(Design *design, int block, int at, int by); /* stays within its block */
int design_add_block(Design *design, const char *name, Error *err); /* its index, -1 with *err; joins every stage's run when there is only one stage */
void design_set_mirror(Design *design, int block, MirrorKind kind); /* replaces all the block's layers but those after the mirrored ones */
void design_break_mirror(Design *design, int block);              /* the made layers become ordinary ones */
bool design_refresh(Design *design, Error *err) MUST_CHECK;       /* remake mirrors, names; false when a mirror cannot be made */
bool design_name_is_automatic(const char *name);                   /* "conv_1": made by design_refresh */

/* `--set key=value`: "lr=1e-2", "batch=64", "loss=mse", "noise=gaussian sd=0.3", "conv_1.filters=16", "tuned.epochs=3" (stage.setting; without
 * a stage: all stages), "stop.patience=5", "input=64x64x3".  Errors are of the kind ERROR_USAGE and leave the design as it was; whether
 * the changed design fits together is for design_check to say, after the last of several changes. */
bool design_set(Design *design, const char *assignment, Error *err) MUST_CHECK;

/* Everything that can be known before training: shapes of every stage, losses that fit their outputs, labels where needed. */
bool design_check(const Design *design, Error *err) MUST_CHECK;

/* Where an error of design_check lies; -1: not about one. */
typedef struct DesignPlace {
    int stage, block, layer; /* layer: index in Design.layer */
} DesignPlace;
bool design_check_place(const Design *design, DesignPlace *place, Error *err) MUST_CHECK;
bool design_refresh_place(Design *design, DesignPlace *place, Error *err) MUST_CHECK;

/* The kind and alpha of the activation the chain ends with, seen through layers that only move numbers (Flatten, Reshape, pools). */
Activation chain_last_activation(const Chain *chain);

#endif
