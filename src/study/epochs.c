/* Finds the weights that a run kept at its epochs' ends, and runs them. */
#include "study/epochs.h"

#include "base/file.h"
#include "store/run.h"

#include <stdio.h>

static void kept_path(const char *run_folder, int stage, int epoch, char path[RUN_PATH + 64])
{
    char name[RUN_EPOCH_NAME];
    run_epoch_name(stage, epoch, name);
    snprintf(path, RUN_PATH + 64, "%s/ckpt/%s.safetensors", run_folder, name);
}

int epochs_saved(const char *run_folder, int stage, int last, int *epoch, int room)
{
    int count = 0;
    for (int e = 1; e <= last && count < room; e++) {
        char path[RUN_PATH + 64];
        kept_path(run_folder, stage, e, path);
        if (file_exists(path))
            epoch[count++] = e;
    }
    return count;
}

bool epochs_run(const char *run_folder, int stage, int epoch, Team *team, int n, const float *x, size_t output, float *y,
                Error *err)
{
    char path[RUN_PATH + 64];
    Model model;
    kept_path(run_folder, stage, epoch, path);
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
