/* The studio's options, shared with `shot`, which draws what the studio would. */
#ifndef CLI_STUDIO_H
#define CLI_STUDIO_H

#include "cli/command.h"
#include "ui/app.h"

bool studio_options(const Args *args, AppOptions *options, Error *err) MUST_CHECK;

#endif
