/* What this program is: version, libraries, processor. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include <stdio.h>

const char *version_text(void); /* "0.1.0" */
void version_print(FILE *stream, int verbose);

#endif
