/* Colours with meaning: the light and the dark theme, colours of classes, and maps from numbers to colours. */
#ifndef IMAGE_PALETTE_H
#define IMAGE_PALETTE_H

#include "image/image.h"

enum { PALETTE_CLASSES = 10 };

/* The same roles in both themes; on a dark ground bright, on paper dark enough to be printed. */
typedef struct Theme {
    const char *name;
    Colour background, text, dim, faint; /* faint: grid lines and frames */
    Colour accent, training, validation, good, bad, changed;
    Colour classes[PALETTE_CLASSES]; /* after Okabe and Ito ("Color Universal Design", 2008), two added */
    Colour negative, zero, positive; /* the ends and the middle of signed maps */
    bool dark;
} Theme;

extern const Theme theme_light, theme_dark;
const Theme *theme_find(const char *name); /* "light", "dark"; NULL: no such theme */

Colour colour_mix(Colour a, Colour b, float share); /* share 0: a, 1: b */

/* The colour of class or run `index`; past the tenth they repeat. */
Colour theme_class(const Theme *theme, int index);

typedef enum ColourMap {
    MAP_GREY,  /* 0 black .. 1 white */
    MAP_PAPER, /* 0 white .. 1 black, for printing */
    MAP_HEAT,  /* 0 dark violet .. 1 yellow, evenly growing in lightness */
    MAP_SIGNED /* -1 blue .. 0 the theme's middle .. 1 red */
} ColourMap;

/* Values outside the map's range take its ends; NaN is the theme's `bad`. */
Colour colour_map(ColourMap map, const Theme *theme, float value);

/* Black or white, whichever reads better on `ground`. */
Colour colour_on(Colour ground);

#endif
