/* What happens to the program: keys, mouse, sizes.  Made by ui/curses.c, or by a test. */
#ifndef UI_EVENT_H
#define UI_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a code point, a control character (Ctrl-A is 1), or one of these; KEY_ALT is added for Alt or Esc before it. */
enum {
    KEY_ALT = 1 << 24,
    K_CTRL_A = 1,
    K_TAB = 9,
    K_ENTER = 10,
    K_ESC = 27,
    K_BACKSPACE = 127,
    K_UP = 0x110000, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN, K_INSERT, K_DELETE, K_BACK_TAB,
    K_SHIFT_LEFT, K_SHIFT_RIGHT, K_SHIFT_UP, K_SHIFT_DOWN,
    K_F1 /* F1 to F12 */
};

typedef enum EventKind { EVENT_NONE, EVENT_KEY, EVENT_MOUSE, EVENT_RESIZE, EVENT_FOCUS } EventKind;
typedef enum MouseKind { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } MouseKind;

typedef struct Event {
    EventKind kind;
    uint32_t key;
    MouseKind mouse;
    int x, y;     /* of the mouse */
    bool focused; /* EVENT_FOCUS: gained, not lost */
} Event;

static inline Event event_key(uint32_t key) { return (Event){.kind = EVENT_KEY, .key = key}; }

/* "Space", "^R", "F5", "Alt-5", "q"; and back (0: no such key). */
void key_print(uint32_t key, char *buffer, size_t size);
uint32_t key_parse(const char *name);

/* Is the key one of these names, separated by blanks? */
bool key_among(uint32_t key, const char *names);

#endif
