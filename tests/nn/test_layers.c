/* Every layer kind of the table against the reference: outputs and all gradients of small networks with the kind in their
 * middle, on one, two and three threads and on every instruction set. */
#include "../tensor/each_isa.h"

#include "base/mem.h"
#include "base/rng.h"
#include "nn/network_own.h"
#include "reference.h"

#include <math.h>
#include <stdio.h>

enum { TEAMS = 3, MOST_LAYERS = 4 };
static const double TOLERANCE = 1e-5;

static Team *teams[TEAMS];

static int make_teams(void **state)
{
    (void)state;
    for (int i = 0; i < TEAMS; i++)
        if (!(teams[i] = team_new(i + 1, NULL)))
            return 1;
    return 0;
}

static int free_teams(void **state)
{
    (void)state;
    for (int i = 0; i < TEAMS; i++)
        team_free(teams[i]);
    return 0;
}

/* ---- a case: layers, data, parameters */

typedef struct Case {
    char text[256]; /* for messages */
    LayerSpec layer[MOST_LAYERS];
    bool frozen[MOST_LAYERS];
    int layers, tested, batch;
    Shape input, output;
    float *x, *target;
    uint32_t number;
} Case;

static LayerSpec layer_of(const char *kind)
{
    return layer_spec_new(layer_kind_find(kind));
}

static void set_field(LayerSpec *spec, const char *field, double number, int choice)
{
    Value *value = &spec->set.value[param_find(spec->set.kind, field)];
    value->number = number;
    value->choice = choice;
}

/* Something that learns and gives `shape`; linear, so that it adds no errors of its own. */
static LayerSpec before(Shape shape, bool bias, Shape *in)
{
    LayerSpec spec = layer_of(shape.flat ? "dense" : "conv");
    set_field(&spec, shape.flat ? "units" : "filters", shape.c, 0);
    set_field(&spec, "bias", 0, bias);
    *in = shape.flat ? shape_vector(5) : shape_map(shape.h, shape.w, 2);
    return spec;
}

static void add_layer(Case *c, LayerSpec spec)
{
    snprintf(spec.name, sizeof spec.name, "layer_%d", c->layers);
    c->layer[c->layers++] = spec;
}

static Shape output_of(const LayerSpec *spec, Shape in)
{
    LayerPlan plan;
    assert_true(layer_plan(spec, in, true, true, &plan, NULL));
    Shape out = plan.out;
    layer_plan_clear(&plan);
    return out;
}

static Case draw_case(const LayerKind *kind, int turn, Rng *rng)
{
    static const int batches[] = {1, 2, 3, 4, 5, 7, 11};
    Case c = {.batch = batches[rng_below(rng, COUNT_OF(batches))], .number = (uint32_t)turn};
    bool statistics = !strcmp(kind->param.name, "batchnorm");
    Shape in;
    LayerSpec spec = reference_draw(kind, turn, rng, &in);
    if (statistics) /* with few numbers a channel its gradients are differences of near equals */
        c.batch = 11 + turn % 5;
    c.input = in;
    if (turn % 5)
        add_layer(&c, before(in, !statistics, &c.input)); /* a bias before it would have no gradient at all */
    c.tested = c.layers;
    add_layer(&c, spec);
    Shape out = output_of(&c.layer[c.tested], in);
    if (turn % 7) {
        Shape ignored;
        LayerSpec next = before(turn % 2 || out.flat ? shape_vector(3) : shape_map(out.h, out.w, 2), true, &ignored);
        if (!out.flat && turn % 2)
            add_layer(&c, layer_of("flatten"));
        add_layer(&c, next);
    }
    c.output = c.input;
    for (int i = 0; i < c.layers; i++)
        c.output = output_of(&c.layer[i], c.output);
    Str text = {0};
    char shape[SHAPE_TEXT];
    shape_text(in, shape);
    param_set_print(&spec.set, true, &text);
    snprintf(c.text, sizeof c.text, "case %d: %s on %s, batch %d, layer %d of %d", turn, text.text, shape, c.batch, c.tested,
             c.layers);
    str_clear(&text);
    size_t ins = (size_t)c.batch * shape_size(c.input), outs = (size_t)c.batch * shape_size(c.output);
    c.x = mem_new(ins, sizeof *c.x);
    c.target = mem_new(outs, sizeof *c.target);
    for (size_t i = 0; i < ins; i++)
        c.x[i] = 0.8f * rng_normal(rng);
    for (size_t i = 0; i < outs; i++)
        c.target[i] = 0.3f * rng_normal(rng);
    return c;
}

