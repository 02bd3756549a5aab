/* The design and its history, and what is known about it. */
#include "ui/bench_own.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "spec/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bench_say(Bench *bench, Role role, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(bench->message, sizeof bench->message, fmt, args);
    va_end(args);
    bench->message_role = role;
}

void bench_say_error(Bench *bench, const Error *err)
{
    bench_say(bench, ROLE_BAD, "%s%s%s%s%s", err->file, err->file[0] ? ": " : "", err->what, err->cure[0] ? ": " : "", err->cure);
}

Bench *bench_new(const AppOptions *options, Error *err)
{
    Bench *bench = mem_new(1, sizeof *bench);
    bench->options = *options;
    bench->seed = options->seed;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    bench->threads = options->threads > 0 ? options->threads : cores > 0 ? (int)cores : 1;
    bench->version = 1;
    bench->run.lock = -1;
    bench->plan.run.lock = -1;
    if (options->runs_dir)
        snprintf(bench->runs_dir, sizeof bench->runs_dir, "%s", options->runs_dir);
    else
        run_default_folder(bench->runs_dir, sizeof bench->runs_dir);
    if (!bench_open_design(bench, options->design ? options->design : "simple", err)) {
        bench_free(bench);
        return NULL;
    }
    bench_open_data(bench, options->data);
    return bench;
}

static void forget_history(Bench *bench)
{
    for (int i = 0; i < bench->steps; i++)
        design_free(bench->history[i]);
    free(bench->history);
    bench->history = NULL;
    bench->steps = bench->at = bench->saved = 0;
}

static EstimateJob *take_estimate(Bench *bench)
{
    EstimateJob *job = job_finish(bench->estimate_job);
    bench->estimate_job = NULL;
    design_free(job->design);
    return job;
}

void bench_free(Bench *bench)
{
    if (!bench)
        return;
    bench_show_free(bench);
    bench_training_free(bench);
    bench_data_free(bench);
    if (bench->estimate_job) {
        EstimateJob *job = take_estimate(bench);
        estimate_clear(&job->estimate);
        free(job);
    }
    estimate_clear(&bench->estimate);
    summary_clear(&bench->summary);
    doctor_clear(&bench->diagnosis);
    forget_history(bench);
    free(bench);
}

const char *bench_take_message(Bench *bench, Role *role)
{
    if (!bench->message[0])
        return NULL;
    snprintf(bench->told, sizeof bench->told, "%s", bench->message);
    bench->message[0] = '\0';
    *role = bench->message_role;
    return bench->told;
}

/* ---- the design */

const Design *bench_design(const Bench *bench) { return bench->history[bench->at]; }
unsigned bench_version(const Bench *bench) { return bench->version; }
const char *bench_origin(const Bench *bench) { return bench->origin; }
bool bench_changed(const Bench *bench) { return bench->at != bench->saved; }
const char *bench_runs_dir(const Bench *bench) { return bench->runs_dir; }
uint64_t bench_seed(const Bench *bench) { return bench->seed; }
int bench_threads(const Bench *bench) { return bench->threads; }

void bench_set_seed(Bench *bench, uint64_t seed)
{
    bench->seed = seed;
}

static void touched(Bench *bench)
{
    bench->version++;
    bench->settled = clock_seconds();
}

void bench_set_design(Bench *bench, Design *design)
{
    while (bench->steps > bench->at + 1)
        design_free(bench->history[--bench->steps]);
    if (bench->saved > bench->at)
        bench->saved = -1; /* what was saved can no longer be reached */
    bench->history = mem_resize(bench->history, (size_t)bench->steps + 1, sizeof *bench->history);
    bench->history[bench->steps++] = design;
    bench->at = bench->steps - 1;
    touched(bench);
}

bool bench_open_design(Bench *bench, const char *name_or_path, Error *err)
{
    Design *design = design_open_draft(name_or_path, err);
    if (!design)
        return false;
    forget_history(bench);
    bench->at = -1;
    bench_set_design(bench, design);
    bench->saved = 0;
    snprintf(bench->origin, sizeof bench->origin, "%s", name_or_path);
    return true;
}

