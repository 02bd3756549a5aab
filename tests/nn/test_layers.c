/* Every layer kind of the table against the reference: outputs and all gradients of small networks with the kind in their
 * middle, on one, two and three threads and on every instruction set. */
#include "../tensor/each_isa.h"

#include "base/mem.h"
#include "case.h"

#include <stdio.h>

/* Something that learns and gives `shape`; linear, so that it adds no errors of its own. */
static LayerSpec before(Shape shape, bool bias, Shape *in)
{
    char text[64];
    snprintf(text, sizeof text, "%s %d %s", shape.flat ? "dense" : "conv", shape.c, bias ? "bias" : "nobias");
    *in = shape.flat ? shape_vector(5) : shape_map(shape.h, shape.w, 2);
    return layer_of(text);
}

static Case draw_case(const LayerKind *kind, int turn, Rng *rng, int *tested)
{
    static const int batches[] = {1, 2, 3, 4, 5, 7, 11};
    bool statistics = !strcmp(kind->param.name, "batchnorm");
    Shape in;
    LayerSpec spec = reference_draw(kind, turn, rng, &in);
    /* With few numbers a channel BatchNorm's gradients are differences of near equals. */
    int batch = statistics ? 11 + turn % 5 : batches[rng_below(rng, COUNT_OF(batches))];
    Shape input = in;
    LayerSpec first = before(in, !statistics, &input); /* a bias before BatchNorm has no gradient at all */
    bool alone = turn % 5 == 0;
    Case c = case_new(alone ? in : input, batch, (uint32_t)turn);
    if (!alone)
        case_add(&c, first);
    *tested = c.layers;
    case_add(&c, spec);
    Shape out = c.output;
    if (turn % 7) {
        bool flat = out.flat || turn % 2;
        if (!out.flat && flat)
            case_add(&c, layer_of("flatten"));
        case_add(&c, before(flat ? shape_vector(3) : shape_map(out.h, out.w, 2), true, &input));
    }
    Str text = {0};
    char shape[SHAPE_TEXT];
    shape_text(in, shape);
    param_set_print(&spec.set, true, &text);
    snprintf(c.text, sizeof c.text, "case %d: %.150s on %s, batch %d, layer %d of %d", turn, text.text, shape, batch, *tested,
             c.layers);
    str_clear(&text);
    case_fill(&c, rng);
    return c;
}

#ifdef __SANITIZE_THREAD__
enum { TURNS = 20 }; /* slow there, and races show at once */
#else
enum { TURNS = 80 };
#endif

static void against_the_reference(void **state)
{
    (void)state;
    for (int k = 0; k < layer_kinds_count; k++) {
        Rng rng = rng_new(5, RNG_TEST, (uint32_t)k, 0);
        int turns = reference_turns(layer_kinds[k]), used = 0, tested;
        turns = turns < TURNS ? TURNS : turns;
        for (int turn = 0; turn < turns; turn++) {
            Case c = draw_case(layer_kinds[k], turn, &rng, &tested);
            used += case_run(&c);
            case_free(&c);
        }
        if (used < turns * 2 / 3)
            fail_msg("%s: only %d of %d cases could be compared", layer_kinds[k]->param.name, used, turns);
    }
}

/* Frozen layers run in inference form, keep their parameters, and pass the gradient on. */
static void frozen_layers(void **state)
{
    (void)state;
    Rng rng = rng_new(6, RNG_TEST, 0, 0);
    int used = 0, tested;
    for (int turn = 0; turn < 5 * layer_kinds_count; turn++) {
        Case c = draw_case(layer_kinds[turn % layer_kinds_count], turn, &rng, &tested);
        c.frozen[tested] = true;
        used += case_run(&c);
        case_free(&c);
    }
    assert_true(used > 3 * layer_kinds_count);
}

/* A slice that is taken through the network in several pieces. */
static void chunks(void **state)
{
    (void)state;
    Rng rng = rng_new(7, RNG_TEST, 0, 0);
    Case c = case_new(shape_vector(40), 150, 1);
    case_add(&c, layer_of("dense 1500 gelu"));
    case_add(&c, layer_of("dropout 0.3"));
    case_add(&c, layer_of("sample 5"));
    case_add(&c, layer_of("dense 7"));
    case_fill(&c, &rng);
    Network *net = case_network(&c, 1, NULL, false);
    assert_true(net->chunk < 100);
    network_free(net);
    assert_true(case_run(&c));
    case_free(&c);
}

static const struct CMUnitTest tests[] = {
    ON_TEAMS(against_the_reference),
    ON_TEAMS(frozen_layers),
    ON_TEAMS(chunks),
};

EACH_ISA_MAIN(tests)