static void free_case(Case *c)
{
    free(c->x);
    free(c->target);
}

static void fill_batch(void *context, int first, int count, float *x, float *target, uint8_t *labels)
{
    const Case *c = context;
    size_t in = shape_size(c->input), out = shape_size(c->output);
    (void)labels;
    if (count > 0) {
        memcpy(x, c->x + (size_t)first * in, (size_t)count * in * sizeof *x);
        memcpy(target, c->target + (size_t)first * out, (size_t)count * out * sizeof *target);
    }
}

/* Numbers of a size that keeps the outputs' size, from the case's number alone. */
static void fill_parameters(Network *net, uint32_t number)
{
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        Rng rng = rng_new(3, RNG_TEST, number, (uint32_t)i);
        double fan = tensor.plan->role == TENSOR_WEIGHT ? 1 / sqrt((double)tensor.plan->fan_in) : 0.5;
        bool variance = !strcmp(tensor.plan->name, "moving_variance");
        for (size_t j = 0; j < tensor.size; j++)
            tensor.data[j] = variance ? 0.5f + rng_uniform(&rng) : (float)fan * rng_normal(&rng);
    }
    network_changed(net);
}

/* ---- comparing */

/* Errors are measured against the tensor's largest number, or `least` where all of them are small differences of large terms. */
static void compare_least(const Case *c, const char *what, int threads, size_t count, const float *got, const double *want,
                          double least)
{
    double scale = fmax(least, 1e-6), worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        scale = fmax(scale, fabs(want[i]));
        double off = fabs((double)got[i] - want[i]);
        if (!(off <= worst)) {
            worst = off;
            at = i;
        }
    }
    if (!(worst <= TOLERANCE * scale))
        fail_msg("%s, %d threads: %s[%zu of %zu] is %.9g, not %.9g; largest %g", c->text, threads, what, at, count,
                 (double)got[at], want[at], scale);
}

static void compare(const Case *c, const char *what, int threads, size_t count, const float *got, const double *want)
{
    compare_least(c, what, threads, count, got, want, 0);
}

/* A twentieth of the largest gradient in the whole network. */
static double least_gradient(const Reference *ref)
{
    double most = 0;
    for (int i = 0; i < ref->layers; i++)
        for (int t = 0; t < ref->layer[i].tensors && t < 2; t++)
            for (size_t j = 0; j < ref->layer[i].tensor[t].size; j++)
                most = fmax(most, fabs(ref->layer[i].tensor[t].grad[j]));
    return most / 20;
}

static Network *network_of(const Case *c, int threads, const LossSpec *loss, const OptimizerSpec *optimizer, bool input_gradient)
{
    NetworkOptions options = {.input = c->input, .batch = c->batch, .team = teams[threads - 1], .seed = 11, .frozen = c->frozen,
                              .loss = loss, .optimizer = optimizer, .input_gradient = input_gradient};
    Error err = {0};
    Network *net = network_new(c->layer, c->layers, &options, &err);
    if (!net)
        fail_msg("%s: %s", c->text, err.what);
    fill_parameters(net, c->number);
    return net;
}

