/* The doctor's round, and the checks of settings and data, one function each.  A check looks at one thing, notes what it finds and,
 * where it can, how the design looks once that is cured.  Whether a design fits together at all is design_check's word; fit.c finds
 * cures for that.  What is unwise in layers is follies.c's. */
#include "spec/doctor.h"

#include "base/mem.h"
#include "data/noise.h"
#include "data/split.h"
#include "nn/network.h"
#include "spec/summary.h"
#include "spec/ward.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ward_note(Ward *ward, Severity severity, int stage, int layer, Design *cured, const char *cure, const char *text, ...)
{
    if (ward->out->count == DOCTOR_FINDINGS) {
        design_free(cured);
        return;
    }
    Finding *finding = &ward->out->finding[ward->out->count++];
    *finding = (Finding){.severity = severity, .stage = stage, .layer = layer, .cured = cured};
    if (cured)
        snprintf(finding->cure, sizeof finding->cure, "%s", cure);
    va_list args;
    va_start(args, text);
    vsnprintf(finding->text, sizeof finding->text, text, args);
    va_end(args);
    /* A layer that several stages run is spoken of once. */
    for (Finding *before = ward->out->finding; before < finding; before++)
        if (strcmp(before->text, finding->text) == 0) {
            design_free(cured);
            ward->out->count--;
            return;
        }
}

static const LossKind *loss_of(const Design *design, int stage)
{
    return loss_spec_kind(&design->stage[stage].train.set[TRAIN_LOSS]);
}

/* ---- does it fit together? */

static void check_fit(Ward *ward)
{
    Error err = {0};
    DesignPlace place;
    char cure[160];
    if (design_check_place(ward->design, &place, &err))
        return;
    Design *cured = ward_fit(ward->design, place, &err, cure, sizeof cure);
    const char *hint = !cured && *err.cure ? err.cure : "";
    ward_note(ward, SEVERITY_ERROR, place.stage, place.layer, cured, cure, "%s%s%s", err.what, *hint ? ": " : "", hint);
}

static void check_unused_blocks(Ward *ward)
{
    const Design *design = ward->design;
    for (int b = 0; b < design->blocks; b++) {
        bool used = false;
        for (int s = 0; s < design->stages; s++)
            for (int i = 0; i < design->stage[s].runs; i++)
                used |= design->stage[s].run[i] == b;
        if (!used && !*design->block[b].from)
            ward_note(ward, SEVERITY_HINT, -1, design->block[b].count ? design->block[b].first : -1, NULL, "",
                      "no stage runs the block %s, so it will not be trained", design->block[b].name);
    }
}

/* ---- the settings of training */

/* The range in which an optimizer's learning rate is sensible, and a good one. */
static const struct {
    const char *optimizer;
    double low, high, good;
    const char *why_low;
} rates[] = {
    {"sgd", 1e-6, 5, 0.01, "hardly moves"},
    {"rmsprop", 1e-7, 0.05, 0.001, "hardly moves"},
    {"adagrad", 1e-6, 1, 0.01, "hardly moves"},
    {"adadelta", 0.05, 10, 1, "hardly moves: its own steps are small, and the paper has no rate, that is 1"},
    {"adam", 1e-7, 0.05, 0.001, "hardly moves"},
    {"adamw", 1e-7, 0.05, 0.001, "hardly moves"},
    {"nadam", 1e-7, 0.05, 0.001, "hardly moves"},
};

