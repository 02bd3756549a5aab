/* What the words mean: a page each, for people who read nothing else. */
#ifndef UI_CONCEPTS_H
#define UI_CONCEPTS_H

typedef struct Concept { const char *title, *text; } Concept;

extern const Concept concepts[];
extern const int concepts_count;

#endif