bool bench_undo(Bench *bench)
{
    if (bench->at == 0)
        return false;
    bench->at--;
    touched(bench);
    return true;
}

bool bench_redo(Bench *bench)
{
    if (bench->at + 1 >= bench->steps)
        return false;
    bench->at++;
    touched(bench);
    return true;
}

bool bench_save_design(Bench *bench, const char *path, Error *err)
{
    char *text = design_print(bench_design(bench), true);
    bool good = file_write(path, text, strlen(text), err);
    free(text);
    if (good) {
        bench->saved = bench->at;
        snprintf(bench->origin, sizeof bench->origin, "%s", path);
    }
    return good;
}

/* ---- what is known about it */

const Summary *bench_summary(Bench *bench, const Error **why)
{
    if (bench->summary_version != bench->version) {
        bench->summary_version = bench->version;
        summary_clear(&bench->summary);
        bench->summary_error = (Error){0};
        bench->summary_good = summary_make(bench_design(bench), 0, bench->threads, &bench->summary, &bench->summary_error);
    }
    if (why)
        *why = &bench->summary_error;
    return bench->summary_good ? &bench->summary : NULL;
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

const Estimate *bench_estimate(const Bench *bench)
{
    return bench->estimate_version == bench->version ? &bench->estimate : NULL;
}

static void measure(void *context)
{
    EstimateJob *job = context;
    Error err = {0};
    job->good = estimate_stage(job->design, 0, job->threads, 0.25, &job->estimate, &err);
}

/* Measures once the design has rested for a moment; never beside a training, which both would slow down. */
static bool tick_estimate(Bench *bench)
{
    bool changed = false;
    if (bench->estimate_job && job_done(bench->estimate_job)) {
        EstimateJob *job = take_estimate(bench);
        if (job->good && job->version == bench->version) {
            estimate_clear(&bench->estimate);
            bench->estimate = job->estimate;
            bench->estimate_version = job->version;
            changed = true;
        } else {
            estimate_clear(&job->estimate);
            if (!job->good && job->version == bench->version)
                bench->settled = INFINITY; /* it cannot be measured; the next change asks again */
        }
        free(job);
    }
    if (!bench->estimate_job && bench->estimate_version != bench->version && !bench_training(bench) &&
        clock_seconds() - bench->settled > 0.3 && bench_summary(bench, NULL)) {
        EstimateJob *job = mem_new(1, sizeof *job);
        job->design = design_copy(bench_design(bench));
        job->threads = bench->threads;
        job->version = bench->version;
        bench->estimate_job = job_start(measure, job, bench->options.wake);
    }
    return changed;
}

bool bench_busy(const Bench *bench)
{
    return bench->data_job || bench->preview_job || bench->show_job || bench->show_name[0] || bench->estimate_job || bench->held > 0 ||
           isfinite(bench_deadline(bench)) || bench->plan.wanted;
}

double bench_deadline(const Bench *bench)
{
    if (bench->estimate_job || bench->estimate_version == bench->version || bench_training(bench) || !isfinite(bench->settled) ||
        !bench->summary_good)
        return INFINITY;
    return bench->settled + 0.31;
}

bool bench_tick(Bench *bench)
{
    bool changed = bench_tick_data(bench);
    changed |= bench_tick_training(bench);
    changed |= bench_tick_show(bench);
    changed |= tick_estimate(bench);
    return changed || bench->message[0];
}

const char *bench_subject(Bench *bench)
{
    const Data *data = bench->data;
    snprintf(bench->subject, sizeof bench->subject, "%s%s · %s · seed %llu · %d thread%s", bench_design(bench)->name,
             bench_changed(bench) ? "*" : "", data ? data->name : bench->data_job ? "loading data" : "no data",
             (unsigned long long)bench->seed, bench->threads, bench->threads == 1 ? "" : "s");
    return bench->subject;
}
