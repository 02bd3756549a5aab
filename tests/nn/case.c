/* A case is a text of layers; both sides compute it, and what they say is compared. */
#include "case.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TOLERANCE = 1e-5, KINK = 3e-6;

Team *case_teams[CASE_TEAMS];

int case_make_teams(void **state)
{
    (void)state;
    for (int i = 0; i < CASE_TEAMS; i++)
        if (!(case_teams[i] = team_new(i + 1, NULL)))
            return 1;
    return 0;
}

int case_free_teams(void **state)
{
    (void)state;
    for (int i = 0; i < CASE_TEAMS; i++)
        team_free(case_teams[i]);
    return 0;
}

/* ---- from text */

static void parse(ParamSet *set, char **words, int count)
{
    Error err = {0};
    if (!param_set_parse(set, words, count, true, &err))
        fail_msg("%s: %s", set->kind->name, err.what);
}

static int split(char *text, char *words[16])
{
    int count = 0;
    for (char *rest, *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    return count;
}

LayerSpec layer_of(const char *text)
{
    char *copy = mem_text(text), *words[16];
    int count = split(copy, words);
    const LayerKind *kind = layer_kind_find(words[0]);
    assert_non_null(kind);
    LayerSpec spec = layer_spec_new(kind);
    parse(&spec.set, words + 1, count - 1);
    free(copy);
    return spec;
}

LossSpec loss_of(const char *text)
{
    char *copy = mem_text(text), *words[16];
    int count = split(copy, words), k = 0;
    while (strcmp(loss_kinds[k]->param.name, words[0]) != 0)
        assert_true(++k < loss_kinds_count);
    LossSpec spec = param_set_new(&loss_kinds[k]->param);
    parse(&spec, words + 1, count - 1);
    free(copy);
    return spec;
}

OptimizerSpec optimizer_of(const char *text)
{
    char *copy = mem_text(text), *words[16];
    int count = split(copy, words), k = 0;
    while (strcmp(optimizer_kinds[k]->param.name, words[0]) != 0)
        assert_true(++k < optimizer_kinds_count);
    OptimizerSpec spec = param_set_new(&optimizer_kinds[k]->param);
    parse(&spec, words + 1, count - 1);
    free(copy);
    return spec;
}

/* ---- making */

Case case_new(Shape input, int batch, uint32_t number)
{
    return (Case){.input = input, .output = input, .batch = batch, .number = number, .loss = loss_of("mse"), .text = "case"};
}

void case_add(Case *c, LayerSpec spec)
{
    LayerPlan plan;
    Error err = {0};
    assert_true(c->layers < CASE_LAYERS);
    snprintf(spec.name, sizeof spec.name, "layer_%d", c->layers);
    if (!layer_plan(&spec, c->output, (Arithmetic){0}, true, true, &plan, &err))
        fail_msg("%s: %s", c->text, err.what);
    c->output = plan.out;
    layer_plan_clear(&plan);
    c->layer[c->layers++] = spec;
}

void case_fill(Case *c, Rng *rng)
{
    size_t ins = (size_t)c->batch * shape_size(c->input), outs = (size_t)c->batch * shape_size(c->output);
    c->x = mem_new(ins, sizeof *c->x);
    c->target = mem_new(outs, sizeof *c->target);
    c->labels = mem_new((size_t)c->batch, 1);
    for (size_t i = 0; i < ins; i++)
        c->x[i] = 0.8f * rng_normal(rng);
    for (size_t i = 0; i < outs; i++)
        c->target[i] = rng_uniform(rng);
    for (int i = 0; i < c->batch; i++)
        c->labels[i] = (uint8_t)rng_below(rng, (uint32_t)(shape_size(c->output) < 256 ? shape_size(c->output) : 256));
}

void case_free(Case *c)
{
    free(c->x);
    free(c->target);
    free(c->labels);
}

static void fill_batch(void *context, int first, int count, float *x, float *target, uint8_t *labels)
{
    const Case *c = context;
    size_t in = shape_size(c->input), out = shape_size(c->output);
    if (count <= 0)
        return;
    memcpy(x, c->x + (size_t)first * in, (size_t)count * in * sizeof *x);
    if (target)
        memcpy(target, c->target + (size_t)first * out, (size_t)count * out * sizeof *target);
    if (labels)
        memcpy(labels, c->labels + first, (size_t)count);
}

BatchSource case_source(const Case *c)
{
    return (BatchSource){fill_batch, (void *)(uintptr_t)c, false};
}

/* Numbers that keep the outputs' size. */
static void fill_parameters(Network *net, const Case *c)
{
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        Rng rng = rng_new(3, RNG_TEST, c->number, (uint32_t)i);
        double sd = tensor.plan->role == TENSOR_WEIGHT ? 1 / sqrt(tensor.plan->fan_in) : 0.5;
        bool variance = !strcmp(tensor.plan->name, "moving_variance");
        float size = (float)sd * (c->size > 0 ? c->size : 1);
        for (size_t j = 0; j < tensor.size; j++)
            tensor.data[j] = variance ? 0.5f + rng_uniform(&rng) : size * rng_normal(&rng);
    }
    network_changed(net);
}

