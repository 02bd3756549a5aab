/* How the terminal looks: what colours and glyphs it bears, and what the program's colours mean on it.
 *
 * Screens never name colours but roles ("what matters", "training", "bad"); a theme gives every role a value at every
 * colour level.  Pictures use exact colours, which a level maps to the nearest it has. */
#ifndef TERM_LOOK_H
#define TERM_LOOK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum Role {
    ROLE_GROUND,   /* the terminal's own background */
    ROLE_TEXT,     /* plain values */
    ROLE_BRIGHT,   /* the one thing that matters */
    ROLE_DIM,      /* labels */
    ROLE_FAINT,    /* axes, hints, what is out of reach */
    ROLE_ACCENT,   /* where you are and what you can press; sand */
    ROLE_TRAIN,    /* training curve; blue */
    ROLE_VALID,    /* validation curve; sand */
    ROLE_GOOD,     /* green */
    ROLE_BAD,      /* red */
    ROLE_CHANGED,  /* what the user changed; violet */
    ROLE_SELECTED, /* background of the selected row */
    ROLE_FIELD,    /* background of a field being edited */
    ROLE_BLOCK,    /* the network's silhouette */
    ROLE_SERIES,   /* eight colours told apart by the colour-blind (Okabe and Ito): ROLE_SERIES + i % 8 */
    ROLES = ROLE_SERIES + 8
} Role;

/* A colour: exact (0x00RRGGBB) or a role. */
typedef uint32_t Ink;
enum { INK_ROLE = 1 << 24 };
static inline Ink ink_rgb(int r, int g, int b) { return (Ink)r << 16 | (Ink)g << 8 | (Ink)b; }
static inline Ink ink_role(Role role) { return INK_ROLE | (Ink)role; }
static inline bool ink_is_role(Ink ink) { return ink >> 24 != 0; }

typedef enum ColourLevel { COLOUR_MONO, COLOUR_8, COLOUR_16, COLOUR_256, COLOUR_RGB, COLOUR_LEVELS } ColourLevel;
typedef enum Glyphs { GLYPHS_ASCII, GLYPHS_HALF, GLYPHS_QUADRANT, GLYPHS_SEXTANT, GLYPHS_BRAILLE, GLYPH_SETS } Glyphs;

enum { ATTR_BOLD = 1, ATTR_REVERSE = 2, ATTR_UNDERLINE = 4, ATTR_DIM = 8 };

typedef struct Look {
    ColourLevel colour;
    Glyphs glyphs;   /* pictures */
    bool utf8;       /* false: every glyph is put into ASCII */
    bool braille;    /* the font has braille: plots use it */
    bool light;      /* dark text on a light ground */
    uint32_t ground; /* the ground as 0xRRGGBB, known or assumed: pictures fade into it */
} Look;

Look look_new(ColourLevel colour, Glyphs glyphs, bool light); /* UTF-8, braille, the theme's ground */

/* What a level makes of an ink: -1 is the terminal's default, else a palette index, at COLOUR_RGB 0xRRGGBB.
 * *attr gains what the role needs where colour cannot say it (reverse, bold). */
int32_t look_colour(const Look *look, Ink ink, bool background, uint8_t *attr);

/* The foreground to use on a background.  Where a level can show the background by reversing alone, *attr gains that and the
 * foreground is plain text: a row's background would have the colour of each of its letters. */
Ink look_ink_on(const Look *look, Ink fg, Ink bg, uint8_t *attr);

/* The RGB value an ink is shown as; the ground and the default text included. */
uint32_t look_rgb(const Look *look, Ink ink, bool background);

/* A level: how many colours, and the nearest of them. */
typedef struct ColourRow {
    const char *name; /* as in --color */
    int colours;
    int32_t (*nearest)(uint32_t rgb);
    uint32_t (*rgb)(int32_t colour);
} ColourRow;

extern const ColourRow colour_levels[COLOUR_LEVELS];

#endif
