/* Panes: whatever the layout and the room, they tile it, keep their least sizes and can all be reached. */
#include "ui/split.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const Pane panes[] = {
    {"loss", "loss", 30, 8, NULL, NULL},  {"digits", NULL, 20, 8, NULL, NULL}, {"codes", "codes", 24, 8, NULL, NULL},
    {"layers", "layers", 30, 5, NULL, NULL}, {"log", "log", 20, 3, NULL, NULL},
};
enum { PANES = sizeof panes / sizeof *panes };

static const char *const layouts[] = {
    "loss", "loss | digits", "loss / log", "loss:3 / log | digits=29", "(loss:3 / layers / log=5) | (digits:3 / codes:2)",
    "(loss | digits) / (codes | layers | log)", "loss=40 | digits=40 | codes=40", "(loss / codes / layers / log) | digits",
};

static void place_at(Split *split, const char *layout, int w, int h)
{
    split_place(split, panes, PANES, layout, rect_new(1, 2, w, h));
}

static void print(const Split *split, char text[SPLIT_TEXT], const char *want)
{
    split_print(split, text);
    assert_string_equal(text, want);
}

/* No cell is two panes', every pane lies inside, none is smaller than its least unless it is alone; the focus is seen. */
static void check_placed(const Split *split)
{
    int seen = 0;
    for (int i = 0; i < PANES; i++) {
        Rect a = split_area(split, i);
        if (rect_empty(a))
            continue;
        seen++;
        assert_true(a.x >= split->area.x && a.y >= split->area.y);
        assert_true(a.x + a.w <= split->area.x + split->area.w && a.y + a.h <= split->area.y + split->area.h);
        for (int k = 0; k < i; k++)
            assert_true(rect_empty(split_area(split, k)) || rect_empty(rect_meet(a, split_area(split, k))));
    }
    for (int i = 0; i < PANES; i++) {
        Rect a = split_area(split, i);
        assert_true(rect_empty(a) || seen == 1 || (a.w >= panes[i].w && a.h >= panes[i].h));
    }
    assert_false(rect_empty(split_area(split, split->focus)));
}

/* Nothing is wasted: children and the gaps between them are as long as their group. */
static void check_full(const Split *split)
{
    for (int i = 0; i < split->nodes; i++) {
        const SplitNode *node = &split->node[i];
        bool tall = node->kind == SPLIT_COLUMN;
        int used = 0;
        for (int child = node->child; child >= 0; child = split->node[child].next) {
            Rect a = split->node[child].area;
            if (rect_empty(a))
                continue;
            used += (tall ? a.h : a.w) + (used ? (tall ? 1 : split->gap) : 0);
            assert_int_equal(tall ? a.w : a.h, tall ? node->area.w : node->area.h);
        }
        if (node->kind != SPLIT_LEAF && !rect_empty(node->area))
            assert_int_equal(used, tall ? node->area.h : node->area.w);
    }
    assert_int_equal(split->node[split->root].area.w, split->area.w);
    assert_int_equal(split->node[split->root].area.h, split->area.h);
}

static void every_room_is_filled(void **state)
{
    (void)state;
    for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++)
        for (int w = 1; w <= 220; w += w < 70 ? 1 : 13)
            for (int h = 1; h <= 60; h += h < 30 ? 1 : 7) {
                Split split = {0};
                place_at(&split, layouts[l], w, h);
                check_placed(&split);
                check_full(&split);
            }
}

/* The stated order: from the foot of the table up, and never the one in focus. */
static void least_important_goes_first(void **state)
{
    (void)state;
    Split split = {0};
    int waiting[SPLIT_PANES];
    place_at(&split, "(loss / codes / layers / log) | digits", 80, 40);
    assert_int_equal(split_waiting(&split, waiting), 0);
    place_at(&split, "(loss / codes / layers / log) | digits", 80, 24);
    assert_int_equal(split_waiting(&split, waiting), 1);
    assert_int_equal(waiting[0], 4);
    place_at(&split, "(loss / codes / layers / log) | digits", 80, 10);
    assert_int_equal(split_waiting(&split, waiting), 3);
    assert_true(split_focus(&split, 4)); /* the log now, and the loss waits for it */
    check_placed(&split);
    assert_int_equal(split_waiting(&split, waiting), 3);
    assert_int_equal(waiting[0], 0);
    assert_false(rect_empty(split_area(&split, 1)));
    place_at(&split, "(loss / codes / layers / log) | digits", 40, 10); /* one beside the other does not fit any more */
    assert_int_equal(split_waiting(&split, waiting), 4);
    check_placed(&split);
}

