/* Initial weights: Glorot & Bengio 2010, He et al. 2015; normal ones truncated at two deviations as by Keras' VarianceScaling. */
#include "nn/network_own.h"

#include "base/rng.h"

#include <math.h>
#include <string.h>

static void initialise(const TensorPlan *plan, Rng rng, float *data, size_t size)
{
    enum { TRUNCATION = 2 };
    const double truncated_sd = 0.87962566103423978; /* of N(0, 1) cut at two deviations */
    bool glorot = plan->init == INIT_GLOROT_UNIFORM || plan->init == INIT_GLOROT_NORMAL;
    double variance = glorot ? 2 / (plan->fan_in + plan->fan_out) : 2 / plan->fan_in;
    for (size_t i = 0; i < size; i++) {
        switch (plan->init) {
        case INIT_GLOROT_UNIFORM:
        case INIT_HE_UNIFORM:
            data[i] = (float)(sqrt(3 * variance) * (2 * (double)rng_uniform(&rng) - 1));
            break;
        case INIT_GLOROT_NORMAL:
        case INIT_HE_NORMAL: {
            float draw;
            do
                draw = rng_normal(&rng);
            while (fabsf(draw) > TRUNCATION);
            data[i] = (float)(sqrt(variance) / truncated_sd) * draw;
            break;
        }
        case INIT_ONES:
            data[i] = 1;
            break;
        case INIT_ZEROS:
            data[i] = 0;
            break;
        }
    }
}

/* The numbers depend on the layer's name, not its place: the same block starts alike in every network it is part of. */
static uint32_t name_hash(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

void network_initialise(Network *net)
{
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        initialise(tensor.plan, rng_new(net->options.seed, RNG_INIT, name_hash(tensor.name), 0), tensor.data, tensor.size);
    }
    for (int s = 0; s < network_slots(net); s++) {
        const OptimizerKind *kind = optimizer_spec_kind(&net->optimizer);
        float start = s == 0 && kind->start ? (float)kind->start(&net->optimizer) : 0;
        for (size_t i = 0; i < net->params; i++)
            net->slots[s][i] = start;
    }
    for (int r = 0; net->learns && r < net->ranks; r++)
        memset(net->seat[r].grad, 0, net->params * sizeof(float));
    net->step = 0;
    net->stale = true;
}
