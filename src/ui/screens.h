/* The screens there are; each is one row at the foot of its file. */
#ifndef UI_SCREENS_H
#define UI_SCREENS_H

#include "ui/app.h"

extern const Screen screen_start, screen_design, screen_wizard, screen_train, screen_gallery, screen_runs, screen_help;

#endif
