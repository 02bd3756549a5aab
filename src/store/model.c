/* Model files, and finding the model that a run's name means. */
#include "store/model.h"

#include "base/file.h"
#include "base/mem.h"
#include "spec/text.h"
#include "store/checkpoint.h"
#include "store/safetensors.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* -- The file: weights, and in the metadata the design and what it was trained on. */

bool model_write(const char *path, const Model *model, Error *err)
{
    Metadata metadata = {0};
    char number[24];
    char *text = design_print(model->design, true);
    metadata_put(&metadata, "format", "pt"); /* what Python's loaders look for: plain tensors in C order */
    metadata_put(&metadata, "hourglass", "model");
    metadata_put(&metadata, "name", model->design->name);
    metadata_put(&metadata, "network", text);
    snprintf(number, sizeof number, "%d", model->stage);
    metadata_put(&metadata, "stage", number);
    metadata_put(&metadata, "data", model->data_name);
    metadata_put(&metadata, "data_checksum", model->data_checksum);
    snprintf(number, sizeof number, "%llu", (unsigned long long)model->seed);
    metadata_put(&metadata, "seed", number);
    bool good = safetensors_write(path, &model->weights, &metadata, err);
    metadata_clear(&metadata);
    free(text);
    return good;
}

static const char *get(const Metadata *metadata, const char *key)
{
    const char *value = metadata_get(metadata, key);
    return value ? value : "";
}

static bool model_read(const char *path, Model *out, Error *err)
{
    Metadata metadata;
    *out = (Model){0};
    if (!safetensors_read(path, &out->weights, &metadata, err))
        return false;
    const char *text = metadata_get(&metadata, "network");
    if (!text)
        error_set(err, ERROR_INPUT, "only files that hourglass wrote have it", "has no network in its metadata");
    else
        out->design = design_parse(text, path, err);
    if (out->design) {
        snprintf(out->design->name, sizeof out->design->name, "%s", get(&metadata, "name"));
        snprintf(out->data_name, sizeof out->data_name, "%s", get(&metadata, "data"));
        snprintf(out->data_checksum, sizeof out->data_checksum, "%s", get(&metadata, "data_checksum"));
        out->seed = strtoull(get(&metadata, "seed"), NULL, 10);
        out->stage = atoi(get(&metadata, "stage"));
        if (out->stage < 0 || out->stage >= out->design->stages) {
            error_set(err, ERROR_INPUT, NULL, "names stage %d of %d", out->stage, out->design->stages);
            design_free(out->design);
            out->design = NULL;
        }
    }
    metadata_clear(&metadata);
    if (out->design)
        return true;
    weights_clear(&out->weights);
    return error_at(err, path, 0, 0);
}

/* -- A run's model. */

/* What the run says about itself, for the parts a checkpoint lacks. */
static bool from_checkpoint(const Run *run, Model *out, Error *err)
{
    TrainState state;
    Weights slots, best;
    RunMeta meta;
    if (!checkpoint_read(run, &state, &out->weights, &slots, &best, err)) {
        if (err && err->kind == ERROR_NONE)
            error_set(err, ERROR_INPUT, "wait for its first checkpoint, or train it again", "run %s has no model yet", run->name);
        return false;
    }
    weights_clear(&slots);
    weights_clear(&best);
    out->stage = state.stage;
    if (run_read_meta(run, &meta, err) && (out->design = run_design(run, err))) {
        if (out->stage < 0 || out->stage >= out->design->stages)
            out->stage = out->design->stages - 1; /* stopped between the last stage and the model file */
        snprintf(out->data_name, sizeof out->data_name, "%s", meta.data_name);
        snprintf(out->data_checksum, sizeof out->data_checksum, "%s", meta.data_checksum);
        out->seed = meta.seed;
        return true;
    }
    weights_clear(&out->weights);
    return false;
}

/* The path of a kept checkpoint: "best", an epoch (of the last stage that has it), or a file's own name "s1-e0006". */
static bool kept_path(const Run *run, const char *which, char *path, size_t size, Error *err)
{
    char name[RUN_EPOCH_NAME], inside[64];
    if (isdigit((unsigned char)*which)) {
        for (int stage = DESIGN_STAGES - 1; stage >= 0; stage--) {
            run_epoch_name(stage, atoi(which), name);
            snprintf(inside, sizeof inside, "ckpt/%s.safetensors", name);
            if (!file_join(path, size, run->folder, inside, err))
                return false;
            if (file_exists(path))
                return true;
        }
    } else {
        snprintf(inside, sizeof inside, "ckpt/%.32s.safetensors", which);
        if (!strchr(which, '/') && file_join(path, size, run->folder, inside, err) && file_exists(path))
            return true;
    }
    return error_set(err, ERROR_INPUT, "long runs keep every n-th epoch; @best and @last are always there",
                     "run %s kept no checkpoint %s", run->name, which);
}

