/* The way of someone who never saw the program, key by key as the README tells it: what is pressed and what is seen comes from
 * there, so that the two cannot drift apart. */
#include "studio.h"

#include "base/clock.h"
#include "image/image.h"
#include "store/run.h"

enum { STEPS = 16, MOST_KEYS = 24 };

typedef struct Step {
    char key[32];
    int times, waits;
    char shown[3][80]; /* texts in quotes, in order */
} Step;

/* The lines under the heading: four blanks, a key, at least two blanks, what happens; lines with more blanks go on. */
static int read_walk(Step step[STEPS])
{
    char path[1024];
    Error err = {0};
    size_t size;
    snprintf(path, sizeof path, "%s/README", getenv("srcdir") ? getenv("srcdir") : ".");
    char *text = file_read(path, 1 << 20, &size, &err), *rest;
    check_good(text != NULL, &err);
    char *section = strstr(text, "\nThree minutes in the studio\n---");
    assert_non_null(section);
    char *end = strstr(section, "\n\n\n");
    assert_non_null(end);
    *end = '\0';
    int count = 0;
    for (char *line = strtok_r(section, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "    ", 4) != 0)
            continue;
        if (line[4] != ' ') {
            assert_true(count < STEPS);
            Step *new = &step[count++];
            *new = (Step){.times = 1};
            assert_in_range(sscanf(line, "%31s x%d", new->key, &new->times), 1, 2);
        }
        assert_true(count > 0);
        Step *now = &step[count - 1];
        for (char *quote = line; (quote = strchr(quote, '"')) != NULL && now->waits < 3; quote++) {
            int length = (int)strcspn(quote + 1, "\"");
            snprintf(now->shown[now->waits++], sizeof now->shown[0], "%.*s", length, quote + 1);
            quote += length + 1;
            if (!*quote)
                break;
        }
    }
    free(text);
    return count;
}

/* It is the figure that the command line makes of the run, byte by byte. */
static void check_picture(const char *runs, const char *name)
{
    Image image = {0};
    Error err = {0};
    size_t size, same_size;
    char picture[1200], data[600];
    snprintf(picture, sizeof picture, "%s/%s/figures/grid.png", runs, name);
    snprintf(data, sizeof data, "%s", data_folder());
    const char *arguments[] = {"figure", "grid", name, "--runs-dir", runs, "--data", data, "-o", in_scratch("same.png"), NULL};
    run_program(arguments);
    check_good(image_read(picture, &image, &err), &err);
    print_message("# the grid: %d x %d\n", image.w, image.h);
    assert_true(image.w > 10 * 2 * 28 && image.h > 2 * 2 * 28); /* ten samples, also where the screen has room for fewer */
    char *bytes = file_read(picture, 1 << 24, &size, NULL), *same = file_read(in_scratch("same.png"), 1 << 24, &same_size, NULL);
    assert_int_equal(size, same_size);
    assert_memory_equal(bytes, same, size);
    free(bytes);
    free(same);
    image_clear(&image);
}

static void the_walk_of_the_readme(void **state)
{
    (void)state;
    Step step[STEPS];
    int steps = read_walk(step), keys = 0;
    char data[600];
    const char *nothing[] = {NULL};
    snprintf(data, sizeof data, "HOURGLASS_DATA=%s", data_folder()); /* fewer of the same digits: seconds instead of a minute */
    const char *env[] = {data, "COLORTERM=truecolor", NULL};
    assert_true(steps >= 5);
    assert_string_equal(step[0].key, "hourglass");
    double begin = clock_seconds();
    Pty *pty = pty_start(scratch, 80, 24, env, nothing);
    for (int i = 0; i < steps; i++) {
        const char *pressed = strcmp(step[i].key, "Enter") == 0 ? "\r" : step[i].key;
        assert_int_equal(strlen(i ? pressed : "x"), 1);
        for (int k = 0; i && k < step[i].times; k++) {
            for (int text = 0; text < step[i].waits; text++) /* not before its time */
                assert_false(pty_shows(pty, step[i].shown[text]));
            pty_type(pty, pressed);
            keys++;
        }
        for (int text = 0; text < step[i].waits; text++)
            assert_true(pty_sees(pty, step[i].shown[text], 60));
    }
    assert_int_equal(pty_end(pty, 20), 0);
    assert_true(pty_restored(pty));
    pty_free(pty);
    print_message("# %d keys, %.1f s\n", keys, clock_seconds() - begin);
    assert_true(keys <= MOST_KEYS);

    char runs[600], said[40], readme[1100];
    RunList list = {0};
    Error err = {0};
    snprintf(runs, sizeof runs, "%s/runs", scratch);
    check_good(run_list(runs, &list, &err), &err);
    assert_int_equal(list.count, 1);
    check_picture(runs, list.run[0].name);
    char answers[1000]; /* the wizard's, kept with the run that they made */
    snprintf(answers, sizeof answers, "%s/answers.txt", list.run[0].folder);
    assert_true(file_exists(answers));
    run_list_clear(&list);

    /* The README's number of keys. */
    size_t size;
    snprintf(readme, sizeof readme, "%s/README", getenv("srcdir") ? getenv("srcdir") : ".");
    char *text = file_read(readme, 1 << 20, &size, NULL);
    snprintf(said, sizeof said, "and %d keys", keys);
    assert_non_null(strstr(text, said));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_walk_of_the_readme)};
    return cmocka_run_group_tests(tests, studio_setup, scratch_remove);
}
