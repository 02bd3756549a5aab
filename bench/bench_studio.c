/* What it costs to watch: the same training without the studio and in it, with the Train screen open, in turns:
 *
 *     make bench/bench_studio && bench/bench_studio [RECIPE [DATA [EPOCHS [PAIRS [COLUMNS ROWS]]]]]
 *
 * Both write metrics.jsonl; compared are the seconds of all epochs but the first.  The studio's output is kept with its times
 * and only given to a terminal's screen when the training is over, so that reading it costs nothing meanwhile: how often
 * the probe pictures were drawn anew is counted there. */
#include "config.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/metrics.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

typedef struct Piece { double time; size_t at, size; } Piece;

typedef struct Record {
    char *bytes;
    size_t size, room;
    Piece *piece;
    int pieces;
} Record;

typedef struct Setting {
    const char *program, *recipe, *data, *runs;
    int epochs, pairs, columns, rows;
} Setting;

static pid_t start(const Setting *setting, const char *const *arguments, int *fd)
{
    struct winsize size = {.ws_col = (unsigned short)setting->columns, .ws_row = (unsigned short)setting->rows};
    pid_t pid = forkpty(fd, NULL, NULL, &size);
    if (pid != 0)
        return pid;
    setenv("TERM", "xterm-256color", 1);
    setenv("COLORTERM", "truecolor", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    execv(setting->program, (char **)(uintptr_t)arguments);
    _exit(127);
}

/* What comes within `seconds`, as few calls as may be; false when the program has ended. */
static bool listen_to(int fd, Record *record, double seconds)
{
    for (double end = clock_seconds() + seconds, left; (left = end - clock_seconds()) > 0;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, (int)(left * 1000) + 1) <= 0)
            continue;
        if (record->size + 65536 > record->room)
            record->bytes = mem_resize(record->bytes, record->room = 2 * record->room + 65536, 1);
        ssize_t n = read(fd, record->bytes + record->size, 65536);
        if (n <= 0)
            return false;
        record->piece = mem_resize(record->piece, (size_t)record->pieces + 1, sizeof *record->piece);
        record->piece[record->pieces++] = (Piece){clock_seconds(), record->size, (size_t)n};
        record->size += (size_t)n;
    }
    return true;
}

static void type(int fd, Record *record, const char *keys)
{
    if (write(fd, keys, strlen(keys)) < 0)
        perror("write");
    listen_to(fd, record, 0.3);
}

static bool is_over(const Setting *setting, const char *name)
{
    Run run;
    RunMeta meta = {0};
    Error err = {0};
    bool over = run_open(&run, setting->runs, name, false, &err) && run_read_meta(&run, &meta, &err) && strcmp(meta.state, "done") == 0;
    run_close(&run);
    return over;
}

/* Seconds of the epochs after the first. */
static double seconds_of(const Setting *setting, const char *name)
{
    Run run;
    Metrics metrics = {0};
    Error err = {0};
    double seconds = 0;
    if (!run_open(&run, setting->runs, name, false, &err) || !metrics_read(&run, &metrics, &err)) {
        fprintf(stderr, "%s\n", err.what);
        exit(1);
    }
    for (int i = 0; i < metrics.count; i++)
        if (metrics.item[i].kind == METRIC_EPOCH && metrics.item[i].epoch > 1)
            seconds += metrics.item[i].seconds;
    metrics_clear(&metrics);
    run_close(&run);
    return seconds;
}

static double headless(const Setting *setting, const char *name)
{
    char epochs[16];
    int fd;
    Record record = {0};
    snprintf(epochs, sizeof epochs, "%d", setting->epochs);
    const char *arguments[] = {"hourglass", "train", setting->recipe, "--data", setting->data, "--runs-dir", setting->runs, "--run", name,
                               "--epochs", epochs, "--threads", "2", "--progress", "none", NULL};
    pid_t pid = start(setting, arguments, &fd);
    while (listen_to(fd, &record, 1))
        ;
    waitpid(pid, NULL, 0);
    close(fd);
    free(record.bytes);
    free(record.piece);
    return seconds_of(setting, name);
}

/* Seconds of processor time of the thread that draws. */
static double drawing_seconds(pid_t pid)
{
    char path[64], text[1024] = "";
    unsigned long user = 0, sys = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, pid);
    FILE *file = fopen(path, "r");
    if (file && fgets(text, sizeof text, file) && strrchr(text, ')'))
        sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
    if (file)
        fclose(file);
    return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

