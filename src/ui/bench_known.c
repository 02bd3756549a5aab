/* What is known about the design at hand: shapes, counts, differences, the doctor's findings, and how long it will take. */
#include "ui/bench_own.h"

#include "base/clock.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

void bench_touched(Bench *bench)
{
    bench->version++;
    bench->settled = clock_seconds();
    bench_stop_measuring(bench);
}

/* ---- stage by stage */

static const StageFacts *facts_of(Bench *bench, int stage)
{
    const Data *data = bench_data(bench);
    if (bench->facts_version != bench->version || bench->facts_data != data) {
        bench->facts_version = bench->version;
        bench->facts_data = data;
        for (int s = 0; s < DESIGN_STAGES; s++) {
            StageFacts *facts = &bench->facts[s];
            summary_clear(&facts->summary);
            *facts = (StageFacts){0};
            if (s >= bench_design(bench)->stages)
                continue;
            facts->good = summary_make(bench_design(bench), s, bench->threads, &facts->summary, &facts->why);
            if (!data || shape_size(data->train.shape) != shape_size(bench_design(bench)->input) || !estimate_samples(bench_design(bench), s, data, bench->seed, &facts->train, &facts->validation))
                facts->train = facts->validation = -1;
        }
    }
    return &bench->facts[stage];
}

const Summary *bench_summary(Bench *bench, int stage, const Error **why)
{
    const StageFacts *facts = facts_of(bench, stage);
    if (why)
        *why = &facts->why;
    return facts->good ? &facts->summary : NULL;
}

double bench_epoch_seconds(Bench *bench, int stage)
{
    const StageFacts *facts = facts_of(bench, stage);
    const Estimate *estimate = bench_estimate(bench, stage);
    return estimate && facts->train > 0 ? estimate_epoch(estimate, facts->train, facts->validation) : NAN;
}

/* ---- the whole design */

const Outline *bench_outline(Bench *bench)
{
    if (bench->outline_version != bench->version) {
        Outline now;
        outline_make(bench_design(bench), bench->outlined, bench->outlined ? &bench->outline : NULL, &now);
        outline_clear(&bench->outline);
        design_free(bench->outlined);
        bench->outline = now;
        bench->outlined = design_copy(bench_design(bench));
        bench->outline_version = bench->version;
    }
    return &bench->outline;
}

const DesignDiff *bench_diff(Bench *bench)
{
    if (bench->diff_version != bench->version) {
        design_diff_clear(&bench->diff);
        design_diff(bench_design(bench), bench_base(bench), &bench->diff);
        bench->diff_version = bench->version;
    }
    return &bench->diff;
}

static size_t memory_free(void)
{
    long pages = sysconf(_SC_AVPHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (size_t)pages * (size_t)size : 0;
}

const Diagnosis *bench_diagnosis(Bench *bench)
{
    if (bench->diagnosis_version != bench->version || bench->diagnosis_data != bench->data) {
        bench->diagnosis_version = bench->version;
        bench->diagnosis_data = bench->data;
        doctor_clear(&bench->diagnosis);
        doctor_examine(bench_design(bench), bench->data, memory_free(), &bench->diagnosis);
    }
    return &bench->diagnosis;
}

/* ---- the estimate */

const Estimate *bench_estimate(const Bench *bench, int stage)
{
    return bench->estimate_version == bench->version && stage < bench_design(bench)->stages ? &bench->estimate[stage] : NULL;
}

static void measure(void *context)
{
    EstimateJob *job = context;
    Error err = {0};
    job->good = true;
    for (int s = 0; s < job->design->stages && job->good; s++)
        job->good = estimate_stage(job->design, s, job->threads, job->design->stages > 1 ? 0.15 : 0.25, &job->enough, &job->estimate[s], &err);
}

void bench_stop_measuring(Bench *bench)
{
    if (bench->estimate_job)
        atomic_store(&bench->measured->enough, true);
}

static EstimateJob *take_job(Bench *bench)
{
    EstimateJob *job = job_finish(bench->estimate_job);
    bench->estimate_job = NULL;
    design_free(job->design);
    return job;
}

static void forget(Estimate *estimate)
{
    for (int s = 0; s < DESIGN_STAGES; s++)
        estimate_clear(&estimate[s]);
}

/* Only what could be trained and does not fill the memory is measured; why it is not, else NULL. */
static const char *unmeasurable(Bench *bench)
{
    size_t most = memory_free() / 2;
    bool fits = true;
    for (int s = 0; s < bench_design(bench)->stages; s++) {
        const Summary *summary = bench_summary(bench, s, NULL);
        if (!summary)
            return "once it is mended";
        fits &= most == 0 || summary->bytes_training < most;
    }
    return !design_check(bench_design(bench), NULL) ? "once it is mended" : !fits ? "too large to try" : NULL;
}

const char *bench_unmeasured(Bench *bench, int stage)
{
    const char *why;
    if (!bench_data(bench))
        return "no data yet";
    if (bench_estimate(bench, stage))
        return "data does not fit";
    if ((why = unmeasurable(bench)) != NULL)
        return why;
    return bench_training(bench) ? "when all is idle" : isfinite(bench->settled) ? "measuring" : "not measurable";
}

/* Measures once the design has rested for a moment; never beside a training, which both would slow down. */
bool bench_tick_known(Bench *bench)
{
    bool changed = false;
    if (bench->estimate_job && job_done(bench->estimate_job)) {
        EstimateJob *job = take_job(bench);
        if (job->good && job->version == bench->version) {
            forget(bench->estimate);
            for (int s = 0; s < DESIGN_STAGES; s++)
                bench->estimate[s] = job->estimate[s];
            bench->estimate_version = job->version;
            changed = true;
        } else {
            forget(job->estimate);
            if (!job->good && !job->enough && job->version == bench->version)
                bench->settled = INFINITY; /* it cannot be measured; the next change asks again */
        }
        free(job);
    }
    if (!bench->estimate_job && bench->estimate_version != bench->version && !bench_training(bench) &&
        clock_seconds() - bench->settled > 0.3) {
        if (unmeasurable(bench)) {
            bench->settled = INFINITY; /* until the next change */
            return changed;
        }
        EstimateJob *job = mem_new(1, sizeof *job);
        job->design = design_copy(bench_design(bench));
        job->threads = bench->threads;
        job->version = bench->version;
        bench->measured = job;
        bench->estimate_job = job_start(measure, job, bench->options.wake);
    }
    return changed;
}

void bench_known_free(Bench *bench)
{
    bench_stop_measuring(bench);
    if (bench->estimate_job) {
        EstimateJob *job = take_job(bench);
        forget(job->estimate);
        free(job);
    }
    forget(bench->estimate);
    for (int s = 0; s < DESIGN_STAGES; s++)
        summary_clear(&bench->facts[s].summary);
    outline_clear(&bench->outline);
    design_free(bench->outlined);
    design_diff_clear(&bench->diff);
    doctor_clear(&bench->diagnosis);
}

bool bench_busy(const Bench *bench)
{
    return bench->data_job || bench->preview_job || bench->show_job || bench->show_name[0] || bench->estimate_job || bench->held > 0 ||
           isfinite(bench_deadline(bench)) || bench->plan.wanted;
}

double bench_deadline(const Bench *bench)
{
    bool hopeless = false;
    for (int s = 0; bench->facts_version == bench->version && s < bench_design(bench)->stages; s++)
        hopeless |= !bench->facts[s].good;
    if (hopeless || bench->estimate_job || bench->estimate_version == bench->version || bench_training(bench) ||
        !isfinite(bench->settled))
        return INFINITY;
    return bench->settled + 0.31;
}
