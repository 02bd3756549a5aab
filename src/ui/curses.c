/* ncurses, and the few things it does not do: 24-bit colour without ncurses-term, SGR mouse reports on every terminal,
 * stopping and going on.  What a terminal can show is worked out in terminal_look.c, what remains to do after a crash in rescue.c. */
#include "config.h"

#include "ui/terminal_own.h"

#include "base/mem.h"
#include "ui/terminfo.h"

#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

/* curses.h calls a key KEY_ALT nowhere, but has many KEY_ of its own; ours are K_. */
enum { CODE_MOUSE = KEY_MAX + 1, CODE_FOCUS_IN, CODE_FOCUS_OUT, CODE_SHIFT_UP, CODE_SHIFT_DOWN, CODE_REPORT, CODE_STRING };

struct Terminal {
    SCREEN *screen;
    Look look;
    Frame frame;
    Cells shown;   /* what the terminal has */
    bool mouse;
    bool all;      /* write everything next time */
};

/* ---- opening and closing */

static const char mouse_on[] = "\033[?1002h\033[?1006h\033[?1004h", mouse_off[] = "\033[?1004l\033[?1006l\033[?1002l";

/* The sequences that give the terminal back, for whoever comes too late to ask ncurses. */
static void prepare_rescue(void)
{
    static const char *const names[] = {"sgr0", "cnorm", "rmkx", "rmcup"};
    char restore[256], *at = stpcpy(restore, mouse_off), *end = restore + sizeof restore;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char name[8];
        strcpy(name, names[i]);
        const char *text = tigetstr(name);
        if (text && text != (char *)-1 && strlen(text) < (size_t)(end - at))
            at = stpcpy(at, text);
    }
    rescue_init(restore);
}

static void start_input(Terminal *terminal)
{
    raw(); /* Ctrl-C and Ctrl-Z are keys; the loop makes of them what signals would */
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    typeahead(-1); /* a drawing is not broken off by a key: it leaves whole */
    leaveok(stdscr, FALSE);
    curs_set(0);
    /* ncurses knows the mouse of few terminals; every one sends these reports. */
    define_key("\033[<", CODE_MOUSE);
    define_key("\033[I", CODE_FOCUS_IN);
    define_key("\033[O", CODE_FOCUS_OUT);
    define_key("\033[1;2A", CODE_SHIFT_UP);
    define_key("\033[1;2B", CODE_SHIFT_DOWN);
    if (terminal->mouse)
        terminal_write(mouse_on);
}

static SCREEN *new_screen(FILE *out, int level, const char *term, bool *rgb)
{
    const char *base = terminal_rgb_base(term), *entry = base ? terminfo_rgb(base) : NULL;
    *rgb = level == COLOUR_RGB && entry;
    if (!*rgb)
        return newterm(NULL, out, stdin);
    const char *old = getenv("TERMINFO");
    char *kept = old ? mem_text(old) : NULL;
    size_t room = strlen(entry) + 8;
    char *text = mem_new(room, 1);
    snprintf(text, room, "b64:%s", entry);
    setenv("TERMINFO", text, 1);
    SCREEN *screen = newterm(base, out, stdin);
    if (kept)
        setenv("TERMINFO", kept, 1);
    else
        unsetenv("TERMINFO");
    free(kept);
    free(text);
    return screen;
}

static bool refuse_terminal(const char *why, Error *err)
{
    const char *term = getenv("TERM");
    return error_set(err, ERROR_FAILED, "set TERM to what the terminal is, or use the commands", "the terminal \"%s\" %s", term ? term : "", why);
}

/* TERM=dumb and printers: ncurses draws there all the same, one screen below the other.  What is not known is left to newterm. */
static bool cursor_moves(void)
{
    int known;
    if (setupterm(NULL, STDOUT_FILENO, &known) != OK)
        return true;
    bool moves = cursor_address != NULL;
    del_curterm(cur_term);
    return moves;
}

