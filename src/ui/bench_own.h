/* The workbench from inside: for bench*.c only. */
#ifndef UI_BENCH_OWN_H
#define UI_BENCH_OWN_H

#include "ui/bench.h"
#include "ui/job.h"

#include <stdatomic.h>

enum { PREVIEWS = 12 };

typedef struct DataJob { /* given to a thread and back */
    char path[512];
    bool usual;  /* no path was named: look in the usual place */
    Shape want;
    uint64_t seed;
    Data *data;
    Error error;
} DataJob;

typedef struct PreviewJob {
    uint64_t seed;
    char first[512];
    DataPreview preview[PREVIEWS];
    int count;
    atomic_bool stop; /* the program ends: look at no more sets */
} PreviewJob;

typedef struct EstimateJob {
    Design *design;
    int threads;
    unsigned version;
    Estimate estimate[DESIGN_STAGES];
    bool good;
    atomic_bool enough; /* set from outside: nobody wants to know any more */
} EstimateJob;

/* Where a design came from. */
typedef struct Origin {
    char name[RUN_PATH];
    Design *opened;
    Design *saved; /* as last written to a file; NULL: never */
} Origin;

typedef struct Step {
    Design *design;
    Origin *origin; /* one of the bench's */
} Step;

/* What is known of one stage. */
typedef struct StageFacts {
    Summary summary;
    bool good;
    Error why;                  /* not good */
    int train, validation;      /* samples; -1: no data */
} StageFacts;

/* A training that is asked for, until its data is there. */
typedef struct Plan {
    bool wanted, resume;
    Run run;      /* open when resume; else made at the start */
    RunMeta meta;
    Design *design;
    Weights weights; /* fork */
    char tag[48];    /* the new run's; "": none */
    char *answers;   /* its answers.txt; NULL: none */
    int start_stage, start_epoch;
    double lr;       /* > 0: set before the first batch */
    bool back;       /* resume: to the last good checkpoint, for the reason in Bench.back */
} Plan;

/* A design that waits for its turn, and the setting that makes it differ. */
typedef struct Queued { Design *design; char setting[48]; } Queued;

/* A run that is over, made into a snapshot by a thread. */
typedef struct ShowJob {
    Run run;
    RunMeta meta;
    char runs_dir[RUN_PATH];
    float *probe_x, *code_x; /* borrowed: kept by the bench until the job is done */
    int probes, codes;
    size_t size;             /* of a sample */
    Snapshot *snapshot;
    Design *design;
    Error error;
} ShowJob;

struct Bench {
    AppOptions options;
    char runs_dir[RUN_PATH];
    uint64_t seed;
    int threads;
    char message[640], told[640]; /* still to be told; last handed out */
    Role message_role;
    char subject[256];

    Step *history; /* history[at].design is the design */
    int steps, at;
    Origin **origin;
    int origins;
    unsigned version;

    StageFacts facts[DESIGN_STAGES];
    unsigned facts_version;
    const Data *facts_data;
    Outline outline;
    Design *outlined; /* the design the outline is of */
    unsigned outline_version;
    DesignDiff diff;
    unsigned diff_version;
    Diagnosis diagnosis;
    unsigned diagnosis_version;
    const Data *diagnosis_data;
    Estimate estimate[DESIGN_STAGES];
    unsigned estimate_version; /* 0: none */
    Job *estimate_job;
    EstimateJob *measured; /* the job's context */
    double settled; /* when the design last changed: measured once it rests */

    Data *data;
    int held;
    Job *data_job;
    char next_path[512]; /* asked for while another was loading */
    bool next, next_usual;
    DataPreview preview[PREVIEWS];
    int previews;
    Job *preview_job;
    PreviewJob *previewed; /* the job's, until it is done: only `stop` may be touched */

    Plan plan;
    char *answers;  /* of the wizard, for the design with this version; NULL: none */
    unsigned answers_version;
    Queued *queue;  /* of a sweep */
    int queued;
    char show_name[RUN_NAME]; /* a run to be shown once its data is there; "": none */
    Job *show_job;
    float *show_codes;
    Run run;
    bool run_open;
    char run_name[RUN_NAME]; /* stays when the run is closed */
    Design *trained;
    uint64_t trained_seed;
    char back[120]; /* why the run was rolled back; borrowed by its worker */
    Worker *worker;
    Snapshot *snapshot;
    float *probe_x;
    uint8_t probe_label[PROBES], scatter_label[SCATTER];
    int probes;
    bool ended;
    long turns; /* runs begun and runs ended */
};

void bench_say(Bench *bench, Role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void bench_say_error(Bench *bench, const Error *err);
bool bench_tick_data(Bench *bench);
bool bench_tick_training(Bench *bench);
void bench_touched(Bench *bench); /* the design is another one */
bool bench_tick_known(Bench *bench);
void bench_stop_measuring(Bench *bench); /* soon; bench_tick_known takes what is left */
void bench_known_free(Bench *bench);
bool bench_train_design(Bench *bench, const Design *design, const char *tag, Error *err) MUST_CHECK;
bool bench_next_queued(Bench *bench, Error *err) MUST_CHECK; /* there must be one */
void bench_data_free(Bench *bench);
void bench_training_free(Bench *bench);
void bench_start_previews(Bench *bench);
void bench_forget_training(Bench *bench);
void bench_gather_probes(Bench *bench, float **code_x, int *codes);
bool bench_tick_show(Bench *bench);
void bench_show_free(Bench *bench);

#endif
