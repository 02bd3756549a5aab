/* Scores of a trained network: how alike pictures are, and how often a classifier is right. */
#ifndef STUDY_SCORE_H
#define STUDY_SCORE_H

#include "tensor/shape.h"

/* -- Pictures with values in 0..1. */

double score_mse(size_t count, const float *a, const float *b);

/* Peak signal to noise ratio in dB for a mean squared error: 10 log10(1 / mse), at most SCORE_PSNR_MOST (equal pictures). */
enum { SCORE_PSNR_MOST = 100 };
double score_psnr(double mse);

/* Structural similarity: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", 2004.  Gaussian window 11 x 11, sigma 1.5, C1 = 0.01^2, C2 = 0.03^2, averaged over all places where the window
 * lies inside, then over the channels.  Where a side is shorter than 11 the window's side on that axis is the largest odd
 * number that fits, with the same sigma.  1: equal. */
double score_ssim(Shape shape, const float *a, const float *b);

/* -- Classes. */

typedef struct Confusion {
    int classes;
    long *count; /* [true class][predicted class] */
    long total, correct;
} Confusion;

Confusion confusion_new(int classes);
void confusion_clear(Confusion *confusion);
void confusion_add(Confusion *confusion, int truth, int predicted);

/* Shares in 0..1; 0 where nothing was there to be divided. */
double confusion_accuracy(const Confusion *confusion);
double confusion_precision(const Confusion *confusion, int class_index); /* right ones among those predicted so */
double confusion_recall(const Confusion *confusion, int class_index);    /* right ones among those that are so */
double confusion_f1(const Confusion *confusion, int class_index);        /* harmonic mean of the two */
long confusion_support(const Confusion *confusion, int class_index);     /* samples that are so */

/* The index of the largest of `count` numbers; the first where several are. */
int score_argmax(int count, const float *values);

#endif
