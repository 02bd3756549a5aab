/* What it costs to watch: the same training without the studio and in it, with the Train screen open, in turns:
 *
 *     make bench/bench_studio && bench/bench_studio [RECIPE [DATA [EPOCHS [PAIRS [COLUMNS ROWS]]]]]
 *
 * Both write metrics.jsonl; compared are the middle ones of the epochs after the first, in each pair and over all pairs: short
 * epochs, many of them, say most on a machine with neighbours.  Two processes of the same training differ by some percent all the same,
 * by where their memory lies; so with 0 for PAIRS one training is watched and not watched (Help in front) in turns, some epochs each,
 * and each turn compared to the two around it.  The studio's output is kept with its times
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

/* Seconds of the epochs after the first, one by one. */
typedef struct Seconds {
    double *item;
    int count;
} Seconds;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *item, int count)
{
    double sorted[count];
    memcpy(sorted, item, (size_t)count * sizeof *item);
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    return (sorted[count / 2] + sorted[(count - 1) / 2]) / 2;
}

/* Adds a run's epochs to `all`; returns the middle one of this run. */
static double read_seconds(const Setting *setting, const char *name, Seconds *all)
{
    Run run;
    Metrics metrics = {0};
    Error err = {0};
    int before = all->count;
    if (!run_open(&run, setting->runs, name, false, &err) || !metrics_read(&run, &metrics, &err)) {
        fprintf(stderr, "%s\n", err.what);
        exit(1);
    }
    all->item = mem_resize(all->item, (size_t)(all->count + metrics.count), sizeof *all->item);
    for (int i = 0; i < metrics.count; i++)
        if (metrics.item[i].kind == METRIC_EPOCH && metrics.item[i].epoch > 1)
            all->item[all->count++] = metrics.item[i].seconds;
    metrics_clear(&metrics);
    run_close(&run);
    if (all->count == before) {
        fprintf(stderr, "%s has no second epoch\n", name);
        exit(1);
    }
    return median(all->item + before, all->count - before);
}

static double headless(const Setting *setting, const char *name, Seconds *all)
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
    return read_seconds(setting, name, all);
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

static pid_t start_studio(const Setting *setting, int *fd, Record *record)
{
    char set[64];
    snprintf(set, sizeof set, "1:set epochs=%d\r", setting->epochs);
    const char *arguments[] = {"hourglass", "studio", setting->recipe, "--data", setting->data, "--runs-dir", setting->runs, "--threads", "2",
                               NULL};
    pid_t pid = start(setting, arguments, fd);
    listen_to(*fd, record, 1.5);
    type(*fd, record, set);
    return pid;
}

/* Once the screen knows, too, that the training is over: else it asks before it leaves. */
static void end_studio(pid_t pid, int fd, Record *record)
{
    listen_to(fd, record, 1);
    type(fd, record, "q");
    while (listen_to(fd, record, 1))
        ;
    waitpid(pid, NULL, 0);
    close(fd);
}

static double in_studio(const Setting *setting, const char *name, Seconds *all, double *drawn, double *drawing)
{
    int fd;
    Record record = {0};
    pid_t pid = start_studio(setting, &fd, &record);
    double cpu = drawing_seconds(pid), begin = clock_seconds();
    type(fd, &record, "t");
    while (!is_over(setting, name) && listen_to(fd, &record, 0.25))
        ;
    double end = record.pieces ? record.piece[record.pieces - 1].time : begin;
    *drawing = (drawing_seconds(pid) - cpu) / (end - begin);
    end_studio(pid, fd, &record);
    *drawn = count_changes(setting, &record, begin, end) / (end - begin);
    free(record.bytes);
    free(record.piece);
    return read_seconds(setting, name, all);
}

/* Epochs that have come in a run's metrics since the last call: read on from there, for reading all anew would be felt. */
static int new_epochs(const Setting *setting, FILE **file)
{
    char path[256], line[1024];
    int epochs = 0;
    snprintf(path, sizeof path, "%s/%s/metrics.jsonl", setting->runs, setting->recipe);
    if (!*file && !(*file = fopen(path, "r")))
        return 0;
    clearerr(*file);
    while (fgets(line, sizeof line, *file))
        epochs += strstr(line, "{\"kind\":\"epoch\"") != NULL;
    return epochs;
}