Terminal *terminal_open(const TerminalOptions *options, Error *err)
{
    int level;
    setlocale(LC_CTYPE, "");
    if (!terminal_level(options, &level, err))
        return NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        error_set(err, ERROR_USAGE, "name a command; `hourglass --help` lists them", "the studio needs a terminal");
        return NULL;
    }
    if (!cursor_moves()) {
        refuse_terminal("cannot move its cursor", err);
        return NULL;
    }
    rescue_keep_modes();
    Terminal *terminal = mem_new(1, sizeof *terminal);
    terminal->mouse = !options->no_mouse;
    bool rgb;
    if (!frame_open(&terminal->frame)) {
        error_errno(err, NULL, "the terminal cannot be opened");
        frame_close(&terminal->frame);
        free(terminal);
        return NULL;
    }
    terminal->screen = new_screen(terminal->frame.stream, level, getenv("TERM"), &rgb);
    if (!terminal->screen) {
        frame_close(&terminal->frame);
        free(terminal);
        refuse_terminal("is not known", err);
        return NULL;
    }
    prepare_rescue();
    rescue_arm(true);
    int colours = 0;
    if (has_colors()) {
        start_color();
        use_default_colors();
        colours = COLORS;
    }
    if (!terminal_look(options, colours, &terminal->look, err)) {
        terminal_close(terminal);
        return NULL;
    }
    /* Never more than ncurses can do here. */
    if (terminal->look.colour == COLOUR_RGB && !rgb)
        terminal->look.colour = COLOUR_256;
    while (terminal->look.colour > COLOUR_MONO && colour_levels[terminal->look.colour].colours > colours)
        terminal->look.colour--;
    start_input(terminal);
    bool fixed = options->theme && (strcmp(options->theme, "light") == 0 || strcmp(options->theme, "dark") == 0);
    if (!options->no_probe && terminal->look.colour >= COLOUR_256 && !terminal_probe_ground(&terminal->look, fixed)) {
        define_key("\033[?", CODE_REPORT);
        define_key("\033]", CODE_STRING);
    }
    terminal->all = true;
    return terminal;
}

void terminal_close(Terminal *terminal)
{
    if (!terminal)
        return;
    frame_drain(&terminal->frame);
    if (terminal->mouse)
        terminal_write(mouse_off);
    endwin();
    delscreen(terminal->screen);
    frame_close(&terminal->frame);
    rescue_arm(false);
    cells_clear(&terminal->shown);
    free(terminal);
}

void terminal_suspend(Terminal *terminal)
{
    frame_drain(&terminal->frame);
    if (terminal->mouse)
        terminal_write(mouse_off);
    endwin();
    rescue_arm(false);
    /* The default action, once: whatever handler the loop has is put back afterwards. */
    struct sigaction old, stop = {.sa_handler = SIG_DFL};
    sigset_t tstp, mask;
    sigaction(SIGTSTP, &stop, &old);
    sigemptyset(&tstp);
    sigaddset(&tstp, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &tstp, &mask);
    kill(0, SIGTSTP); /* the whole job, as the terminal would */
    sigprocmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &old, NULL);
    rescue_arm(true);
    terminal_resized(terminal);
    clearok(stdscr, TRUE);
    refresh();
    if (terminal->mouse)
        terminal_write(mouse_on);
    terminal->all = true;
}

void terminal_set_mouse(Terminal *terminal, bool on)
{
    terminal->mouse = on;
    frame_drain(&terminal->frame);
    terminal_write(on ? mouse_on : mouse_off);
}

Look terminal_get_look(const Terminal *terminal) { return terminal->look; }
int terminal_fd(const Terminal *terminal) { (void)terminal; return STDIN_FILENO; }

bool terminal_ready(Terminal *terminal) { return frame_flush(&terminal->frame); }
int terminal_slow_fd(const Terminal *terminal) { return terminal->frame.size > 0 ? terminal->frame.terminal : -1; }

void terminal_size(const Terminal *terminal, int *w, int *h)
{
    (void)terminal;
    getmaxyx(stdscr, *h, *w);
}

