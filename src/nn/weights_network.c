/* Tensors out of a network and back into one. */
#include "nn/weights.h"

#include "base/str.h"

#include <string.h>

static void shape_print(int rank, const int *dim, Str *out)
{
    str_add(out, rank ? "" : "a single number");
    for (int i = 0; i < rank; i++)
        str_addf(out, "%s%d", i ? "x" : "", dim[i]);
}

static bool same_shape(const Weight *weight, const TensorPlan *plan)
{
    return weight->rank == plan->rank && !memcmp(weight->dim, plan->dim, (size_t)plan->rank * sizeof *plan->dim);
}

bool weights_from_network(Weights *weights, const Network *net, Error *err)
{
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        if (!weights_put(weights, tensor.name, tensor.plan->rank, tensor.plan->dim, tensor.data, err))
            return false;
    }
    return true;
}

static bool refuse_shape(const Weight *weight, const NetworkTensor *tensor, Error *err)
{
    Str has = {0}, needs = {0};
    shape_print(weight->rank, weight->dim, &has);
    shape_print(tensor->plan->rank, tensor->plan->dim, &needs);
    error_set(err, ERROR_INPUT, "use the weights of a network with the same layers", "%s is %s, but the network needs %s",
              tensor->name, has.text, needs.text);
    str_clear(&has);
    str_clear(&needs);
    return false;
}

bool weights_to_network(const Weights *weights, Network *net, int *missing, Error *err)
{
    /* Shapes first: a network is filled whole or not touched. */
    int absent = 0;
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        const Weight *weight = weights_find(weights, tensor.name);
        if (!weight && !missing)
            return error_set(err, ERROR_INPUT, NULL, "the weights lack %s", tensor.name);
        absent += !weight;
        if (weight && !same_shape(weight, tensor.plan))
            return refuse_shape(weight, &tensor, err);
    }
    for (int i = 0; i < network_tensors(net); i++) {
        NetworkTensor tensor = network_tensor(net, i);
        const Weight *weight = weights_find(weights, tensor.name);
        if (weight)
            memcpy(tensor.data, weight->data, weight->size * sizeof(float));
    }
    network_changed(net);
    if (missing)
        *missing = absent;
    return true;
}