static bool open_run(const char *name, const char *which, const char *runs_dir, Model *out, Error *err)
{
    Run run;
    char path[RUN_PATH + 64];
    if (!run_open(&run, runs_dir, name, false, err))
        return false;
    bool good;
    if (which && strcmp(which, "last") != 0) {
        good = kept_path(&run, which, path, sizeof path, err) && model_read(path, out, err);
    } else {
        good = file_join(path, sizeof path, run.folder, "model.safetensors", err);
        if (good && !which && file_exists(path))
            good = model_read(path, out, err);
        else
            good = good && from_checkpoint(&run, out, err);
    }
    run_close(&run);
    return good;
}

bool model_open(const char *run_or_path, const char *runs_dir, Model *out, Error *err)
{
    *out = (Model){0};
    if (file_exists(run_or_path) && !file_is_folder(run_or_path))
        return model_read(run_or_path, out, err);
    char name[RUN_PATH];
    if (strlen(run_or_path) >= sizeof name)
        return error_set(err, ERROR_USAGE, NULL, "the run's name is too long");
    snprintf(name, sizeof name, "%s", run_or_path);
    char *at = strrchr(name, '@');
    const char *slash = strrchr(name, '/');
    if (at && (!slash || at > slash))
        *at = '\0';
    else
        at = NULL;
    return open_run(name, at ? at + 1 : NULL, runs_dir, out, err);
}

void model_clear(Model *model)
{
    design_free(model->design);
    weights_clear(&model->weights);
    *model = (Model){0};
}

/* -- The network. */

/* Layers from the data to the stage's output: where a stage learns codes, the blocks that make them come first. */
static LayerSpec *whole_chain(const Model *model, Shape *input, int *count, int *code, Error *err)
{
    Chain *codes = design_code_chain(model->design, model->stage, err);
    Chain *chain = codes ? design_chain(model->design, model->stage, err) : NULL;
    LayerSpec *layer = NULL;
    if (chain) {
        *count = codes->layers + chain->layers;
        *code = codes->layers + chain->code;
        *input = codes->layers ? codes->input : chain->input;
        layer = mem_new((size_t)*count, sizeof *layer);
        memcpy(layer, codes->layer, (size_t)codes->layers * sizeof *layer);
        memcpy(layer + codes->layers, chain->layer, (size_t)chain->layers * sizeof *layer);
    }
    free(codes);
    free(chain);
    return layer;
}

static Network *build(const Model *model, int batch, Team *team, bool gradients, Error *err)
{
    Shape input;
    int count, code;
    LayerSpec *layer = whole_chain(model, &input, &count, &code, err);
    if (!layer)
        return NULL;
    const TrainSpec *train = &model->design->stage[model->stage].train;
    ParamSet sgd = param_set_new(&optimizer_kinds[0]->param); /* the one without memory: nothing is trained */
    NetworkOptions options = {.input = input, .batch = batch, .team = team, .seed = model->seed};
    if (gradients) {
        options.loss = &train->set[TRAIN_LOSS];
        options.optimizer = &sgd;
        options.input_gradient = true;
    }
    Network *net = network_new(layer, count, &options, err);
    free(layer);
    if (net && !weights_to_network(&model->weights, net, NULL, err)) {
        network_free(net);
        return NULL;
    }
    return net;
}

Network *model_network(const Model *model, int batch, Team *team, Error *err)
{
    return build(model, batch, team, false, err);
}

Network *model_network_gradients(const Model *model, int batch, Team *team, Error *err)
{
    return build(model, batch, team, true, err);
}

float *model_outputs(const Model *model, int n, const float *x, size_t in, size_t out, Error *err)
{
    float *y = NULL;
    Team *team = team_new(1, err);
    Network *net = team ? model_network(model, n, team, err) : NULL;
    if (net && shape_size(network_input(net)) == in && shape_size(network_output(net)) == out) {
        y = mem_new((size_t)n * out, sizeof *y);
        network_forward(net, 0, network_layers(net), n, x, y);
    }
    network_free(net);
    team_free(team);
    return y;
}

int model_code_layer(const Model *model)
{
    Shape input;
    int count, code = 0;
    free(whole_chain(model, &input, &count, &code, NULL));
    return code;
}
