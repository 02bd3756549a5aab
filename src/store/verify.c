/* Walks through the files of a run with the same readers that the program uses, and tells of each what it found. */
#include "store/verify.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/checkpoint.h"
#include "store/metrics.h"
#include "store/model.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct Look {
    const Run *run;
    VerifyTell *tell;
    void *context;
    bool good;
} Look;

static void say(Look *look, const char *file, bool good, const char *what, const Error *problem)
{
    look->good &= good;
    look->tell(look->context, file, what, good ? NULL : problem);
}

static bool finite_weights(const Weights *weights, const char *path, Error *err)
{
    for (int i = 0; i < weights->count; i++)
        for (size_t k = 0; k < weights->item[i].size; k++)
            if (!isfinite(weights->item[i].data[k])) {
                error_set(err, ERROR_INPUT, "the training diverged: take an earlier epoch", "%s has numbers that are not finite", weights->item[i].name);
                return error_at(err, path, 0, 0);
            }
    return true;
}

/* A model file: readable, finite, and of the shapes that its design asks for. */
static void look_at_model(Look *look, const char *inside)
{
    char path[RUN_PATH + 64], what[64] = "";
    Model model = {0};
    Error err = {0};
    bool good = file_join(path, sizeof path, look->run->folder, inside, &err) && model_open(path, NULL, &model, &err);
    if (good) {
        Team *team = team_new(1, &err);
        Network *net = team && finite_weights(&model.weights, path, &err) ? model_network(&model, 1, team, &err) : NULL;
        good = net != NULL;
        snprintf(what, sizeof what, "%d tensors", model.weights.count);
        network_free(net);
        team_free(team);
        model_clear(&model);
    }
    say(look, inside, good, what, &err);
}

static void look_at_checkpoint(Look *look)
{
    TrainState state;
    Weights weights = {0}, slots = {0}, best = {0};
    Error err = {0};
    char what[64] = "";
    bool good = checkpoint_read(look->run, &state, &weights, &slots, &best, &err);
    if (!good && !err.kind)
        return; /* none yet */
    if (good) {
        snprintf(what, sizeof what, "epoch %d, %d tensors", state.epoch, weights.count);
        good = finite_weights(&weights, "ckpt/last.safetensors", &err);
    }
    weights_clear(&weights);
    weights_clear(&slots);
    weights_clear(&best);
    say(look, "ckpt/last.safetensors", good, what, &err);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void look_at_kept(Look *look)
{
    char folder[RUN_PATH + 64], inside[320];
    char **name = NULL;
    int count = 0;
    if (!file_join(folder, sizeof folder, look->run->folder, "ckpt", NULL))
        return;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        if (length < 13 || strcmp(entry->d_name + length - 12, ".safetensors") != 0 || strcmp(entry->d_name, "last.safetensors") == 0)
            continue;
        name = mem_resize(name, (size_t)count + 1, sizeof *name);
        name[count++] = mem_text(entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (count)
        qsort(name, (size_t)count, sizeof *name, by_name);
    for (int i = 0; i < count; i++) {
        snprintf(inside, sizeof inside, "ckpt/%s", name[i]);
        look_at_model(look, inside);
        free(name[i]);
    }
    free(name);
}

bool run_verify(const Run *run, VerifyTell *tell, void *context)
{
    Look look = {run, tell, context, true};
    Error err = {0};
    RunMeta meta;
    Metrics metrics = {0};
    char what[96] = "", path[RUN_PATH + 32];
    bool good = run_read_meta(run, &meta, &err);
    if (good)
        snprintf(what, sizeof what, "%s, seed %llu", meta.state, (unsigned long long)meta.seed);
    say(&look, "meta.json", good, what, &err);

    err = (Error){0};
    Design *design = run_design(run, &err);
    if (design)
        snprintf(what, sizeof what, "%d layers", design->layers);
    say(&look, "network.net", design && design_check(design, &err), what, &err);
    design_free(design);

    err = (Error){0};
    bool metrics_good = metrics_read(run, &metrics, &err);
    snprintf(what, sizeof what, "%d lines%s", metrics.count, metrics.cut ? ", a last one is cut off and left out" : "");
    say(&look, "metrics.jsonl", metrics_good, what, &err);
    metrics_clear(&metrics);

    if (!file_join(path, sizeof path, run->folder, "model.safetensors", NULL))
        return false;
    if (file_exists(path) || (good && strcmp(meta.state, "done") == 0))
        look_at_model(&look, "model.safetensors");
    look_at_checkpoint(&look);
    look_at_kept(&look);
    return look.good;
}
