/* The registry of screens: tabs stand in this order. */
#include "ui/screens.h"

#include "base/mem.h"

const Screen *const screens[] = {
    &screen_start, &screen_design, &screen_train, &screen_gallery, &screen_runs, &screen_wizard, &screen_help,
};
const int screens_count = COUNT_OF(screens);