/* The step of SGD with momentum 1/2 and rate 1 leaves minus the gradient in its memory. */
static OptimizerSpec plain_sgd(void)
{
    OptimizerSpec sgd = param_set_new(&optimizer_kinds[0]->param);
    sgd.value[param_find(sgd.kind, "momentum")].number = 0.5;
    return sgd;
}

static void compare_training(const Case *c, Reference *ref, int threads)
{
    LossSpec mse = param_set_new(&loss_kinds[0]->param);
    OptimizerSpec sgd = plain_sgd();
    Network *net = network_of(c, threads, &mse, &sgd, false);
    BatchSource source = {fill_batch, (void *)c, false};
    StepSettings settings = {.lr = 1, .kl_weight = ref->kl_weight, .random_step = ref->step};
    StepResult result = network_train_step(net, c->batch, &source, &settings);
    assert_int_equal(result.bad_layer, -1);
    float loss = (float)result.loss;
    double want = reference_loss(ref, &mse, c->target, NULL, NULL);
    compare(c, "the loss", threads, 1, &loss, &want);
    assert_true(fabs(result.kl - ref->kl[0] / c->batch) <= 1e-5 * fmax(1, result.kl));

    const double *y = reference_output(ref);
    size_t out = shape_size(c->output);
    for (int rank = 0; rank < threads; rank++) {
        int first, count;
        team_slice(c->batch, 1, rank, threads, &first, &count);
        if (count <= net->chunk) /* else only the last chunk is still there */
            compare(c, "training output", threads, (size_t)count * out, net->seat[rank].act[net->layers],
                    y + (size_t)first * out);
    }
    for (int i = 0; i < net->layers; i++)
        for (int t = 0; t < net->layer[i].plan.tensors; t++) {
            const RefTensor *tensor = &ref->layer[i].tensor[t];
            size_t at = net->layer[i].tensor_at[t];
            char what[80];
            snprintf(what, sizeof what, "layer %d's %s", i, net->layer[i].plan.tensor[t].name);
            if (net->layer[i].plan.tensor[t].role == TENSOR_STATE) {
                compare(c, what, threads, tensor->size, net->state + at, c->frozen[i] ? tensor->value : tensor->grad);
                continue;
            }
            if (c->frozen[i]) {
                compare(c, "frozen parameters", threads, tensor->size, net->param + at, tensor->value);
                continue;
            }
            float *gradient = mem_new(tensor->size, sizeof *gradient);
            double *stepped = mem_new(tensor->size, sizeof *stepped), most = 0;
            for (size_t j = 0; j < tensor->size; j++) {
                gradient[j] = -net->slots[0][at + j];
                stepped[j] = tensor->value[j] - tensor->grad[j];
                most = fmax(most, fabs(tensor->value[j]));
            }
            compare_least(c, what, threads, tensor->size, gradient, tensor->grad, least_gradient(ref));
            compare_least(c, "updated parameters", threads, tensor->size, net->param + at, stepped, most);
            free(gradient);
            free(stepped);
        }
    network_free(net);
}

static void compare_inference(const Case *c, Reference *ref, int threads)
{
    Network *net = network_of(c, threads, NULL, NULL, true);
    size_t in = (size_t)c->batch * shape_size(c->input), out = (size_t)c->batch * shape_size(c->output);
    float *y = mem_new(out, sizeof *y), *dx = mem_new(in, sizeof *dx);
    network_forward(net, 0, c->layers, c->batch, c->x, y);
    compare(c, "output", threads, out, y, reference_output(ref));
    network_backward(net, 0, c->layers, c->batch, c->x, c->target, dx);
    compare(c, "input gradient", threads, in, dx, ref->layer[0].dx);
    free(y);
    free(dx);
    network_free(net);
}

