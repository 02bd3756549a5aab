/* Small data, small versions of the presets and a scratch folder for the trainer's tests. */
#ifndef TESTS_TRAIN_LITTLE_H
#define TESTS_TRAIN_LITTLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/dataset.h"
#include "spec/design.h"
#include "spec/text.h"
#include "store/run.h"
#include "train/trainer.h"

/* Labelled pictures of a shape: the built-in digits where it holds 28 x 28 numbers, else coloured blobs. */
Data *little_data(Shape shape, int train, int test);

/* A preset with convolutions of at most 6 filters and dense layers of at most `units`, unless something behind them depends on
 * their size; then the settings, "batch=16" ..., NULL at the end. */
Design *little_preset(const char *name, int units, ...);
Design *little_parse(const char *text);
void little_set(Design *design, const char *assignment);
void little_set_lr(Design *design, double lr); /* of the first stage; also what no text may ask for */

/* A folder of this program, removed by little_cleanup (a cmocka teardown too). */
const char *little_folder(void);
int little_cleanup(void **state);

void little_run_create(Run *run, const char *name, const Design *design, const Data *data, uint64_t seed, int threads);
Trainer *little_trainer(const Design *design, const Data *data, const TrainerOptions *options); /* fails the test with the error */

/* Steps until the stage, or all, is over. */
void little_finish(Trainer *trainer);

/* All weights one behind the other; the caller's. */
float *little_weights(Trainer *trainer, size_t *bytes);
char *little_model(const Run *run, size_t *bytes); /* model.safetensors */

#endif
