/* The ways people write digits, as stroke skeletons.  Inside data/ only. */
#ifndef DATA_DIGITS_STYLES_H
#define DATA_DIGITS_STYLES_H

typedef struct DigitStyle {
    int digit, weight; /* how often, against the digit's other styles */
    /* Points "x,y" that the pen passes, in hundredths of the box, y downwards.  `!` behind a point: the pen turns sharply
     * there instead of swinging round.  `|`: the pen is lifted. */
    const char *strokes;
} DigitStyle;

extern const DigitStyle digit_styles[]; /* sorted by digit */
extern const int digit_styles_count;

#endif