/* False when the case comes so near a kink that rounding decides. */
static bool run_case(const Case *c)
{
    Reference *ref = reference_new(c->layer, c->layers, c->input, c->batch, c->frozen);
    if (!ref)
        fail_msg("%s has no reference: write one in tests/nn/reference_layers.c", c->layer[c->tested].set.kind->name);
    LossSpec mse = param_set_new(&loss_kinds[0]->param);
    Network *net = network_of(c, 1, NULL, NULL, false);
    reference_take(ref, net);
    network_free(net);
    ref->seed = 11;
    ref->step = c->number;
    ref->kl_weight = 0.25;

    ref->training = ref->sampling = true;
    reference_forward(ref, c->x);
    bool usable = ref->margin > 3e-6;
    reference_loss(ref, &mse, c->target, NULL, NULL);
    reference_backward(ref);
    for (int threads = 1; usable && threads <= TEAMS; threads++) {
        reference_loss(ref, &mse, c->target, NULL, NULL);
        compare_training(c, ref, threads);
    }

    ref->training = ref->sampling = false;
    ref->kl_weight = 0;
    reference_forward(ref, c->x);
    usable &= ref->margin > 3e-6;
    RefLayer *last = &ref->layer[ref->layers - 1];
    for (size_t i = 0; i < (size_t)c->batch * shape_size(c->output); i++)
        last->dy[i] = (double)c->target[i];
    reference_backward(ref);
    for (int threads = 1; usable && threads <= TEAMS; threads++)
        compare_inference(c, ref, threads);
    reference_free(ref);
    return usable;
}

static void against_the_reference(void **state)
{
    (void)state;
    for (int k = 0; k < layer_kinds_count; k++) {
        Rng rng = rng_new(5, RNG_TEST, (uint32_t)k, 0);
        int turns = reference_turns(layer_kinds[k]), used = 0;
        turns = turns < 80 ? 80 : turns;
        for (int turn = 0; turn < turns; turn++) {
            Case c = draw_case(layer_kinds[k], turn, &rng);
            used += run_case(&c);
            free_case(&c);
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
    int used = 0;
    for (int turn = 0; turn < 60; turn++) {
        Case c = draw_case(layer_kinds[turn % layer_kinds_count], turn, &rng);
        c.frozen[c.tested] = true;
        bool some = false;
        for (int i = 0; i < c.layers; i++)
            some |= i != c.tested && strcmp(c.layer[i].set.kind->name, "flatten") != 0;
        used += some && run_case(&c);
        free_case(&c);
    }
    assert_true(used > 30);
}

/* A slice that is taken through the network in several pieces. */
static void chunks(void **state)
{
    (void)state;
    Rng rng = rng_new(7, RNG_TEST, 0, 0);
    Case c = {.batch = 150, .input = shape_vector(40), .output = shape_vector(7), .text = "a batch in chunks"};
    LayerSpec wide = layer_of("dense"), code = layer_of("sample"), drop = layer_of("dropout"), last = layer_of("dense");
    set_field(&wide, "units", 1500, 0);
    set_field(&wide, "activation", 0, ACT_GELU);
    set_field(&code, "units", 5, 0);
    set_field(&last, "units", 7, 0);
    add_layer(&c, wide);
    add_layer(&c, drop);
    add_layer(&c, code);
    add_layer(&c, last);
    c.x = mem_new(150 * 40, sizeof *c.x);
    c.target = mem_new(150 * 7, sizeof *c.target);
    for (int i = 0; i < 150 * 40; i++)
        c.x[i] = rng_normal(&rng);
    Network *net = network_of(&c, 1, NULL, NULL, false);
    assert_true(net->chunk < 100);
    network_free(net);
    assert_true(run_case(&c));
    free_case(&c);
}

#define ON_TEAMS(test) cmocka_unit_test_setup_teardown(test, make_teams, free_teams)
static const struct CMUnitTest tests[] = {
    ON_TEAMS(against_the_reference),
    ON_TEAMS(frozen_layers),
    ON_TEAMS(chunks),
};

EACH_ISA_MAIN(tests)
