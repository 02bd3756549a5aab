/* The kinds of figures.  A kind is one const row: what it is called, which options it has, what it needs, and a function from
 * numbers and options to pixels.  figure_kinds[] lists them; `hourglass figure`, the gallery and the manual walk it. */
#ifndef FIGURE_KIND_H
#define FIGURE_KIND_H

#include "base/param.h"
#include "figure/content.h"
#include "store/metrics.h"
#include "study/subject.h"
#include "study/table.h"

enum { FIGURE_TEXTS = 2 };

/* What a kind asks for; also why it may not apply. */
typedef enum FigureNeed {
    NEED_NETWORK = 1,      /* source->subject */
    NEED_SAMPLES = 2,      /* ... with data */
    NEED_PICTURES = 4,     /* ... that puts out pictures like its inputs */
    NEED_CODE = 8,         /* ... with a code in between that can be decoded */
    NEED_CLASSES = 16,     /* ... that tells classes, on labelled samples */
    NEED_HISTORY = 32,     /* source->run: curves */
    NEED_EPOCHS = 64,      /* one run that kept the weights of its epochs */
    NEED_NOISE = 128,      /* only worth drawing by itself where the network removes noise: for `all` */
    NEED_PLANE = 256,      /* drawn by `all` only for codes of a few numbers */
    NEED_MAPS = 512,       /* layers that put out maps */
    WANT_SAMPLES = 1024    /* better with data, but also without */
} FigureNeed;

/* A training's history under the name it has in legends. */
typedef struct FigureRun {
    char name[RUN_NAME];
    char folder[RUN_PATH];
    char data_name[64]; /* what it was trained on; "": not known */
    Metrics metrics;
    Design *design;
} FigureRun;

typedef struct FigureSource {
    Subject *subject;     /* NULL: none */
    const FigureRun *run; /* borrowed */
    int runs;
    bool (*progress)(void *context, double share); /* of slow figures; false stops.  NULL: nobody looks */
    void *context;
} FigureSource;

typedef struct FigureText {
    const char *name, *help;
} FigureText;

typedef struct FigureKind FigureKind;

/* An order for one figure: options of the kind, and those that are texts. */
typedef struct FigureRequest {
    const FigureKind *kind;
    ParamSet set;
    const char *text[FIGURE_TEXTS]; /* NULL: not given; borrowed */
    uint64_t seed;
    FigureStyle style;
    bool content; /* keep what is to be drawn, draw no pixels */
} FigureRequest;

typedef struct Figure {
    Image image;
    FigureContent content; /* in place of the image where that was asked for */
    Image *frame;      /* further pictures: one an epoch; NULL: none */
    int *frame_number; /* the epoch */
    int frames;
    Table table;       /* what is drawn, as numbers */
    float *matrix;     /* the same as one block for npy, where that makes sense; NULL: not */
    int rows, columns;
} Figure;

struct FigureKind {
    ParamKind param; /* rows: options that are numbers, words, flags */
    FigureText text[FIGURE_TEXTS];
    unsigned needs;
    bool (*draw)(const FigureSource *source, const FigureRequest *request, Figure *out, Error *err);
};

extern const FigureKind *const figure_kinds[];
extern const int figure_kinds_count;

const FigureKind *figure_kind_find(const char *name); /* NULL: none */

FigureRequest figure_request_new(const FigureKind *kind); /* defaults, seed 1, the usual style */
int figure_text_find(const FigureKind *kind, const char *name); /* index or -1 */

/* Can the figure be made of this source?  False with the reason and what would help. */
bool figure_applies(const FigureKind *kind, const FigureSource *source, Error *err) MUST_CHECK;
bool figure_of_itself(const FigureKind *kind, const FigureSource *source); /* part of `all` */

/* Checks that it applies and draws.  A stop by progress is false with err->kind ERROR_NONE. */
bool figure_draw(const FigureRequest *request, const FigureSource *source, Figure *out, Error *err) MUST_CHECK;
void figure_clear(Figure *figure);

/* "grid count=10 samples=worst ...": all options as they were used, for the PNG's text. */
void figure_request_print(const FigureRequest *request, Str *out);

#endif
