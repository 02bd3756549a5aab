/* eval: how good a trained network is, in numbers. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/job.h"
#include "cli/options.h"
#include "cli/require.h"
#include "study/classes.h"
#include "study/score.h"
#include "train/feed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

typedef struct Scores {
    double loss, kl;                              /* as training reports validation */
    double mse, mae, psnr, ssim, psnr_noisy;      /* means over the pictures; NaN where there are none */
    double accuracy;
    Confusion confusion; /* classes == 0: no classifier */
} Scores;

enum { NUMBERS = 8 };

static void numbers_of(const Scores *s, NamedNumber out[NUMBERS])
{
    const NamedNumber all[NUMBERS] = {{"loss", s->loss}, {"kl", s->kl}, {"mse", s->mse}, {"mae", s->mae}, {"psnr", s->psnr},
                                      {"ssim", s->ssim}, {"psnr_noisy", s->psnr_noisy}, {"accuracy", s->accuracy}};
    memcpy(out, all, sizeof all);
}

static const Scores no_scores = {.loss = NAN, .kl = NAN, .mse = NAN, .mae = NAN, .psnr = NAN, .ssim = NAN, .psnr_noisy = NAN, .accuracy = NAN};

static const TrainSpec *train_of(const Subject *subject)
{
    return &subject->model.design->stage[subject->model.stage].train;
}

/* -- Pictures, compared one by one by the threads that made them. */

typedef struct Comparison {
    const Subject *subject;
    float *mse, *mae, *psnr, *ssim, *psnr_noisy; /* one a sample of the subject */
} Comparison;

static void compare(void *context, int first, int count, const float *noisy, const float *clean, const float *output)
{
    const Comparison *c = context;
    size_t size = c->subject->input;
    for (int i = first; i < first + count; i++, noisy += size, clean += size, output += size) {
        double absolute = 0, mse = score_mse(size, clean, output);
        for (size_t k = 0; k < size; k++)
            absolute += fabs((double)clean[k] - (double)output[k]);
        c->mse[i] = (float)mse;
        c->mae[i] = (float)(absolute / (double)size);
        c->psnr[i] = (float)score_psnr(mse);
        c->ssim[i] = (float)score_ssim(c->subject->picture, clean, output);
        if (c->subject->noisy)
            c->psnr_noisy[i] = (float)score_psnr(score_mse(size, clean, noisy));
    }
}

static double mean(const float *values, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += (double)values[i];
    return count ? sum / count : (double)NAN;
}

/* -- The loss, with the network as training has it, and the pictures from the same pass. */

static bool has_kl(const Network *net)
{
    for (int i = 0; i < network_layers(net); i++)
        if (param_find(network_layer_spec(net, i)->set.kind, "beta") >= 0)
            return true;
    return false;
}

static bool score_samples(const Subject *subject, Scores *out, Error *err)
{
    Network *net = model_network_gradients(&subject->model, BATCH, subject->team, err);
    if (!net)
        return false;
    Feed feed = {.set = subject->set, .index = subject->index, .noise = &subject->noise, .seed = subject->model.seed,
                 .epoch = (uint32_t)NOISE_FIXED_EPOCH};
    BatchSource source = feed_source(&feed);
    int count = subject->count;
    size_t all = (size_t)count;
    float *values = mem_new(5 * all + 1, sizeof *values);
    Comparison c = {subject, values, values + all, values + 2 * all, values + 3 * all, values + 4 * all};
    BatchView view = {.show = compare, .context = &c, .mean_codes = true};
    bool codes = has_kl(net), pictures = subject->reconstructs;
    StepResult result = network_evaluate_shown(net, count, &source, pictures && !codes ? &view : NULL);
    out->loss = result.loss;
    if (codes)
        out->kl = result.kl;
    if (pictures && codes) /* the loss is that of drawn codes, pictures are those of the means */
        network_evaluate_shown(net, count, &source, &view);
    if (pictures) {
        out->mse = mean(c.mse, count);
        out->mae = mean(c.mae, count);
        out->psnr = mean(c.psnr, count);
        out->ssim = mean(c.ssim, count);
        out->psnr_noisy = subject->noisy ? mean(c.psnr_noisy, count) : (double)NAN;
    }
    free(values);
    network_free(net);
    return true;
}

static bool score(Subject *subject, Scores *out, Error *err)
{
    *out = no_scores;
    if (!subject->classifies && !subject->reconstructs)
        return error_set(err, ERROR_INPUT, "finish the run, or name an epoch of another stage (RUN@s1-e0005)",
                         "stage %s learns codes: there are no pictures to compare", subject->model.design->stage[subject->model.stage].name);
    if (subject->classifies) {
        Predictions predictions;
        if (!classes_predict(subject, subject->count, &predictions, err))
            return false;
        out->confusion = classes_confusion(subject, &predictions);
        out->accuracy = confusion_accuracy(&out->confusion);
        predictions_clear(&predictions);
    }
    return score_samples(subject, out, err);
}

/* -- Telling. */

