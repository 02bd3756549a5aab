/* The split pane from inside: for split.c and split_use.c only. */
#ifndef UI_SPLIT_OWN_H
#define UI_SPLIT_OWN_H

#include "ui/split.h"

bool split_parse(Split *split, const char *text);      /* false: it is no layout of these panes */
void split_arrange(Split *split);                      /* all areas anew, after a change */
int split_least(const Split *split, int node, bool tall); /* cells that what is shown of it needs */
int split_children(const Split *split, int node, int child[SPLIT_PANES]); /* those with something to show; how many */
int split_order(const Split *split, int pane[SPLIT_PANES]); /* panes that are not hidden, in reading order; how many */
const char *split_recall(const Split *split);          /* what was made of the given layout; NULL: nothing */

#endif