/* Settings that have no effect, or not the one that is wanted. */
static void check_idle_settings(Ward *ward, int stage, const Chain *chain)
{
    const Stage *of = &ward->design->stage[stage];
    const ParamSet *set = of->train.set;
    bool samples = false;
    for (int i = 0; i < chain->layers; i++)
        samples |= param_find(chain->layer[i].set.kind, "beta") >= 0;
    if (!samples && !train_setting_is_default(TRAIN_KL, &set[TRAIN_KL]))
        ward_note(ward, SEVERITY_WARNING, stage, -1, ward_with(ward->design, "%s.kl.warmup=0", of->name), "take the warm-up out",
                  "stage %s warms up the penalty of a sampled code, but no layer samples: end the encoder with `sample 2`", of->name);
    int patience = param_find(set[TRAIN_STOP].kind, "patience");
    if (set[TRAIN_STOP].value[patience].number > 0 && strcmp(set[TRAIN_VALIDATION].kind->name, "none") == 0)
        ward_note(ward, SEVERITY_HINT, stage, -1, ward_with(ward->design, "%s.validation=last 10%%", of->name), "hold back the last 10%",
                  "stage %s stops early, but holds nothing back: the loss it watches is the one it learns, which hardly ever rises", of->name);
    if (loss_of(ward->design, stage)->labels && !noise_is_none(&set[TRAIN_NOISE]))
        ward_note(ward, SEVERITY_HINT, stage, -1, ward_with(ward->design, "%s.noise=none", of->name), "no noise in this stage",
                  "stage %s learns classes of noisy samples, and its validation is noisy too; clean ones will look better or worse", of->name);
}

static void check_rate(Ward *ward, int stage)
{
    const Stage *of = &ward->design->stage[stage];
    const char *name = of->train.set[TRAIN_OPTIMIZER].kind->name;
    double lr = train_spec_lr(&of->train);
    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        if (strcmp(rates[i].optimizer, name) != 0 || (lr >= rates[i].low && lr <= rates[i].high))
            continue;
        char have[32], good[32], cure[64];
        str_number(have, sizeof have, lr);
        str_number(good, sizeof good, rates[i].good);
        snprintf(cure, sizeof cure, "set the rate to %s", good);
        ward_note(ward, SEVERITY_WARNING, stage, -1, ward_with(ward->design, "%s.optimizer.lr=%s", of->name, good), cure,
                  lr < rates[i].low ? "stage %s: %s with the rate %s %s" : "stage %s: %s with the rate %s is likely to diverge", of->name, name,
                  have, rates[i].why_low);
    }
}

static int batch_cure(int batch, int samples)
{
    int fits = 1;
    while (fits * 2 <= samples && fits * 2 <= batch)
        fits *= 2;
    return fits;
}

static void check_data(Ward *ward, int stage)
{
    const Design *design = ward->design;
    const Stage *of = &design->stage[stage];
    const Data *data = ward->data;
    int batch = train_spec_batch(&of->train);
    Split split = {0};
    int samples = data->train.count;
    if (split_make(&of->train.set[TRAIN_VALIDATION], data, 0, &split, NULL)) {
        samples = split.train_count;
        split_clear(&split);
    }
    if (batch > samples && samples > 0) {
        char cure[64];
        int fits = batch_cure(batch, samples);
        snprintf(cure, sizeof cure, "use a batch of %d", fits);
        ward_note(ward, SEVERITY_WARNING, stage, -1, ward_with(design, "%s.batch=%d", of->name, fits), cure,
                  "stage %s: a batch of %d is larger than the %d samples that train", of->name, batch, samples);
    }
    if (data->test.count == 0 && strcmp(of->train.set[TRAIN_VALIDATION].kind->name, "test") == 0)
        ward_note(ward, SEVERITY_ERROR, stage, -1, ward_with(design, "%s.validation=last 10%%", of->name), "hold back the last 10%",
                  "stage %s validates on test samples, and %s has none", of->name, data->name);
    if (loss_of(design, stage)->labels && !data->train.labels)
        ward_note(ward, SEVERITY_ERROR, stage, -1, NULL, "", "stage %s: loss %s needs labels, and %s has none", of->name,
                  loss_of(design, stage)->param.name, data->name);
}

static void check_classes(Ward *ward, int stage, const Chain *chain)
{
    const LayerSpec *last = &chain->layer[chain->layers - 1];
    int row = param_find(last->set.kind, "units"), classes = ward->data->train.classes;
    if (!loss_of(ward->design, stage)->labels || classes == 0 || row < 0)
        return;
    int units = (int)last->set.value[row].number;
    if (units == classes)
        return;
    char cure[64];
    snprintf(cure, sizeof cure, "give %s %d units", last->name, classes);
    ward_note(ward, units < classes ? SEVERITY_ERROR : SEVERITY_HINT, stage, chain->index[chain->layers - 1],
              ward_with(ward->design, "%s.units=%d", last->name, classes), cure, "%s has %d classes, but %s has %d units", ward->data->name,
              classes, last->name, units);
}

