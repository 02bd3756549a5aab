/* The studio's frame: screens, actions, dialogues, the message line.  It draws into Cells and is fed Events, so it runs
 * without a terminal; ui/loop.c connects it to one.
 *
 * To add a screen: a file ui/screen_NAME.c with one `const Screen screen_NAME` at its foot, one line in ui/screens.c.
 *     Its state is a struct of its own, zeroed at the start: `static Train *self(App *app) { return app_state(app, &screen_train); }`
 * To add an action: one row in the screen's table (or in app_actions of ui/actions.c for all screens).  Key bar, help
 *     screen, palette and manual come from that row.  Actions do; screens only show.
 * To cut a screen into panes that can be resized, hidden and zoomed: a table of them, see ui/split.h.
 * To add a widget: a plain struct with NAME_draw(widget, cells, rect, focused) and NAME_event(widget, event), see ui/widgets.h.
 *
 * What the person works on (design, data, training) is the Bench (ui/bench.h), shared by all screens.  Everything here runs
 * in the main thread; other threads only finish a Job (ui/job.h) or publish a snapshot, and wake the loop. */
#ifndef UI_APP_H
#define UI_APP_H

#include "base/error.h"
#include "term/cells.h"
#include "ui/event.h"
#include "ui/split.h"

typedef struct App App;
typedef struct Bench Bench;

typedef struct Action {
    const char *name;  /* for the palette: "pause" */
    const char *keys;  /* "Space p"; the first one is shown.  NULL: palette only */
    const char *label; /* in the key bar; NULL: not there */
    const char *help;  /* one sentence, no full stop */
    void (*run)(App *app, const char *argument); /* argument: what the palette had behind the name; NULL from a key */
    bool (*can)(App *app);                       /* NULL: always.  Actions that cannot are not offered */
    const char *takes; /* what the argument is, "RATE"; NULL: takes none */
} Action;

typedef struct Screen Screen;
struct Screen {
    const char *name;  /* for `shot` and the palette: "train" */
    const char *title; /* in the tab bar; NULL: has no tab */
    const char *about; /* one sentence for help */
    size_t state_size;
    const Action *actions;
    int count;
    void (*open)(App *app);  /* once, at its first use; NULL: nothing */
    void (*enter)(App *app); /* each time it comes to the front */
    void (*leave)(App *app);
    bool (*leaves)(App *app, const Screen *next); /* false: it asks first, and goes there itself; NULL: always */
    void (*close)(App *app); /* frees what its state owns */
    void (*tick)(App *app);  /* the bench changed, a job ended, or a time asked for has come; also when it is not in front */
    void (*draw)(App *app, Cells *cells, Rect area);
    bool (*grab)(App *app, const Event *event);  /* before the actions: while a field is being edited; true: used */
    bool (*event)(App *app, const Event *event); /* what no action took: arrows, mouse; true: used */
    const char *(*subject)(App *app);            /* what stands at the right of the second line; NULL: the bench's */
    const Pane *panes;                           /* the most important first; NULL: none */
    int panes_count;
    const char *(*layout)(App *app, int w, int h); /* of the panes in so much room, in the text form of ui/split.h */
    const char *(*moving)(App *app);             /* the pane that alone is drawn anew each time, while the others rest; NULL: all are */
};

extern const Screen *const screens[]; /* ui/screens.c; the first is shown at the start */
extern const int screens_count;
extern const Action app_actions[];    /* ui/actions.c */
extern const int app_actions_count;

/* Keys that are no action's: "1..5", "^Z"; for help and manual. */
typedef struct KeyNote { const char *key, *help; } KeyNote;
extern const KeyNote key_notes[];
extern const int key_notes_count;

/* The first keys of an action, as they are printed: "Space p"; without keys ":name" of the palette. */
void action_keys(const Action *action, int most, char *buffer, size_t size);

typedef struct AppOptions {
    Look look;
    const char *runs_dir; /* NULL: the usual place */
    const char *data;     /* data set to open; NULL: the usual place, else the built-in digits */
    const char *design;   /* preset or file to open; NULL: none */
    uint64_t seed;
    const char *state;    /* file that keeps the panes from one session to the next; NULL: they are not kept */
    int threads;          /* 0: all cores */
    int wake;             /* file descriptor (eventfd) that other threads write to; -1: none */
    double now;
} AppOptions;

App *app_new(const AppOptions *options, Error *err) MUST_CHECK;
void app_free(App *app);

/* The loop's side. */
void app_event(App *app, const Event *event, double now);
void app_tick(App *app, double now);           /* after waking, and at app_deadline */
void app_draw(App *app, Cells *cells);         /* whole frame; cells have their size already */
bool app_dirty(const App *app);                /* something changed since app_draw */
double app_deadline(const App *app);           /* when app_tick is due; INFINITY: not by itself */
bool app_done(const App *app);
bool app_stop(App *app, double seconds);       /* SIGTERM: saves, ends the training; true when all is saved */
bool app_wants_suspend(App *app);              /* Ctrl-Z was pressed since the last call */
bool app_wants_redraw(App *app);               /* Ctrl-L */
bool app_wants_mouse(const App *app);

/* The screens' side. */
Bench *app_bench(App *app);
double app_now(const App *app);
Look *app_look(App *app);
int app_wake(const App *app);
void *app_state(App *app, const Screen *screen);
const Screen *app_screen(const App *app);
void app_go(App *app, const Screen *screen);
void app_back(App *app);                       /* to the screen before */
void app_touch(App *app);                      /* something changed: draw again */
void app_call_at(App *app, double when);       /* app_tick then */

/* A line above the key bar, for some seconds. */
void app_say(App *app, Role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void app_say_error(App *app, const Error *err);

/* The screen's panes, to be called from its draw; which of them has the focus (its row, -1: the screen has none), and to give it. */
void app_panes(App *app, Cells *cells, Rect area);
int app_pane(const App *app);
void app_focus(App *app, const char *pane);
Rect app_pane_area(const App *app, const char *pane); /* of the last drawing, title included; empty: not seen */

/* Runs an action by name with an argument, as the palette does; false with *err when there is none or it cannot. */
bool app_command(App *app, const char *line, Error *err) MUST_CHECK;

/* Is the first key of the screen's (or the app's) action with this name; for hints inside screens. */
const Action *app_action(App *app, const char *name);

/* ---- dialogues: one at a time over the screen; Esc closes, then `done` is called with -1 or NULL */

/* Choices one below the other; `text` explains. keys: a letter for each choice. */
typedef struct Choice { const char *key, *text, *help; } Choice;
void app_ask(App *app, const char *title, const char *text, const Choice *choice, int count, void (*done)(App *app, int chosen));
void app_ask_while(App *app, bool (*holds)(App *app)); /* takes the question just asked back, as Esc does, once this no longer holds */

/* A line of text.  `check` (may be NULL) says while typing whether the text is fine. */
void app_prompt(App *app, const char *title, const char *text, const char *value, void (*done)(App *app, const char *text),
                bool (*check)(App *app, const char *text, Error *err));

/* A list to choose from, with a filter; items are copied.  detail may be NULL. */
void app_pick(App *app, const char *title, const char *const *item, const char *const *detail, int count, int selected,
              void (*done)(App *app, int chosen));

/* Writes a file: asks where (`ask`; else `path` is the place), and before it overwrites. */
void app_save_as(App *app, const char *title, const char *text, const char *path, bool ask, void (*write)(App *app, const char *path));

/* A file that cannot be used: its line, why, what would help; `again` asks for another one. */
void app_show_mistake(App *app, const Error *err, void (*again)(App *app));

bool app_in_dialogue(const App *app);

#endif
