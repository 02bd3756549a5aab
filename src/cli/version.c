/* The version, and with --verbose what a bug report needs of libraries and processor. */
#include "config.h"

#include "cli/version.h"

#include "tensor/dense.h"
#include "tensor/isa.h"
#include "tensor/team.h"

const char *version_text(void)
{
    return PACKAGE_VERSION;
}

void version_print(FILE *stream, int verbose)
{
    char blas[128];
    fprintf(stream, "hourglass %s\n", version_text());
    if (!verbose) {
        fputs("Copyright (c) 2026 The hourglass authors. MIT licence: free to use, change and share, without warranty.\n", stream);
        return;
    }
    matrix_library(blas, sizeof blas);
    fprintf(stream, "kernels     %s", isa_name(isa_chosen()));
    const char *before = " (can do: ";
    for (Isa isa = ISA_BASELINE; isa < ISA_COUNT; isa++) {
        if (!isa_supported(isa))
            continue;
        fprintf(stream, "%s%s", before, isa_name(isa));
        before = ", ";
    }
    fprintf(stream, ")\nprocessors  %d\nproducts    %s\ncompiler    %s %s\n", team_cores(), blas,
#ifdef __clang__
            "clang", __clang_version__
#else
            "gcc", __VERSION__
#endif
    );
}
