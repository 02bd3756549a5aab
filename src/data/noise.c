/* The kinds of noise: rows of fields, and what they do to a sample. */
#include "data/noise.h"

#include "base/mem.h"
#include "tensor/random.h"

static const ParamRow gaussian_rows[] = {
    {.name = "mean", .type = PARAM_REAL, .min = -1, .max = 1, .normal = "0", .always = true, .help = "added to every number",
     .question = "Mean of the noise"},
    {.name = "sd", .type = PARAM_REAL, .min = 0, .max = 10, .normal = "0.5", .always = true, .help = "standard deviation of the noise",
     .question = "Standard deviation of the noise"},
    {.name = "clip", .type = PARAM_FLAG, .normal = "yes", .help = "keeps the noisy numbers in [0, 1]",
     .question = "Clip the noisy numbers to [0, 1]"},
};
enum { MEAN, SD, CLIP };

static const ParamRow saltpepper_rows[] = {
    {.name = "rate", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.2", .positional = true,
     .help = "share of the numbers that become 0 or 1, half of them each", .question = "Share of numbers changed"},
};

static const ParamRow masking_rows[] = {
    {.name = "rate", .type = PARAM_REAL, .min = 0, .max = 1, .normal = "0.3", .positional = true,
     .help = "share of the numbers that become 0", .question = "Share of numbers masked"},
};
enum { RATE };

static void apply_none(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x)
{
    (void)spec, (void)seed, (void)epoch, (void)sample, (void)count, (void)x;
}

static void apply_gaussian(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x)
{
    const Value *value = spec->value;
    noise_gaussian(seed, epoch, sample, (float)value[MEAN].number, (float)value[SD].number, value[CLIP].choice != 0,
                   count, x);
}

static void apply_saltpepper(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x)
{
    noise_salt_pepper(seed, epoch, sample, (float)spec->value[RATE].number, count, x);
}

static void apply_masking(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x)
{
    noise_masking(seed, epoch, sample, (float)spec->value[RATE].number, count, x);
}

static const NoiseKind none = {{"none", "the input as it is", NULL, 0}, apply_none};
static const NoiseKind gaussian = {{"gaussian", "adds normally distributed numbers", gaussian_rows, COUNT_OF(gaussian_rows)},
                                   apply_gaussian};
static const NoiseKind saltpepper = {{"saltpepper", "turns numbers into 0 or 1", saltpepper_rows, COUNT_OF(saltpepper_rows)},
                                     apply_saltpepper};
static const NoiseKind masking = {{"masking", "turns numbers into 0", masking_rows, COUNT_OF(masking_rows)}, apply_masking};

const NoiseKind *const noise_kinds[] = {&none, &gaussian, &saltpepper, &masking};
const int noise_kinds_count = COUNT_OF(noise_kinds);

void noise_apply(const NoiseSpec *spec, uint64_t seed, uint32_t epoch, uint32_t sample, size_t count, float *x)
{
    const NoiseKind *kind = (const NoiseKind *)spec->kind; /* param is its first member */
    if (!noise_is_none(spec))
        kind->apply(spec, seed, epoch, sample, count, x);
}

bool noise_is_none(const NoiseSpec *spec)
{
    return !spec->kind || spec->kind == &none.param;
}