/* How often the right half of the screen, below the second line, was another one. */
static int count_changes(const Setting *setting, const Record *record, double begin, double end)
{
    VTerm *term = vterm_new(setting->rows, setting->columns);
    VTermScreen *screen = vterm_obtain_screen(term);
    uint64_t last = 0;
    int changes = 0;
    vterm_set_utf8(term, 1);
    vterm_screen_enable_altscreen(screen, 1);
    vterm_screen_reset(screen, 1);
    for (int i = 0; i < record->pieces; i++) {
        vterm_input_write(term, record->bytes + record->piece[i].at, record->piece[i].size);
        if (i + 1 < record->pieces && record->piece[i + 1].time - record->piece[i].time < 0.004)
            continue; /* the rest of the same drawing */
        uint64_t sum = 1469598103934665603u;
        for (int y = 4; y < setting->rows - 3; y++)
            for (int x = setting->columns * 5 / 8; x < setting->columns; x++) {
                VTermScreenCell cell;
                vterm_screen_get_cell(screen, (VTermPos){.row = y, .col = x}, &cell);
                sum = (sum ^ (cell.chars[0] + cell.fg.rgb.red * 65599u + cell.bg.rgb.red * 4099u)) * 1099511628211u;
            }
        changes += sum != last && record->piece[i].time > begin && record->piece[i].time < end;
        last = sum;
    }
    vterm_free(term);
    return changes;
}

static double in_studio(const Setting *setting, const char *name, double *drawn, double *drawing)
{
    char set[64];
    int fd;
    Record record = {0};
    snprintf(set, sizeof set, "1:set epochs=%d\r", setting->epochs);
    const char *arguments[] = {"hourglass", "studio", setting->recipe, "--data", setting->data, "--runs-dir", setting->runs, "--threads", "2",
                               NULL};
    pid_t pid = start(setting, arguments, &fd);
    listen_to(fd, &record, 1.5);
    type(fd, &record, set);
    double cpu = drawing_seconds(pid), begin = clock_seconds();
    type(fd, &record, "t");
    while (!is_over(setting, name) && listen_to(fd, &record, 0.25))
        ;
    double end = record.pieces ? record.piece[record.pieces - 1].time : begin;
    *drawing = (drawing_seconds(pid) - cpu) / (end - begin);
    listen_to(fd, &record, 1); /* until the screen knows, too, that it is over: else it asks before it leaves */
    type(fd, &record, "q");
    while (listen_to(fd, &record, 1))
        ;
    waitpid(pid, NULL, 0);
    close(fd);
    *drawn = count_changes(setting, &record, begin, end) / (end - begin);
    free(record.bytes);
    free(record.piece);
    return seconds_of(setting, name);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int count, char **argument)
{
    Setting setting = {getenv("HOURGLASS") ? getenv("HOURGLASS") : "./hourglass", count > 1 ? argument[1] : "simple",
                       count > 2 ? argument[2] : "../shared/datasets/mnist", NULL, count > 3 ? atoi(argument[3]) : 20,
                       count > 4 ? atoi(argument[4]) : 5, count > 6 ? atoi(argument[5]) : 80, count > 6 ? atoi(argument[6]) : 24};
    char folder[] = "/tmp/bench-studio-XXXXXX", name[64], first[96], command[64];
    if (!mkdtemp(folder))
        return 1;
    setting.runs = folder;
    double ratio[64], drawn = 0, drawing = 0;
    if (setting.pairs > 64)
        setting.pairs = 64;
    for (int i = 0; i < setting.pairs; i++) {
        snprintf(name, sizeof name, "alone-%d", i);
        snprintf(first, sizeof first, i ? "%s-%02d" : "%s", setting.recipe, i + 1);
        double alone = headless(&setting, name), watched = in_studio(&setting, first, &drawn, &drawing);
        ratio[i] = alone / watched;
        printf("%s %dx%d: alone %.3f s, in the studio %.3f s: %.1f %% of the speed; pictures drawn %.1f times a second, drawing %.2f %% of a core\n",
               setting.recipe, setting.columns, setting.rows, alone, watched, 100 * ratio[i], drawn, 100 * drawing);
        fflush(stdout);
    }
    qsort(ratio, (size_t)setting.pairs, sizeof *ratio, compare);
    printf("%s: median %.1f %%\n", setting.recipe, 100 * ratio[setting.pairs / 2]);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? 0 : 1;
}
