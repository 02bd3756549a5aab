/* A figure of a run, made in a thread: the model is opened, shown the data, and drawn. */
#ifndef UI_GALLERY_JOB_H
#define UI_GALLERY_JOB_H

#include "figure/kind.h"

enum { GALLERY_KINDS = 32, GALLERY_TEXT = 128 };

typedef struct GalleryJob {
    char run[RUN_NAME + 16], runs_dir[RUN_PATH];
    const Data *data;      /* held by the bench meanwhile */
    FigureRequest request; /* its texts are those below */
    char text[FIGURE_TEXTS][GALLERY_TEXT];
    int fit_w, fit_h;      /* cells: fewer samples are drawn where those that nobody asked for would be too small there; 0: as asked */
    bool fewer;            /* that was so */
    char path[RUN_PATH];   /* "": for the screen; else the PNG to write ("figures/..." of the run when it has no slash) */
    Figure figure;
    bool good;
    bool applies[GALLERY_KINDS];
    char reason[GALLERY_KINDS][200];
    Error error;
} GalleryJob;

/* Does the number of samples depend on the room? */
bool gallery_job_fits(const FigureKind *kind);

void gallery_job_work(void *job);
void gallery_job_free(GalleryJob *job);

#endif