/* One training, watched and not watched in turns. */
static void in_turns(const Setting *setting)
{
    enum { TURN = 5 }; /* epochs; the first of them, in which the switch fell, is not counted */
    int fd, turns = 0, epochs = 0, ratios = 0, *end = mem_new((size_t)setting->epochs + TURN, sizeof *end);
    FILE *metrics = NULL;
    Record record = {0};
    Seconds seconds = {0};
    pid_t pid = start_studio(setting, &fd, &record);
    type(fd, &record, "t");
    while (epochs < setting->epochs && listen_to(fd, &record, 0.03)) {
        epochs += new_epochs(setting, &metrics);
        if (epochs >= (turns ? end[turns - 1] : 0) + TURN) {
            end[turns++] = epochs;
            if (write(fd, turns % 2 ? "?" : "2", 1) < 0)
                perror("write");
        }
    }
    type(fd, &record, "2");
    end_studio(pid, fd, &record);
    read_seconds(setting, setting->recipe, &seconds);
    double middle[setting->epochs], ratio[setting->epochs];
    for (int i = 1; i < turns; i++) /* the first turn starts up; item[0] is the second epoch */
        middle[i] = median(seconds.item + end[i - 1], end[i] - end[i - 1] - 1);
    for (int i = 2; i + 1 < turns; i++) {
        double around = (middle[i - 1] + middle[i + 1]) / 2;
        ratio[ratios++] = i % 2 ? middle[i] / around : around / middle[i];
    }
    if (ratios)
        printf("%s %dx%d: watched %.1f %% of the speed it has in the same process behind Help (median of %d turns)\n", setting->recipe,
               setting->columns, setting->rows, 100 * median(ratio, ratios), ratios);
    if (metrics)
        fclose(metrics);
    free(end);
    free(seconds.item);
    free(record.bytes);
    free(record.piece);
}

static int clean_up(const char *folder)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? 0 : 1;
}

int main(int count, char **argument)
{
    Setting setting = {getenv("HOURGLASS") ? getenv("HOURGLASS") : "./hourglass", count > 1 ? argument[1] : "simple",
                       count > 2 ? argument[2] : "../shared/datasets/mnist", NULL, count > 3 ? atoi(argument[3]) : 20,
                       count > 4 ? atoi(argument[4]) : 6, count > 6 ? atoi(argument[5]) : 80, count > 6 ? atoi(argument[6]) : 24};
    char folder[] = "/tmp/bench-studio-XXXXXX", name[64], first[96];
    if (setting.pairs < 0 || setting.pairs > 64 || setting.epochs < 2 || !mkdtemp(folder))
        return 1;
    setting.runs = folder;
    if (!setting.pairs) {
        in_turns(&setting);
        return clean_up(folder);
    }
    Seconds alone = {0}, watched = {0};
    double ratio[64], drawn = 0, drawing = 0;
    for (int i = 0; i < setting.pairs; i++) {
        double without = 0, with = 0;
        snprintf(name, sizeof name, "alone-%d", i);
        snprintf(first, sizeof first, i ? "%s-%02d" : "%s", setting.recipe, i + 1);
        for (int turn = 0; turn < 2; turn++) /* the order changes from pair to pair: what drifts hits both alike */
            if (turn == i % 2)
                without = headless(&setting, name, &alone);
            else
                with = in_studio(&setting, first, &watched, &drawn, &drawing);
        ratio[i] = without / with;
        printf("%s %dx%d: an epoch alone %.4f s, in the studio %.4f s: %.1f %% of the speed; pictures drawn %.1f times a second, drawing "
               "%.2f %% of a core\n",
               setting.recipe, setting.columns, setting.rows, without, with, 100 * ratio[i], drawn, 100 * drawing);
        fflush(stdout);
    }
    printf("%s: median of the pairs %.1f %%, of all epochs %.1f %%\n", setting.recipe, 100 * median(ratio, setting.pairs),
           100 * median(alone.item, alone.count) / median(watched.item, watched.count));
    free(alone.item);
    free(watched.item);
    return clean_up(folder);
}
