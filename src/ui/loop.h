/* The event loop: waits for keys, other threads, signals and times; feeds the App; draws what changed. */
#ifndef UI_LOOP_H
#define UI_LOOP_H

#include "ui/app.h"
#include "ui/terminal.h"

/* Runs the studio until it is left.  options.look, wake and now are filled in here.  Returns the exit code: 0, or 128 + the signal that
 * ended it (everything saved); -1 with *err when it could not start. */
int loop_run(AppOptions options, const TerminalOptions *terminal, Error *err);

#endif
