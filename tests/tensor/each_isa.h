/* Runs a test program once for every instruction set: the program calls itself with HOURGLASS_KERNELS set, so the
 * dispatch is tested too.  What the calls print goes to the standard error. */
#ifndef TESTS_TENSOR_EACH_ISA_H
#define TESTS_TENSOR_EACH_ISA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tensor/isa.h"

static const char *each_isa_program;

static void run_on_isa(void **state)
{
    Isa isa = *(Isa *)*state;
    if (!isa_supported(isa)) {
        skip(); /* this processor lacks it */
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        setenv("HOURGLASS_KERNELS", isa_name(isa), 1);
        setenv("CMOCKA_MESSAGE_OUTPUT", "stdout", 1);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl(each_isa_program, each_isa_program, "run", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Tests of kernels that have a form of their own for AVX512-BF16 run on that too. */
#define EACH_ISA_MAIN(tests) EACH_ISA_MAIN_(tests, )
#define EACH_ISA_AND_BF16_MAIN(tests) EACH_ISA_MAIN_(tests, {"on AVX512-BF16", run_on_isa, NULL, NULL, &isas[3]}, )
#define EACH_ISA_MAIN_(tests, ...) \
    int main(int argc, char **argv) \
    { \
        if (argc > 1 && !strcmp(argv[1], "run")) \
            return cmocka_run_group_tests(tests, NULL, NULL); \
        each_isa_program = argv[0]; \
        static Isa isas[ISA_COUNT] = {ISA_BASELINE, ISA_AVX2, ISA_AVX512, ISA_AVX512BF16}; \
        const struct CMUnitTest runs[] = { \
            {"on the baseline", run_on_isa, NULL, NULL, &isas[0]}, \
            {"on AVX2", run_on_isa, NULL, NULL, &isas[1]}, \
            {"on AVX-512", run_on_isa, NULL, NULL, &isas[2]}, \
            __VA_ARGS__ \
        }; \
        return cmocka_run_group_tests(runs, NULL, NULL); \
    }

#endif