static void check_input(Ward *ward)
{
    Error err = {0};
    if (ward->data->train.count == 0 || data_fits(ward->data->train.shape, ward->design->input, ward->data, &err))
        return;
    char shape[SHAPE_TEXT], cure[80];
    shape_text(ward->data->train.shape, shape);
    snprintf(cure, sizeof cure, "make the input %s", shape);
    Design *cured = ward_with(ward->design, "input=%s", shape);
    if (cured && !design_check(cured, NULL)) {
        design_free(cured);
        cured = NULL;
    }
    ward_note(ward, SEVERITY_ERROR, -1, -1, cured, cure, "%s", err.what);
}

static void check_precision(Ward *ward, int stage)
{
    const Stage *of = &ward->design->stage[stage];
    const char *note = precision_note(train_spec_arithmetic(&of->train).precision);
    if (note)
        ward_note(ward, SEVERITY_WARNING, stage, -1, ward_with(ward->design, "%s.precision=float32", of->name), "train in float32",
                  "stage %s: %s", of->name, note);
}

static void check_memory(Ward *ward, int stage)
{
    const Stage *of = &ward->design->stage[stage];
    Summary summary;
    if (ward->memory_free == 0 || !summary_make(ward->design, stage, team_cores(), &summary, NULL))
        return;
    double need = (double)summary.bytes_training, free = (double)ward->memory_free;
    summary_clear(&summary);
    if (need <= free)
        return;
    Design *cured = NULL;
    char cure[64];
    for (int batch = train_spec_batch(&of->train) / 2; batch >= 1 && !cured; batch /= 2) {
        cured = ward_with(ward->design, "%s.batch=%d", of->name, batch);
        if (cured && summary_make(cured, stage, team_cores(), &summary, NULL)) {
            bool fits = (double)summary.bytes_training <= free;
            summary_clear(&summary);
            if (fits) {
                snprintf(cure, sizeof cure, "use a batch of %d", batch);
                break;
            }
        }
        design_free(cured);
        cured = NULL;
    }
    ward_note(ward, SEVERITY_WARNING, stage, -1, cured, cure, "stage %s needs %.1f MB for a batch of %d, and %.1f MB are free", of->name,
              need / 1e6, train_spec_batch(&of->train), free / 1e6);
}

/* ---- the round */

void doctor_examine(const Design *design, const Data *data, size_t memory_free, Diagnosis *out)
{
    Ward ward = {.design = design, .data = data, .memory_free = memory_free, .out = out};
    *out = (Diagnosis){0};
    check_fit(&ward);
    check_unused_blocks(&ward);
    if (data)
        check_input(&ward);
    for (int s = 0; s < design->stages; s++) {
        check_rate(&ward, s);
        check_precision(&ward, s);
        if (data)
            check_data(&ward, s);
        Chain *chain = design_chain(design, s, NULL);
        if (chain && chain->layers) {
            ward_look_at_layers(&ward, s, chain);
            check_idle_settings(&ward, s, chain);
            if (data)
                check_classes(&ward, s, chain);
            check_memory(&ward, s);
        }
        free(chain);
    }
    /* Worst first; among equals in the order of the checks. */
    for (int i = 1; i < out->count; i++)
        for (int j = i; j > 0 && out->finding[j].severity > out->finding[j - 1].severity; j--) {
            Finding swap = out->finding[j];
            out->finding[j] = out->finding[j - 1];
            out->finding[j - 1] = swap;
        }
}

void doctor_clear(Diagnosis *diagnosis)
{
    for (int i = 0; i < diagnosis->count; i++)
        design_free(diagnosis->finding[i].cured);
    *diagnosis = (Diagnosis){0};
}