static void focus_walks_through_all(void **state)
{
    (void)state;
    static const int rooms[][2] = {{200, 60}, {80, 20}, {40, 10}, {5, 3}};
    for (size_t r = 0; r < sizeof rooms / sizeof *rooms; r++)
        for (int zoom = 0; zoom < 2; zoom++) {
            Split split = {0};
            bool had[PANES] = {false};
            place_at(&split, layouts[4], rooms[r][0], rooms[r][1]);
            if (zoom)
                split_zoom(&split);
            for (int i = 0; i < PANES; i++) {
                had[split.focus] = true;
                check_placed(&split);
                split_next(&split, 1);
            }
            for (int i = 0; i < PANES; i++)
                assert_true(had[i]);
            assert_int_equal(split.focus, 0); /* round */
            split_next(&split, -1);
            assert_int_equal(split.focus, 2); /* the last in reading order */
        }
}

static void sizes_are_changed_and_remembered(void **state)
{
    (void)state;
    Split split = {0};
    const char *small = "loss | digits=29", *large = "loss:2 / log | digits";
    char text[SPLIT_TEXT];
    place_at(&split, small, 78, 20);
    assert_int_equal(split_area(&split, 1).w, 29);
    assert_int_equal(split_area(&split, 0).w, 78 - 29 - 2);
    assert_true(split_grow(&split, false, 5)); /* loss has the focus: the border behind it */
    assert_int_equal(split_area(&split, 1).w, 24);
    assert_false(split_can_grow(&split, true));
    split_next(&split, 1);
    assert_true(split_grow(&split, false, -100)); /* digits: the border before it; never under its least */
    assert_int_equal(split_area(&split, 1).w, 20);
    assert_false(split_grow(&split, false, -1));
    split_print(&split, text);
    place_at(&split, large, 150, 40);
    check_placed(&split);
    assert_int_equal(split.focus, 1); /* the focus stays where it is also there */
    place_at(&split, small, 78, 20);
    assert_int_equal(split_area(&split, 1).w, 20);
    print(&split, text, text);
    assert_true(split_reset(&split));
    print(&split, text, small);
    place_at(&split, large, 150, 40);
    place_at(&split, small, 78, 20);
    print(&split, text, small);
}

static void hidden_ones_come_back(void **state)
{
    (void)state;
    Split split = {0};
    char text[SPLIT_TEXT];
    place_at(&split, "loss:3 / log | digits", 120, 40);
    Rect before = split_area(&split, 0);
    assert_true(split_hide(&split));
    assert_true(rect_empty(split_area(&split, 0)));
    assert_true(split.focus != 0);
    print(&split, text, "(-loss:3 / log) | digits");
    assert_true(split_hide(&split));
    assert_false(split_hide(&split)); /* the last one stays */
    check_placed(&split);
    assert_true(split_any_hidden(&split));
    assert_true(split_focus(&split, 0)); /* asked for by name */
    assert_true(split_show(&split));
    assert_false(split_show(&split));
    assert_int_equal(split_area(&split, 0).h, before.h);
    place_at(&split, "loss", 120, 40);
    assert_false(split_several(&split));
    assert_int_equal(split_find(&split, "log"), -1);
    assert_false(split_focus(&split, 4));
    assert_int_equal(split_find(&split, "nothing"), -1);
}

/* ---- the mouse */

static bool mouse(Split *split, MouseKind kind, int x, int y)
{
    Event event = {.kind = EVENT_MOUSE, .mouse = kind, .x = x, .y = y};
    return split_event(split, &event);
}

