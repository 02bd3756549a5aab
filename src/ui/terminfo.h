/* Compiled terminal descriptions with 24-bit colour. */
#ifndef UI_TERMINFO_H
#define UI_TERMINFO_H

/* The entry of a TERM as base64 text, or NULL where there is none. */
const char *terminfo_rgb(const char *term);

#endif