void terminal_resized(Terminal *terminal)
{
    struct winsize size;
    frame_drain(&terminal->frame); /* ncurses may write at once, and not into the middle of a drawing */
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    terminal->all = true;
}

void terminal_redraw(Terminal *terminal)
{
    clearok(stdscr, TRUE);
    terminal->all = true;
}

/* ---- drawing */

static void put_cell(const Terminal *terminal, int x, int y, const Cell *cell)
{
    uint8_t attr = cell->attr, background = 0;
    Ink ink = look_ink_on(&terminal->look, cell->fg, cell->bg, &attr);
    int32_t fg = look_colour(&terminal->look, ink, false, &attr);
    int32_t bg = look_colour(&terminal->look, cell->bg, true, &background);
    /* A dim attribute on a reversed row would hide what is selected. */
    if (attr & ATTR_REVERSE)
        attr &= (uint8_t)~ATTR_DIM;
    attr_t style = (attr & ATTR_BOLD ? A_BOLD : 0) | (attr & ATTR_REVERSE ? A_REVERSE : 0) |
                   (attr & ATTR_UNDERLINE ? A_UNDERLINE : 0) | (attr & ATTR_DIM ? A_DIM : 0);
    int pair = terminal->look.colour > COLOUR_MONO && (fg >= 0 || bg >= 0) ? alloc_pair(fg, bg) : 0;
    wchar_t text[2] = {(wchar_t)cell->glyph, 0};
    cchar_t out;
    if (pair < 0)
        pair = 0;
    setcchar(&out, text, style, 0, &pair);
    mvadd_wch(y, x, &out);
}

void terminal_show(Terminal *terminal, const Cells *cells)
{
    int w, h;
    terminal_size(terminal, &w, &h);
    if (terminal->shown.w != cells->w || terminal->shown.h != cells->h) {
        cells_resize(&terminal->shown, cells->w, cells->h);
        terminal->all = true;
    }
    if (memcmp(&terminal->look, &cells->look, sizeof cells->look) != 0) {
        ColourLevel colour = terminal->look.colour;
        terminal->look = cells->look;
        terminal->look.colour = colour;
        terminal->all = true;
    }
    if (terminal->all)
        erase();
    for (int y = 0; y < cells->h && y < h; y++)
        for (int x = 0; x < cells->w && x < w; x++) {
            Cell *old = &terminal->shown.cell[y * cells->w + x];
            const Cell *new = &cells->cell[y * cells->w + x];
            if (!terminal->all && (cell_equal(old, new) || (cells->passing && cell_alike(&cells->look, old, new))))
                continue;
            put_cell(terminal, x, y, new);
            *old = *new;
        }
    terminal->all = false;
    if (cells->cursor_x >= 0)
        move(cells->cursor_y, cells->cursor_x);
    frame_begin(&terminal->frame);
    curs_set(cells->cursor_x >= 0);
    refresh();
    frame_end(&terminal->frame);
}

/* ---- input */

static const struct { int code; uint32_t key; } key_map[] = {
    {KEY_UP, K_UP}, {KEY_DOWN, K_DOWN}, {KEY_LEFT, K_LEFT}, {KEY_RIGHT, K_RIGHT}, {KEY_HOME, K_HOME}, {KEY_END, K_END},
    {KEY_PPAGE, K_PAGE_UP}, {KEY_NPAGE, K_PAGE_DOWN}, {KEY_IC, K_INSERT}, {KEY_DC, K_DELETE}, {KEY_BTAB, K_BACK_TAB},
    {KEY_BACKSPACE, K_BACKSPACE}, {KEY_ENTER, K_ENTER}, {KEY_SLEFT, K_SHIFT_LEFT}, {KEY_SRIGHT, K_SHIFT_RIGHT},
    {KEY_SR, K_SHIFT_UP}, {KEY_SF, K_SHIFT_DOWN}, {CODE_SHIFT_UP, K_SHIFT_UP}, {CODE_SHIFT_DOWN, K_SHIFT_DOWN},
    {KEY_A1, K_HOME}, {KEY_A3, K_PAGE_UP}, {KEY_C1, K_END}, {KEY_C3, K_PAGE_DOWN},
};

