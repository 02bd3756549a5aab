#include "study/epochs.h"

#include "base/file.h"
#include "store/run.h"

#include <stdio.h>

enum { NAME = 32 };

static void kept_name(char name[NAME], int stage, int epoch)
{
    snprintf(name, NAME, "s%d-e%04d", stage + 1, epoch);
}

int epochs_saved(const char *run_folder, int stage, int last, int *epoch, int room)
{
    int count = 0;
    for (int e = 1; e <= last && count < room; e++) {
        char name[NAME], path[RUN_PATH + 64];
        kept_name(name, stage, e);
        snprintf(path, sizeof path, "%s/ckpt/%s.safetensors", run_folder, name);
        if (file_exists(path))
            epoch[count++] = e;
    }
    return count;
}

bool epochs_run(const char *run_folder, int stage, int epoch, Team *team, int n, const float *x, size_t output, float *y,
                Error *err)
{
    char name[NAME], path[RUN_PATH + 64];
    Model model;
    kept_name(name, stage, epoch);
    snprintf(path, sizeof path, "%s/ckpt/%s.safetensors", run_folder, name);
    if (!model_open(path, NULL, &model, err))
        return false;
    Network *net = model_network(&model, n, team, err);
    bool ok = net && shape_size(network_output(net)) == output;
    if (ok)
        network_forward(net, 0, network_layers(net), n, x, y);
    else if (net)
        error_set(err, ERROR_INPUT, NULL, "the network of epoch %d has another output", epoch);
    network_free(net);
    model_clear(&model);
    return ok;
}
