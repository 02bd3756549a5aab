/* Options that several commands share: one row each, so that they are called and explained the same everywhere. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/command.h"

#define OPTION_SET {"set", 's', "KEY=VALUE", "change a setting of the network: lr=0.01, loss=mse, batch=64, conv_1.filters=16, tuned.epochs=3; can be repeated"}
#define OPTION_SEED {"seed", 0, "N", "seed of weights, order, noise and everything else that is random (1)"}
#define OPTION_THREADS {"threads", 't', "N", "threads to use; else one per processor"}
#define OPTION_PRECISION {"precision", 0, "NUMBERS", "multiply in float32 or in bf16, which processors with AVX512-BF16 do faster (float32)"}
#define OPTION_CONV {"conv", 0, "WAY", "compute convolutions direct, winograd (fewer multiplications, a little more rounding) or auto: what is faster for a layer (auto)"}
#define OPTION_RUNS_DIR {"runs-dir", 0, "DIR", "folder of the runs; else ./runs"}
#define OPTION_JSON {"json", 0, NULL, "print JSON"}
#define OPTION_OUTPUT {"output", 'o', "FILE", "write to this file; - is standard output"}
#define OPTION_SPLIT {"split", 0, "PART", "which samples: test, train or validation (test, or what there is)"}
#define OPTION_REQUIRE {"require", 0, "METRIC<VALUE", "exit with 5 unless it holds at the end (<, <=, >, >=); can be repeated"}

/* What job_data (cli/job.h) reads. */
#define OPTIONS_DATA \
    {"data", 'd', "PATH", "folder or file to learn from: IDX, CIFAR-10 batches, a folder of pictures, npy, or `built-in` for the built-in digits; else $HOURGLASS_DATA, ./data, the built-in digits"}, \
    {"images", 0, "FILE", "training pictures (IDX or npy), instead of --data"}, \
    {"labels", 0, "FILE", "their labels (IDX)"}, \
    {"test-images", 0, "FILE", "test pictures"}, \
    {"test-labels", 0, "FILE", "their labels"}, \
    {"limit", 'l', "N", "only the first N training samples"}

#endif