static void borders_are_dragged(void **state)
{
    (void)state;
    Split split = {0};
    place_at(&split, "(loss / codes) | digits", 120, 40);
    Rect loss = split_area(&split, 0), digits = split_area(&split, 1), codes = split_area(&split, 2);
    assert_true(mouse(&split, MOUSE_PRESS, digits.x - 1, 10));
    assert_true(mouse(&split, MOUSE_DRAG, digits.x - 9, 10));
    assert_int_equal(split_area(&split, 1).w, digits.w + 8);
    assert_true(mouse(&split, MOUSE_DRAG, 500, 10)); /* as far as the least */
    assert_int_equal(split_area(&split, 1).w, panes[1].w);
    assert_true(mouse(&split, MOUSE_DRAG, digits.x - 1, 10)); /* and back: the border is under the pointer again */
    assert_int_equal(split_area(&split, 1).w, digits.w);
    assert_true(mouse(&split, MOUSE_RELEASE, digits.x - 1, 10));
    assert_false(mouse(&split, MOUSE_DRAG, 60, 10)); /* nothing is held */
    assert_int_equal(split_area(&split, 1).w, digits.w);

    assert_true(mouse(&split, MOUSE_PRESS, codes.x + 3, codes.y)); /* the title of the lower one */
    assert_int_equal(split.focus, 2);
    assert_true(mouse(&split, MOUSE_DRAG, codes.x + 3, codes.y + 4));
    assert_true(mouse(&split, MOUSE_RELEASE, codes.x + 3, codes.y + 4));
    assert_int_equal(split_area(&split, 0).h, loss.h + 4);
    check_placed(&split);

    assert_false(mouse(&split, MOUSE_PRESS, loss.x + 3, loss.y + 3)); /* the pane's own */
    assert_int_equal(split.focus, 0);
    assert_false(mouse(&split, MOUSE_WHEEL_UP, digits.x - 1, 10));
}

/* ---- anything in any order */

static void any_use_leaves_them_whole(void **state)
{
    (void)state;
    Rng rng = rng_new(7, RNG_TEST, 0, 0);
    Split split = {0};
    int w = 120, h = 40;
    const char *layout = layouts[4];
    place_at(&split, layout, w, h);
    for (int i = 0; i < 20000; i++) {
        char text[SPLIT_TEXT], again[SPLIT_TEXT];
        switch (rng_below(&rng, 12)) {
        case 0: w = 1 + (int)rng_below(&rng, 220); break;
        case 1: h = 1 + (int)rng_below(&rng, 70); break;
        case 2: layout = layouts[rng_below(&rng, sizeof layouts / sizeof *layouts)]; break;
        case 3: split_next(&split, rng_below(&rng, 2) ? 1 : -1); break;
        case 4: split_grow(&split, false, (int)rng_below(&rng, 21) - 10); break;
        case 5: split_grow(&split, true, (int)rng_below(&rng, 21) - 10); break;
        case 6: split_hide(&split); break;
        case 7: split_show(&split); break;
        case 8: split_zoom(&split); break;
        case 9: mouse(&split, MOUSE_PRESS, (int)rng_below(&rng, 220), (int)rng_below(&rng, 70)); break;
        case 10: mouse(&split, MOUSE_DRAG, (int)rng_below(&rng, 220), (int)rng_below(&rng, 70)); break;
        default: mouse(&split, MOUSE_RELEASE, 0, 0);
        }
        place_at(&split, layout, w, h);
        check_placed(&split);
        /* What is remembered is read as it was written. */
        split_print(&split, text);
        for (int k = 0; k < split.remembered; k++) {
            Split other = {0};
            place_at(&other, split.memory[k].changed, w, h);
            split_print(&other, again);
            assert_string_equal(again, split.memory[k].changed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_room_is_filled), cmocka_unit_test(least_important_goes_first), cmocka_unit_test(focus_walks_through_all),
        cmocka_unit_test(sizes_are_changed_and_remembered), cmocka_unit_test(hidden_ones_come_back), cmocka_unit_test(borders_are_dragged),
        cmocka_unit_test(any_use_leaves_them_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