Network *case_network(const Case *c, int threads, const OptimizerSpec *optimizer, bool input_gradient)
{
    NetworkOptions options = {.input = c->input, .batch = c->batch, .team = case_teams[threads - 1], .seed = 11,
                              .frozen = c->frozen, .loss = &c->loss, .optimizer = optimizer, .input_gradient = input_gradient,
                              .fuse = true, .arithmetic = c->arithmetic};
    Error err = {0};
    Network *net = network_new(c->layer, c->layers, &options, &err);
    if (!net)
        fail_msg("%s: %s", c->text, err.what);
    fill_parameters(net, c);
    return net;
}

/* ---- comparing */

void case_compare(const Case *c, const char *what, int threads, size_t count, const float *got, const double *want,
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

/* A twentieth of the largest gradient in the whole network: a tensor whose gradients all are small differences of large
 * terms is measured against that. */
static double least_gradient(const Reference *ref)
{
    double most = 0;
    for (int i = 0; i < ref->layers; i++)
        for (int t = 0; t < ref->layer[i].tensors && t < 2; t++)
            for (size_t j = 0; j < ref->layer[i].tensor[t].size; j++)
                most = fmax(most, fabs(ref->layer[i].tensor[t].grad[j]));
    return most / 20;
}

/* SGD with momentum 1/2 and rate 1 has left minus the gradient in its memory. */
static void compare_tensor(const Case *c, const Reference *ref, const Network *net, int threads, int layer, int t)
{
    const RefTensor *tensor = &ref->layer[layer].tensor[t];
    const Layer *own = &net->layer[layer];
    size_t at = own->tensor_at[t];
    bool state = own->plan.tensor[t].role == TENSOR_STATE;
    char what[80];
    snprintf(what, sizeof what, "layer %d's %s", layer, own->plan.tensor[t].name);
    const float *now = (state ? net->state : net->param) + at;
    for (size_t j = 0; c->frozen[layer] && j < tensor->size; j++)
        assert_true((double)now[j] == tensor->value[j]);
    if (c->frozen[layer])
        return;
    if (state) {
        case_compare(c, what, threads, tensor->size, now, tensor->grad, 0);
        return;
    }
    float *gradient = mem_new(tensor->size, sizeof *gradient);
    double *stepped = mem_new(tensor->size, sizeof *stepped), most = 0;
    for (size_t j = 0; j < tensor->size; j++) {
        gradient[j] = -net->slots[0][at + j];
        stepped[j] = tensor->value[j] - tensor->grad[j];
        most = fmax(most, fabs(tensor->value[j]));
    }
    case_compare(c, what, threads, tensor->size, gradient, tensor->grad, least_gradient(ref));
    case_compare(c, "updated parameters", threads, tensor->size, now, stepped, most);
    free(gradient);
    free(stepped);
}

static void compare_loss(const Case *c, const char *what, int threads, double got, double want)
{
    float loss = (float)got;
    case_compare(c, what, threads, 1, &loss, &want, 1e-2);
}

static void compare_training(const Case *c, Reference *ref, int threads)
{
    OptimizerSpec sgd = optimizer_of("sgd lr=1 momentum=0.5");
    Network *net = case_network(c, threads, &sgd, false);
    BatchSource source = case_source(c);
    StepSettings settings = {.lr = 1, .kl_weight = ref->kl_weight, .random_step = ref->step};
    if (threads == 2)
        settings.clip_norm = 1e9; /* never reached; but no weight gradient waits for the update */
    StepResult result = network_train_step(net, c->batch, &source, &settings);
    long correct = 0;
    double want = reference_loss(ref, &c->loss, c->target, c->labels, &correct);
    assert_int_equal(result.bad_layer, -1);
    assert_int_equal(result.correct, correct);
    compare_loss(c, "the loss", threads, result.loss, want);
    compare_loss(c, "the KL", threads, result.kl, ref->kl[0] / c->batch);

    /* What the loss has taken over is compared through loss and gradients; here are outputs as they are. */
    const double *y = reference_output(ref);
    size_t out = shape_size(c->output);
    for (int rank = 0; !net->logits && rank < threads; rank++) {
        int first, count;
        team_slice(c->batch, 1, rank, threads, &first, &count);
        if (count <= net->chunk) /* else only the last chunk is still there */
            case_compare(c, "training output", threads, (size_t)count * out, net->seat[rank].act[net->layers],
                         y + (size_t)first * out, 0);
    }
    for (int i = 0; i < net->layers; i++)
        for (int t = 0; t < net->layer[i].plan.tensors; t++)
            compare_tensor(c, ref, net, threads, i, t);
    network_free(net);
}

static void compare_inference(const Case *c, Reference *ref, int threads)
{
    Network *net = case_network(c, threads, NULL, true);
    size_t in = (size_t)c->batch * shape_size(c->input), out = (size_t)c->batch * shape_size(c->output);
    float *y = mem_new(out, sizeof *y), *dx = mem_new(in, sizeof *dx);
    network_forward(net, 0, c->layers, c->batch, c->x, y);
    case_compare(c, "output", threads, out, y, reference_output(ref), 0);
    network_backward(net, 0, c->layers, c->batch, c->x, c->target, dx);
    case_compare(c, "input gradient", threads, in, dx, ref->layer[0].dx, 0);
    free(y);
    free(dx);
    network_free(net);
}

/* In inference form, but codes are drawn: from numbers of their own. */
static void compare_evaluation(const Case *c, Reference *ref, int threads)
{
    Network *net = case_network(c, threads, NULL, false);
    BatchSource source = case_source(c);
    StepResult result = network_evaluate(net, c->batch, &source);
    long correct = 0;
    compare_loss(c, "the loss evaluated", threads, result.loss,
                 reference_loss(ref, &c->loss, c->target, c->labels, &correct));
    assert_int_equal(result.correct, correct);
    network_free(net);
}

bool case_run(const Case *c)
{
    Reference *ref = reference_new(c->layer, c->layers, c->input, c->batch, c->frozen);
    if (!ref)
        fail_msg("%s: a layer has no reference: write one in tests/nn/reference_layers.c", c->text);
    Network *net = case_network(c, 1, NULL, false);
    reference_take(ref, net);
    network_free(net);
    ref->seed = 11;
    ref->step = c->number;
    ref->kl_weight = 0.25;
    long correct = 0;

    ref->training = ref->sampling = true;
    reference_forward(ref, c->x);
    reference_loss(ref, &c->loss, c->target, c->labels, &correct);
    bool usable = ref->margin > KINK;
    if (usable)
        reference_backward(ref);
    for (int threads = 1; usable && threads <= CASE_TEAMS; threads++)
        compare_training(c, ref, threads);

    ref->training = false;
    ref->kl_weight = 1;
    ref->step = UINT32_MAX;
    reference_forward(ref, c->x);
    for (int threads = 1; usable && threads <= CASE_TEAMS; threads++)
        compare_evaluation(c, ref, threads);

    ref->sampling = false;
    ref->kl_weight = 0;
    reference_forward(ref, c->x);
    usable &= ref->margin > KINK;
    for (size_t i = 0; i < (size_t)c->batch * shape_size(c->output); i++)
        ref->layer[ref->layers - 1].dy[i] = (double)c->target[i];
    reference_backward(ref);
    for (int threads = 1; usable && threads <= CASE_TEAMS; threads++)
        compare_inference(c, ref, threads);
    reference_free(ref);
    return usable;
}
