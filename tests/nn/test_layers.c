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

/* BatchNorm sees its whole slice, the layers between take it in pieces: around an alias, another BatchNorm, a frozen one, first and last,
 * before a large dense layer, and under a loss that takes over the last activation. */
static void chunks_between_batchnorms(void **state)
{
    (void)state;
    static const char *const nets[][6] = {
        {"conv 9 1x1 relu", "batchnorm", "upsample 2", "conv 2 2x2 lrelu(0.1)", "batchnorm", "conv 2 1x1"},
        {"batchnorm", "conv 9 1x1", "batchnorm", "batchnorm", "maxpool 2", "conv 3 3x3 stride=2"},
        {"conv 8 1x1 nobias", "batchnorm", "activation gelu", "dropout 0.2", "conv 4 2x2", "batchnorm"},
        {"conv 9 1x1", "batchnorm", "maxpool 4", "flatten", "dense 40", "dense 2"},
        {"conv 9 1x1 nobias", "batchnorm", "conv 6 2x2 nobias", "batchnorm", "conv 2 1x1 nobias", "batchnorm"},
    };
    Rng rng = rng_new(9, RNG_TEST, 0, 0);
    int used = 0;
    for (size_t i = 0; i < 2 * COUNT_OF(nets); i++) {
        Case c = case_new(shape_map(24, 28, 2), 17, (uint32_t)i);
        for (int j = 0; j < 6; j++)
            case_add(&c, layer_of(nets[i / 2][j]));
        if (i == 2) {
            case_add(&c, layer_of("activation sigmoid"));
            c.loss = loss_of("bce");
        }
        c.frozen[3] = i == 9;
        snprintf(c.text, sizeof c.text, "spans %zu", i);
        case_fill(&c, &rng);
        OptimizerSpec optimizer = optimizer_of("sgd");
        Network *net = case_network(&c, 1, &optimizer, false);
        assert_true(net->gathers && net->held == 17 && net->chunk < 17);
        network_free(net);
        used += case_run(&c);
        case_free(&c);
    }
    assert_true(used > 5);
}

/* Maps go in pieces, a dense layer with many weights takes its slice at once: first or last of them, in the middle of maps, beside BatchNorm,
 * frozen itself, behind frozen layers. */
static void wide_dense_layers(void **state)
{
    (void)state;
    static const struct {
        const char *layer[7];
        int wide, frozen[3]; /* frozen: layers and 1, ended by 0 */
    } nets[] = {
        {{"conv 9 1x1", "flatten", "dense 50 gelu", "dense 6"}, 2, {0}},
        {{"conv 9 1x1", "flatten", "dense 50 gelu", "dropout 0.2", "dense 6"}, 2, {1, 2}},
        {{"flatten", "dense 6048", "reshape 24x28x9", "conv 1 3x3 gelu", "maxpool 2"}, 1, {0}},
        {{"conv 9 1x1", "flatten", "dense 50 gelu", "dense 6048", "reshape 24x28x9", "conv 2 3x3", "batchnorm"}, 2, {0}},
        {{"conv 9 1x1", "batchnorm", "flatten", "dense 60", "batchnorm", "dense 3"}, 3, {0}},
        {{"conv 9 1x1", "batchnorm", "flatten", "dense 60", "batchnorm", "dense 3"}, 3, {4}},
        {{"conv 9 1x1", "batchnorm", "flatten", "dense 60", "batchnorm", "dense 3"}, 3, {1, 2}},
        {{"conv 9 1x1", "flatten", "activation gelu", "dense 50 gelu", "dense 6"}, 3, {1, 4}},
    };
    Rng rng = rng_new(10, RNG_TEST, 0, 0);
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Case c = case_new(shape_map(24, 28, 2), 17, (uint32_t)i);
        for (int j = 0; j < 7 && nets[i].layer[j]; j++)
            case_add(&c, layer_of(nets[i].layer[j]));
        for (const int *frozen = nets[i].frozen; *frozen; frozen++)
            c.frozen[*frozen - 1] = true;
        snprintf(c.text, sizeof c.text, "wide %zu", i);
        case_fill(&c, &rng);
        OptimizerSpec optimizer = optimizer_of("sgd");
        Network *net = case_network(&c, 1, &optimizer, false);
        assert_true(net->gathers && net->layer[nets[i].wide].wide && net->chunk < 17);
        network_free(net);
        assert_true(case_run(&c));
        case_free(&c);
    }
}

/* UpSample and the Conv behind it are one layer where that pays; what they give and learn stays the same. */
static void fused_layers(void **state)
{
    (void)state;
    static const char *const enlarge[] = {"upsample 2", "upsample 3x2", "upsample 1x2", "upsample 2"};
    static const char *const convs[] = {"conv 3 3x3 relu", "conv 1 3x3 sigmoid", "conv 4 5x5 valid gelu", "conv 5 2x3 nobias",
                                        "conv 2 1x1 lrelu(0.2)", "conv 18 2x2 tanh", "conv 20 3x3 valid relu"};
    enum { PAIRS = 56 };
    Rng rng = rng_new(8, RNG_TEST, 0, 0);
    int used = 0, fused = 0;
    for (int turn = 0; turn < PAIRS; turn++) {
        int h = 5 + (int)rng_below(&rng, 5), w = 5 + (int)rng_below(&rng, 5);
        int c = turn % 8 ? 1 + (int)rng_below(&rng, 6) : 17;
        bool alone = turn % 5 == 0;
        Case pair = case_new(shape_map(h, w, alone ? c : 2), 1 + turn % 5, (uint32_t)turn);
        Shape in;
        if (!alone)
            case_add(&pair, before(shape_map(h, w, c), true, &in));
        case_add(&pair, layer_of(enlarge[turn % (int)COUNT_OF(enlarge)]));
        case_add(&pair, layer_of(convs[turn % (int)COUNT_OF(convs)]));
        pair.frozen[pair.layers - 1] = turn % 6 == 5;
        if (turn % 3)
            case_add(&pair, layer_of("conv 2 3x3"));
        snprintf(pair.text, sizeof pair.text, "pair %d: %s, %s on %dx%dx%d", turn, enlarge[turn % (int)COUNT_OF(enlarge)],
                 convs[turn % (int)COUNT_OF(convs)], h, w, c);
        case_fill(&pair, &rng);
        OptimizerSpec optimizer = optimizer_of("sgd");
        Network *net = case_network(&pair, 1, &optimizer, false);
        fused += net->layer[alone ? 0 : 1].absorbed;
        network_free(net);
        used += case_run(&pair);
        case_free(&pair);
    }
    assert_true(used > PAIRS * 2 / 3);
    assert_true(fused > PAIRS / 2);
}

static const struct CMUnitTest tests[] = {
    ON_TEAMS(against_the_reference),
    ON_TEAMS(frozen_layers),
    ON_TEAMS(fused_layers),
    ON_TEAMS(chunks_between_batchnorms),
    ON_TEAMS(wide_dense_layers),
    ON_TEAMS(chunks),
};

EACH_ISA_MAIN(tests)
