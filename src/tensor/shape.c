/* A shape for people. */
#include "tensor/shape.h"

#include <stdio.h>

void shape_text(Shape shape, char text[SHAPE_TEXT])
{
    if (shape.flat)
        snprintf(text, SHAPE_TEXT, "%d", shape.c);
    else
        snprintf(text, SHAPE_TEXT, "%dx%dx%d", shape.h, shape.w, shape.c);
}
