/* What a run leaves in its folder: the log, and what `runs verify` says of files that are whole or broken. */
#include "program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void train(void)
{
    if (scratch_has("runs/whole/model.safetensors"))
        return;
    Outcome outcome = RUN("train", "simple", "--data", small_data(), "--run", "whole", "--epochs", "2", "--progress", "none");
    assert_int_equal(outcome.code, 0);
    outcome_clear(&outcome);
}

static void the_log_tells_every_epoch(void **state)
{
    (void)state;
    train();
    size_t size;
    char *log = scratch_read("runs/whole/log.txt", &size);
    assert_non_null(strstr(log, "epoch 1 of train: loss 0."));
    assert_non_null(strstr(log, "epoch 2 of train: loss 0."));
    assert_non_null(strstr(log, "validation 0."));
    assert_null(strstr(log, "epoch 3"));
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
        assert_memory_equal(line, "20", 2); /* each begins with its time */
    free(log);
}

static void a_whole_run_is_good(void **state)
{
    (void)state;
    train();
    Outcome outcome = RUN("runs", "verify", "whole");
    assert_int_equal(outcome.code, 0);
    static const char *const files[] = {"meta.json", "network.net", "metrics.jsonl", "model.safetensors", "ckpt/last.safetensors",
                                        "ckpt/best.safetensors", "ckpt/s1-e0001.safetensors", "data"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_non_null(strstr(outcome.out, files[i]));
    assert_null(strstr(outcome.out, "broken"));
    outcome_clear(&outcome);
}

/* The file is named, the exit code is that of unusable input, and putting the file back makes the run good again. */
static void broken_files_are_named(void **state)
{
    (void)state;
    train();
    static const char *const files[] = {"meta.json", "network.net", "metrics.jsonl", "model.safetensors", "ckpt/last.safetensors",
                                        "ckpt/s1-e0002.safetensors"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[200], said[64];
        size_t size;
        snprintf(path, sizeof path, "runs/whole/%s", files[i]);
        char *bytes = scratch_read(path, &size);
        for (int way = 0; way < 2; way++) {
            char *changed = malloc(size + 1);
            memcpy(changed, bytes, size);
            if (way == 1) /* a mangled beginning; of weights: of their description, behind its length */
                memset(changed + (strstr(files[i], "safetensors") ? 8 : 0), '}', 8);
            bool cut = way == 0 && strcmp(files[i], "metrics.jsonl") != 0 && strcmp(files[i], "network.net") != 0;
            scratch_write(path, changed, way == 0 ? size - 9 : size);
            free(changed);
            if (way == 0 && !cut) { /* a last line that was cut off is a kill's, and no harm; of the numbers it is said */
                Outcome told = RUN("runs", "verify", "whole");
                assert_true(strcmp(files[i], "metrics.jsonl") != 0 || (told.code == 0 && strstr(told.out, "cut off and left out")));
                outcome_clear(&told);
                continue;
            }
            Outcome outcome = RUN("runs", "verify", "whole");
            if (outcome.code != 3)
                fail_msg("%s, way %d: exit code %d: %s", files[i], way, outcome.code, outcome.out);
            snprintf(said, sizeof said, "%.27s", files[i]);
            char *line = strstr(outcome.out, said);
            assert_non_null(line);
            assert_memory_equal(line + 29, "broken", 6);
            outcome_clear(&outcome);
        }
        scratch_write(path, bytes, size);
        free(bytes);
    }
    a_whole_run_is_good(state);
}

static void other_data_is_told(void **state)
{
    (void)state;
    train();
    Outcome outcome = RUN("runs", "verify", "whole", "--data", "built-in", "--json");
    assert_int_equal(outcome.code, 3);
    assert_non_null(strstr(outcome.out, "{\"file\":\"data\",\"state\":\"broken\""));
    outcome_clear(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_tells_every_epoch),
        cmocka_unit_test(a_whole_run_is_good),
        cmocka_unit_test(broken_files_are_named),
        cmocka_unit_test(other_data_is_told),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
