/* Codes as points of the plane, and an honest name for how they came there. */
#ifndef STUDY_EMBED_H
#define STUDY_EMBED_H

#include "study/tsne.h"

typedef enum EmbedMethod {
    EMBED_AUTO,  /* plane for two numbers, else PCA */
    EMBED_PLANE, /* two of the dimensions as they are */
    EMBED_PCA,
    EMBED_TSNE
} EmbedMethod;

typedef struct Embedding {
    float *xy;         /* (n, 2) */
    char how[128];     /* "t-SNE of 32 dimensions, perplexity 30, seed 1" */
    char x_name[40], y_name[40];
    bool measured;     /* distances are those of the codes (not so with t-SNE) */
} Embedding;

/* code (n, size).  a, b: the dimensions of EMBED_PLANE.  With size == 1 the second coordinate is zero. */
bool embed_codes(EmbedMethod method, const float *code, int n, int size, int a, int b, const TsneOptions *tsne, Team *team,
                 Embedding *out, Error *err) MUST_CHECK;
void embedding_clear(Embedding *embedding);

#endif
