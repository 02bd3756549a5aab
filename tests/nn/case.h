/* A little network, its data, and the comparison of all it computes with the reference. */
#ifndef TESTS_NN_CASE_H
#define TESTS_NN_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nn/network_own.h"
#include "reference.h"

enum { CASE_TEAMS = 3, CASE_LAYERS = 8 };

typedef struct Case {
    char text[256]; /* for messages */
    LayerSpec layer[CASE_LAYERS];
    bool frozen[CASE_LAYERS];
    int layers, batch;
    Shape input, output;
    LossSpec loss;
    float *x, *target;
    uint8_t *labels;
    uint32_t number; /* the parameters and dropout's numbers follow from it */
    float size;      /* of the parameters; 0: 1 */
    Arithmetic arithmetic;
} Case;

/* From their text forms: "dense 5 sigmoid", "bce sum", "adam lr=0.1". */
LayerSpec layer_of(const char *text);
LossSpec loss_of(const char *text);
OptimizerSpec optimizer_of(const char *text);

/* Starts a case for mse.  case_add gives the layer a name and finds the case's output. */
Case case_new(Shape input, int batch, uint32_t number);
void case_add(Case *c, LayerSpec spec);
void case_fill(Case *c, Rng *rng); /* x normal, targets in (0, 1), labels; after the last case_add */
void case_free(Case *c);

/* Teams of 1, 2 and 3 threads, as a cmocka setup and teardown. */
extern Team *case_teams[CASE_TEAMS];
int case_make_teams(void **state);
int case_free_teams(void **state);
#define ON_TEAMS(test) cmocka_unit_test_setup_teardown(test, case_make_teams, case_free_teams)

/* NULL optimizer: for inference; input_gradient: for network_backward. */
Network *case_network(const Case *c, int threads, const OptimizerSpec *optimizer, bool input_gradient);
BatchSource case_source(const Case *c);

/* Training step and inference on one, two and three threads against the reference, to 1e-5 of each tensor's largest number.
 * False when the case comes so near a kink that rounding decides; nothing was compared then. */
bool case_run(const Case *c);

/* Fails where a number is off by more than 1e-5 of the largest, or of `least` where that is more. */
void case_compare(const Case *c, const char *what, int threads, size_t count, const float *got, const double *want,
                  double least);

#endif
