/* The text form of a design: parser and printer.  man/hourglass-net.5 is its manual. */
#ifndef SPEC_TEXT_H
#define SPEC_TEXT_H

#include "spec/design.h"

/* `name` is the file's name for errors; the design's name is its base name without .net.
 * An error has file, line, column, the line itself, what was expected and the likely meant word. */
Design *design_parse(const char *text, const char *name, Error *err) MUST_CHECK;

/* The same, but what only does not fit together is no error yet: mirrors, shapes, losses (design_check tells).  For the designer
 * and the doctor. */
Design *design_parse_draft(const char *text, const char *name, Error *err) MUST_CHECK;

/* Canonical: equal designs are printed alike.  Brief leaves out what is default; full spells out every default and every mirrored
 * layer.  The text is the caller's.  print(parse(print(x))) == print(x) in every form. */
char *design_print(const Design *design, bool full);

/* For the person who wrote it: mirrors stay mirrors, comments stay with what they are about, and so does a default with a comment. */
char *design_print_kept(const Design *design, bool full);

/* A preset's name, or a file's path ("-": standard input).  A preset comes without its comment, which tells what the preset is: what is
 * made of it is something else. */
Design *design_open(const char *name_or_path, Error *err) MUST_CHECK;
Design *design_open_draft(const char *name_or_path, Error *err) MUST_CHECK;

#endif