/* The rest of "ESC [ < button ; x ; y M": comes in one piece, but waits a little for a slow line. */
static bool read_mouse(Event *event)
{
    enum { FAR = 1 << 24 }; /* off every screen; what is larger stays there */
    int number[3] = {0}, at = 0;
    for (int i = 0; i < 20; i++) {
        wint_t c;
        if (get_wch(&c) == ERR) {
            struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
            if (poll(&wait, 1, 50) <= 0)
                return false;
            continue;
        }
        if (c >= '0' && c <= '9')
            number[at] = number[at] < FAR ? number[at] * 10 + (int)(c - '0') : FAR;
        else if (c == ';' && at < 2)
            at++;
        else if ((c == 'M' || c == 'm') && at == 2) {
            int button = number[0];
            *event = (Event){.kind = EVENT_MOUSE, .x = number[1] - 1, .y = number[2] - 1};
            if (button & 64)
                event->mouse = button & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
            else if (button & 32)
                event->mouse = MOUSE_DRAG;
            else
                event->mouse = c == 'M' ? MOUSE_PRESS : MOUSE_RELEASE;
            return (button & 3) == 0 || button & 64; /* the left button and the wheel */
        } else
            return false;
    }
    return false;
}

/* The rest of an answer that came too late for terminal_probe_ground; its letters are no keys.  A string without anything behind it
 * was Alt-]. */
static bool read_answer(int code, Event *event)
{
    for (int read = 0; read < 256;) {
        wint_t c;
        int got = get_wch(&c);
        if (got == ERR) {
            struct pollfd wait = {.fd = STDIN_FILENO, .events = POLLIN};
            if (poll(&wait, 1, read ? 500 : 50) > 0)
                continue;
            *event = event_key(']' | KEY_ALT);
            return code == CODE_STRING && read == 0;
        }
        read++;
        if (code == CODE_REPORT ? c >= '@' && c <= '~' : c == 7 || c == '\\') /* BEL, or the end of ESC \ */
            return false;
    }
    return false;
}

static bool special(int code, Event *event)
{
    if (code == CODE_MOUSE)
        return read_mouse(event);
    if (code == CODE_REPORT || code == CODE_STRING)
        return read_answer(code, event);
    if (code == CODE_FOCUS_IN || code == CODE_FOCUS_OUT) {
        *event = (Event){.kind = EVENT_FOCUS, .focused = code == CODE_FOCUS_IN};
        return true;
    }
    if (code >= KEY_F(1) && code <= KEY_F(12)) {
        *event = event_key(K_F1 + (uint32_t)(code - KEY_F(1)));
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(key_map); i++)
        if (key_map[i].code == code) {
            *event = event_key(key_map[i].key);
            return true;
        }
    return false;
}

bool terminal_read(Terminal *terminal, Event *event)
{
    (void)terminal;
    for (;;) {
        wint_t c;
        int got = get_wch(&c);
        if (got == ERR)
            return false;
        if (got == KEY_CODE_YES) {
            if (special((int)c, event))
                return true;
            continue;
        }
        uint32_t alt = 0;
        if (c == K_ESC) {
            /* Alt, or Esc pressed just before: the key stands behind it already. */
            got = get_wch(&c);
            if (got == KEY_CODE_YES) {
                if (special((int)c, event)) {
                    if (event->kind == EVENT_KEY)
                        event->key |= KEY_ALT;
                    return true;
                }
                continue;
            }
            if (got == ERR)
                c = K_ESC;
            else
                alt = KEY_ALT;
        }
        if (c == '\r')
            c = K_ENTER;
        else if (c == 8)
            c = K_BACKSPACE;
        *event = event_key((uint32_t)c | alt);
        return true;
    }
}
