/* The App from inside, for the frame's own files: app.c, actions.c, palette.c, dialogue.c, files.c, panes.c, panes_file.c, tour.c,
 * and the help screen, which lists actions. */
#ifndef UI_APP_OWN_H
#define UI_APP_OWN_H

#include "ui/app.h"
#include "ui/bench.h"
#include "ui/widgets.h"

enum { APP_SCREENS = 16, APP_HITS = 64, APP_CHOICES = 8, APP_MESSAGE = 320 };

typedef struct Hit { Rect area; uint32_t key; } Hit;

typedef enum DialogueKind { DIALOGUE_NONE, DIALOGUE_ASK, DIALOGUE_PROMPT, DIALOGUE_PICK, DIALOGUE_PALETTE } DialogueKind;

typedef struct Dialogue {
    DialogueKind kind;
    char title[80], text[512];
    Choice choice[APP_CHOICES]; /* strings are borrowed: literals */
    int choices;
    List list;
    Edit edit;
    char **item, **detail; /* owned copies */
    int items;
    int *shown, shown_count; /* those that pass the filter */
    Error error;             /* of what is being typed */
    void (*chosen)(App *app, int index);
    bool (*holds)(App *app); /* what the question is about; NULL: it lasts */
    void (*entered)(App *app, const char *text);
    bool (*check)(App *app, const char *text, Error *err);
} Dialogue;

/* A file that is being written. */
typedef struct Saving {
    char title[80], text[200], path[256];
    void (*write)(App *app, const char *path);
} Saving;

/* A pane as it was last drawn. */
typedef struct PaneDrawn {
    Rect area;
    Cell *cell; /* (area.h, area.w), owned; NULL: not drawn yet */
    double at;  /* by app_now */
} PaneDrawn;

struct App {
    AppOptions options;
    Look look;
    Bench *bench;
    void *state[APP_SCREENS];
    bool opened[APP_SCREENS];
    Split split[APP_SCREENS]; /* of screens with panes */
    PaneDrawn drawn[SPLIT_PANES]; /* of the screen in front */
    bool anew;                /* something was done since: no pane rests */
    char *kept;               /* what the file of the panes held; owned */
    int screen, before;
    Dialogue dialogue;
    Saving saving;
    void (*again)(App *app); /* asks for another file, after one that could not be used */
    char message[APP_MESSAGE];
    Role message_role;
    double message_until;
    Hit hit[APP_HITS];
    int hits;
    double now, deadline;
    bool dirty, done, suspend, redraw, mouse_off;
    int tour; /* step of the tour, from 1; 0: none */
    bool skip_click; /* the click that gave the terminal the focus */
};

bool dialogue_event(App *app, const Event *event);
void dialogue_draw(App *app, Cells *cells, Rect area);
void dialogue_close(App *app);
void dialogue_tick(App *app);
void palette_open(App *app);
void palette_fill(App *app); /* the list, for what is typed */

Split *app_split(App *app);                               /* of the screen in front; NULL: it has no panes */
bool panes_event(App *app, const Event *event);           /* what the pane in focus, or under the mouse, makes of it */
void panes_load(App *app);
void panes_save(App *app);
void panes_free(App *app);
void panes_hint(App *app, char *buffer, size_t size);     /* which panes are not seen, and the key to them; "" none */

/* All actions of the screen in front, then the app's: index from 0; NULL past the end. */
const Action *app_action_at(App *app, int index);
bool action_can(App *app, const Action *action);

#endif
