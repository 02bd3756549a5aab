/* Snapshots: what they show lies in shared blocks, so that making one copies little however long a history is. */
#include "train/worker.h"

#include <stdlib.h>
#include <string.h>

void snapshot_free(Snapshot *snapshot)
{
    if (!snapshot)
        return;
    shared_drop(snapshot->history);
    shared_drop(snapshot->pictures);
    shared_drop(snapshot->scatter);
    free(snapshot);
}

void snapshot_set_metrics(Snapshot *snapshot, const Metric *metric, int count)
{
    shared_drop(snapshot->history);
    snapshot->history = shared_new((size_t)count, sizeof *metric);
    Metric *copy = shared_data(snapshot->history);
    if (count)
        memcpy(copy, metric, (size_t)count * sizeof *metric);
    snapshot->metric = copy;
    snapshot->metrics = count;
}

float *snapshot_take_pictures(Snapshot *snapshot, int probes, Shape fed, Shape output, float **made)
{
    size_t in = (size_t)probes * shape_size(fed), out = (size_t)probes * shape_size(output);
    shared_drop(snapshot->pictures);
    snapshot->pictures = shared_new(in + out, sizeof(float));
    snapshot->probes = probes;
    snapshot->probe_shape = fed;
    snapshot->output_shape = output;
    float *noisy = shared_data(snapshot->pictures);
    snapshot->noisy = noisy;
    snapshot->output = *made = noisy + in;
    return noisy;
}

float *snapshot_take_codes(Snapshot *snapshot, int codes, int size)
{
    shared_drop(snapshot->scatter);
    snapshot->scatter = shared_new((size_t)codes * (size_t)size, sizeof(float));
    snapshot->codes = codes;
    snapshot->code_size = size;
    snapshot->code_turn++;
    float *code = shared_data(snapshot->scatter);
    snapshot->code = code;
    return code;
}