static void print_classes(const Subject *subject, const Confusion *confusion)
{
    char name[40];
    char align[DATA_CLASSES + 2] = "l";
    memset(align + 1, 'r', sizeof align - 2);
    TextTable matrix = {.columns = confusion->classes + 1, .align = align}, scores = {.columns = 5, .align = "lrrrr"};
    text_table_add(&matrix, "true \\ predicted");
    for (int i = 0; i < confusion->classes; i++) {
        subject_class_name(subject, i, name, sizeof name);
        text_table_add(&matrix, "%s", name);
    }
    static const char *const heading[] = {"class", "precision", "recall", "F1", "samples"};
    for (size_t i = 0; i < COUNT_OF(heading); i++)
        text_table_add(&scores, "%s", heading[i]);
    for (int i = 0; i < confusion->classes; i++) {
        subject_class_name(subject, i, name, sizeof name);
        text_table_add(&matrix, "%s", name);
        for (int k = 0; k < confusion->classes; k++)
            text_table_add(&matrix, "%ld", confusion->count[i * confusion->classes + k]);
        text_table_add(&scores, "%s", name);
        text_table_add(&scores, "%.4f", confusion_precision(confusion, i));
        text_table_add(&scores, "%.4f", confusion_recall(confusion, i));
        text_table_add(&scores, "%.4f", confusion_f1(confusion, i));
        text_table_add(&scores, "%ld", confusion_support(confusion, i));
    }
    putchar('\n');
    text_table_print(&matrix, stdout);
    putchar('\n');
    text_table_print(&scores, stdout);
}

static void print_text(const Subject *subject, const Scores *s)
{
    char count[32];
    str_grouped(count, sizeof count, subject->count);
    printf("%s on %s, %s samples of the %s part\n", subject->name, subject->data->name, count, subject->part);
    printf("loss        %.6g (%s)\n", s->loss, train_of(subject)->set[TRAIN_LOSS].kind->name);
    if (!isnan(s->kl))
        printf("KL          %.6g a sample\n", s->kl);
    if (!isnan(s->mse))
        printf("mse         %.6g\nmae         %.6g\nPSNR        %.3f dB\nSSIM        %.4f\n", s->mse, s->mae, s->psnr, s->ssim);
    if (!isnan(s->psnr_noisy))
        printf("PSNR before %.3f dB (the noisy pictures themselves)\n", s->psnr_noisy);
    if (s->confusion.classes) {
        printf("accuracy    %.2f %%, %ld of %ld\n", 100 * s->accuracy, s->confusion.correct, s->confusion.total);
        print_classes(subject, &s->confusion);
    }
}

static void print_json(const Subject *subject, const Scores *s)
{
    NamedNumber numbers[NUMBERS];
    Str out = {0};
    char name[40];
    numbers_of(s, numbers);
    json_add_open(&out, NULL, '{');
    json_add_text(&out, "model", subject->name);
    json_add_text(&out, "stage", subject->model.design->stage[subject->model.stage].name);
    json_add_text(&out, "data", subject->data->name);
    json_add_text(&out, "data_checksum", subject->data->checksum);
    json_add_text(&out, "part", subject->part);
    json_add_int(&out, "samples", subject->count);
    json_add_text(&out, "loss_kind", train_of(subject)->set[TRAIN_LOSS].kind->name);
    for (int i = 0; i < NUMBERS; i++)
        if (!isnan(numbers[i].value))
            json_add_real(&out, numbers[i].name, numbers[i].value);
    const Confusion *confusion = &s->confusion;
    if (confusion->classes) {
        json_add_open(&out, "confusion", '[');
        for (int i = 0; i < confusion->classes; i++) {
            json_add_open(&out, NULL, '[');
            for (int k = 0; k < confusion->classes; k++)
                json_add_int(&out, NULL, confusion->count[i * confusion->classes + k]);
            json_add_close(&out, ']');
        }
        json_add_close(&out, ']');
        json_add_open(&out, "classes", '[');
        for (int i = 0; i < confusion->classes; i++) {
            subject_class_name(subject, i, name, sizeof name);
            json_add_open(&out, NULL, '{');
            json_add_text(&out, "class", name);
            json_add_real(&out, "precision", confusion_precision(confusion, i));
            json_add_real(&out, "recall", confusion_recall(confusion, i));
            json_add_real(&out, "f1", confusion_f1(confusion, i));
            json_add_int(&out, "support", confusion_support(confusion, i));
            json_add_close(&out, '}');
        }
        json_add_close(&out, ']');
    }
    json_add_close(&out, '}');
    puts(out.text);
    str_clear(&out);
}

static int run(const Args *args, Error *err)
{
    NamedNumber numbers[NUMBERS];
    Job job;
    Subject subject;
    Scores scores = no_scores;
    numbers_of(&scores, numbers);
    if (!require_parse(args, numbers, NUMBERS, err) || !job_open_subject(args, args->operand[0], true, &job, &subject, err))
        return args_failed(err);
    bool good = score(&subject, &scores, err);
    if (good) {
        (args_has(args, "json") ? print_json : print_text)(&subject, &scores);
        numbers_of(&scores, numbers);
        good = require_check(args, numbers, NUMBERS, err);
    }
    confusion_clear(&scores.confusion);
    subject_clear(&subject);
    job_close(&job);
    return good ? 0 : args_failed(err);
}

static const Option options[] = {OPTIONS_DATA, OPTION_SPLIT, OPTION_THREADS, OPTION_RUNS_DIR, OPTION_JSON, OPTION_REQUIRE, {0}};
const Command eval_command = {
    .name = "eval", .operands = "RUN|MODEL", .least = 1, .most = 1, .help = "Measure how good a trained network is",
    .more = "The loss is what training reports for validation. Networks that make pictures also get mean squared and absolute error, peak "
            "signal to noise ratio and structural similarity (11 x 11 gaussian window), means over the pictures; networks trained on noise "
            "are fed noisy pictures and compared with the clean ones. Classifiers get accuracy, the confusion matrix, and precision, "
            "recall and F1 of each class. RUN@6 means the weights after epoch 6, RUN@best the best ones.",
    .options = options, .run = run};
