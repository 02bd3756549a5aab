/* The container format: what is written comes back, the bytes repeat, and a file that lies is refused with a reason. */
#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"
#include "store/safetensors.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64], file_path[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hourglass-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file_path, sizeof file_path, "%s/a.safetensors", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL) ? 0 : -1;
}

static void put(Weights *weights, const char *name, int rank, const int *dim, const float *data)
{
    Error err;
    assert_true(weights_put(weights, name, rank, dim, data, &err));
}

static Weights example(void)
{
    Weights weights = {0};
    const float special[6] = {0.0f, -0.0f, INFINITY, -INFINITY, 1e-45f, 3.4e38f};
    const float one = 0.1f;
    float many[120];
    for (int i = 0; i < 120; i++)
        many[i] = (float)i / 7;
    put(&weights, "dense_1/kernel", 2, (int[]){2, 3}, special);
    put(&weights, "single", 0, NULL, &one);
    put(&weights, "conv_1/kernel", 4, (int[]){2, 3, 4, 5}, many);
    put(&weights, "empty", 2, (int[]){0, 7}, NULL);
    put(&weights, "conv_1/bias", 1, (int[]){5}, many);
    return weights;
}

static void assert_same(const Weights *a, const Weights *b)
{
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->count; i++) {
        const Weight *left = &a->item[i], *right = weights_find(b, left->name);
        assert_non_null(right);
        assert_int_equal(left->rank, right->rank);
        assert_memory_equal(left->dim, right->dim, sizeof left->dim);
        assert_int_equal(left->size, right->size);
        if (left->size)
            assert_memory_equal(left->data, right->data, left->size * sizeof(float));
    }
}

static char *bytes_of(const char *path, size_t *size)
{
    Error err;
    char *bytes = file_read(path, 1 << 28, size, &err);
    assert_non_null(bytes);
    return bytes;
}

static void round_trip(void **state)
{
    (void)state;
    Error err;
    Weights weights = example(), back;
    Metadata metadata = {0}, metadata_back;
    metadata_put(&metadata, "network", "input 4\n  dense \"2\"\t\n");
    metadata_put(&metadata, "name", "größer");
    metadata_put(&metadata, "name", "Stundenglas \xe2\x8f\xb3"); /* overwrites */
    assert_true(safetensors_write(file_path, &weights, &metadata, &err));
    assert_true(safetensors_read(file_path, &back, &metadata_back, &err));
    assert_same(&weights, &back);
    assert_int_equal(metadata_back.count, 2);
    assert_string_equal(metadata_get(&metadata_back, "network"), "input 4\n  dense \"2\"\t\n");
    assert_string_equal(metadata_get(&metadata_back, "name"), "Stundenglas \xe2\x8f\xb3");
    assert_null(metadata_get(&metadata_back, "other"));

    /* The same bytes again, also from what was read. */
    size_t size, size_again;
    char *bytes = bytes_of(file_path, &size);
    assert_true(safetensors_write(file_path, &back, &metadata_back, &err));
    char *again = bytes_of(file_path, &size_again);
    assert_int_equal(size, size_again);
    assert_memory_equal(bytes, again, size);
    uint64_t header = (unsigned char)bytes[0] | (uint64_t)(unsigned char)bytes[1] << 8;
    assert_int_equal(header % 8, 0); /* the data is aligned */

    free(bytes);
    free(again);
    weights_clear(&weights);
    weights_clear(&back);
    metadata_clear(&metadata);
    metadata_clear(&metadata_back);
}

static void write_raw(const char *header, uint64_t length, size_t data)
{
    Error err;
    Str text = {0};
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++)
        prefix[i] = (unsigned char)(length >> 8 * i);
    str_add_bytes(&text, (const char *)prefix, 8);
    str_add(&text, header);
    for (size_t i = 0; i < data; i++)
        str_add_bytes(&text, "", 1);
    assert_true(file_write(file_path, text.text, text.size, &err));
    str_clear(&text);
}

#define T(dtype, shape, begin, end) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static const struct Hostile {
    const char *header;
    size_t data;
    const char *expected; /* part of the message */
} hostile[] = {
    {"", 0, "no JSON"},
    {"{", 0, "no JSON"},
    {"[]", 0, "no JSON object"},
    {"{\"a\":1}", 0, "lacks dtype"},
    {"{\"a\":{}}", 0, "lacks dtype"},
    {"{\"a\":" T("F32", "[1]", "0", "4") ",\"a\":" T("F32", "[1]", "0", "4") "}", 4, "no JSON"}, /* twice */
    {"{\"a\":" T("F16", "[2]", "0", "4") "}", 4, "only F32"},
    {"{\"a\":" T("F32", "[-1]", "0", "4") "}", 4, "impossible"},
    {"{\"a\":" T("F32", "[1.5]", "0", "4") "}", 4, "impossible"},
    {"{\"a\":" T("F32", "[2147483648]", "0", "4") "}", 4, "impossible"},
    {"{\"a\":" T("F32", "[2147483647,2147483647,2147483647]", "0", "4") "}", 4, "impossible"},
    {"{\"a\":" T("F32", "[1,1,1,1,1]", "0", "4") "}", 4, "more than four"},
    {"{\"a\":" T("F32", "[99999999999999999999]", "0", "4") "}", 4, "no JSON"},
    {"{\"a\":" T("F32", "[2]", "0", "4") "}", 4, "do not agree"},
    {"{\"a\":" T("F32", "[1]", "0", "8") "}", 4, "outside"},
    {"{\"a\":" T("F32", "[1]", "4", "0") "}", 4, "outside"},
    {"{\"a\":" T("F32", "[1]", "-4", "0") "}", 4, "outside"},
    {"{\"a\":" T("F32", "[536870912]", "0", "2147483648") "}", 10, "outside"}, /* 2 GiB in 10 bytes */
    {"{\"a\":" T("F32", "[1]", "0", "4") ",\"b\":" T("F32", "[1]", "0", "4") "}", 8, "overlaps"},
    {"{\"a\":" T("F32", "[2]", "0", "8") ",\"b\":" T("F32", "[1]", "4", "8") "}", 8, "overlaps"},
    {"{\"a\":" T("F32", "[1]", "4", "8") "}", 8, "gap"},
    {"{\"a\":" T("F32", "[1]", "0", "4") "}", 8, "no tensor"},
    {"{\"__metadata__\":[]}", 0, "__metadata__"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "not a string"},
    {"{\"a\":" T("F32", "[1]", "0", "4") ",\"012345678901234567890123456789012345678901234567890123456789012345\":"
     T("F32", "[1]", "4", "8") "}", 8, "too long"},
};

static void hostile_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        Error err = {0};
        Weights weights;
        Metadata metadata;
        write_raw(hostile[i].header, strlen(hostile[i].header), hostile[i].data);
        assert_false(safetensors_read(file_path, &weights, &metadata, &err));
        if (!strstr(err.what, hostile[i].expected))
            fail_msg("%s: \"%s\" does not say \"%s\"", hostile[i].header, err.what, hostile[i].expected);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_string_equal(err.file, file_path);
        assert_int_equal(weights.count + metadata.count, 0);
    }
}

static void lying_lengths(void **state)
{
    (void)state;
    const uint64_t lengths[] = {3, 1000, 1u << 31, 100000001, UINT64_MAX, UINT64_MAX - 7};
    Weights weights;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        Error err = {0};
        write_raw("{}", lengths[i], 0);
        assert_false(safetensors_read(file_path, &weights, NULL, &err));
        assert_non_null(strstr(err.what, "longer than the file"));
    }
    /* A file that is as large as its header claims, but the claim is over the format's limit. */
    Error err = {0};
    write_raw("{}", SAFETENSORS_HEADER_LIMIT + 1, 0);
    assert_int_equal(truncate(file_path, SAFETENSORS_HEADER_LIMIT + 100), 0);
    assert_false(safetensors_read(file_path, &weights, NULL, &err));
    assert_non_null(strstr(err.what, "100 MB"));
}

static void truncated_and_damaged(void **state)
{
    (void)state;
    Error err;
    Weights weights = {0}, back;
    put(&weights, "a/kernel", 2, (int[]){2, 2}, (float[]){1, 2, 3, 4});
    put(&weights, "a/bias", 1, (int[]){2}, (float[]){5, 6});
    assert_true(safetensors_write(file_path, &weights, NULL, &err));
    weights_clear(&weights);
    size_t size;
    char *bytes = bytes_of(file_path, &size);
    for (size_t cut = 0; cut < size; cut++) {
        assert_true(file_write(file_path, bytes, cut, &err));
        assert_false(safetensors_read(file_path, &back, NULL, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
    }
    Rng rng = rng_new(7, RNG_TEST, 0, 0);
    for (int i = 0; i < 300; i++) {
        char *damaged = mem_new(size, 1);
        memcpy(damaged, bytes, size);
        damaged[rng_below(&rng, (uint32_t)size)] = (char)rng_next(&rng);
        damaged[rng_below(&rng, 60)] = (char)rng_next(&rng);
        assert_true(file_write(file_path, damaged, size, &err));
        if (safetensors_read(file_path, &back, NULL, &err))
            weights_clear(&back); /* damage in the numbers cannot be seen */
        free(damaged);
    }
    free(bytes);
}

static void deep_header(void **state)
{
    (void)state;
    Error err;
    Weights weights;
    Str header = {0};
    for (int i = 0; i < 200000; i++)
        str_add(&header, "[");
    write_raw(header.text, header.size, 0);
    str_clear(&header);
    assert_false(safetensors_read(file_path, &weights, NULL, &err));
    for (int i = 0; i <= SAFETENSORS_TENSORS; i++)
        str_addf(&header, "%s\"t%d\":" T("F32", "[0]", "0", "0"), i ? "," : "{", i);
    str_add(&header, "}");
    write_raw(header.text, header.size, 0);
    str_clear(&header);
    assert_false(safetensors_read(file_path, &weights, NULL, &err));
    assert_non_null(strstr(err.what, "more than 10000 tensors"));
}

static void cannot_be_written(void **state)
{
    (void)state;
    Error err = {0};
    char path[160];
    Weights weights = {0};
    put(&weights, "a", 1, (int[]){100000}, NULL);
    assert_false(safetensors_write("/dev/full", &weights, NULL, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_non_null(strstr(err.what, "No space left"));
    snprintf(path, sizeof path, "%s/none/a.safetensors", folder);
    assert_false(safetensors_write(path, &weights, NULL, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_true(file_write(file_path, "x", 1, &err));
    snprintf(path, sizeof path, "%s/a.safetensors", file_path); /* a file is no folder */
    assert_false(safetensors_write(path, &weights, NULL, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    weights_clear(&weights);

    Weights none;
    assert_false(safetensors_read("/nonexistent", &none, NULL, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(safetensors_read(folder, &none, NULL, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(safetensors_read("/dev/zero", &none, NULL, &err));
}

/* A folder's name may hold any bytes: that is no reason to lose what was trained on it. */
static void texts_that_are_not_utf8(void **state)
{
    (void)state;
    Error err = {0};
    Weights weights = example(), back;
    Metadata metadata = {0}, read = {0};
    metadata_put(&metadata, "data", "folder b\xe4r \xc3\xa4 \xe2\x82");
    if (!safetensors_write(file_path, &weights, &metadata, &err) || !safetensors_read(file_path, &back, &read, &err))
        fail_msg("%s", err.what);
    assert_string_equal(metadata_get(&read, "data"), "folder b\xef\xbf\xbdr \xc3\xa4 \xef\xbf\xbd\xef\xbf\xbd");
    metadata_clear(&metadata);
    metadata_clear(&read);
    weights_clear(&weights);
    weights_clear(&back);
}

/* Killed while the new file is being written: the old one is there, whole. */
static void killed_while_writing(void **state)
{
    (void)state;
    Error err;
    Weights weights = example(), back;
    assert_true(safetensors_write(file_path, &weights, NULL, &err));
    pid_t child = fork();
    if (child == 0) {
        AtomicFile file;
        if (atomic_file_open(&file, file_path, &err)) {
            fputs("half of a new fi", file.stream);
            fflush(file.stream);
            raise(SIGKILL);
        }
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_true(safetensors_read(file_path, &back, NULL, &err));
    assert_same(&weights, &back);
    weights_clear(&weights);
    weights_clear(&back);
}

/* Another program reads it: Python with numpy where that is installed, else with its own struct. */
static void python_reads_it(void **state)
{
    (void)state;
    static const char script[] =
        "import json, struct, sys\n"
        "b = open(sys.argv[1], 'rb').read()\n"
        "n = struct.unpack('<Q', b[:8])[0]\n"
        "h = json.loads(b[8:8 + n])\n"
        "assert h.pop('__metadata__') == {'network': 'input 4'}\n"
        "def load(e):\n"
        "    raw = b[8 + n + e['data_offsets'][0]:8 + n + e['data_offsets'][1]]\n"
        "    try:\n"
        "        import numpy\n"
        "        return numpy.frombuffer(raw, '<f4').reshape(e['shape']).ravel().tolist()\n"
        "    except ImportError:\n"
        "        return list(struct.unpack('<%df' % (len(raw) // 4), raw))\n"
        "assert h['conv_1/kernel']['shape'] == [2, 3, 4, 5]\n"
        "k = load(h['conv_1/kernel'])\n"
        "assert len(k) == 120 and all(abs(v - i / 7) < 1e-5 for i, v in enumerate(k))\n"
        "assert load(h['empty']) == []\n"
        "assert abs(load(h['single'])[0] - 0.1) < 1e-7\n";
    if (system("python3 -c 'import json' 2>/dev/null") != 0) {
        print_message("# python3 is not installed\n");
        skip();
    }
    Error err;
    Weights weights = example();
    Metadata metadata = {0};
    metadata_put(&metadata, "network", "input 4");
    assert_true(safetensors_write(file_path, &weights, &metadata, &err));
    metadata_clear(&metadata);
    weights_clear(&weights);
    char script_path[128], command[512];
    snprintf(script_path, sizeof script_path, "%s/read.py", folder);
    assert_true(file_write(script_path, script, strlen(script), &err));
    snprintf(command, sizeof command, "python3 %s %s", script_path, file_path);
    assert_int_equal(system(command), 0);
}

static void weights_list(void **state)
{
    (void)state;
    Error err;
    Weights a = example(), b = {0};
    assert_true(weights_copy(&a, &b, &err));
    assert_same(&a, &b);
    const float *kept = b.item[2].data;
    a.item[2].data[5] = 42;
    assert_true(weights_copy(&a, &b, &err));
    assert_ptr_equal(kept, b.item[2].data); /* memory is used again */
    assert_same(&a, &b);
    put(&a, "single", 1, (int[]){3}, (float[]){1, 2, 3}); /* another size */
    assert_true(weights_copy(&a, &b, &err));
    assert_same(&a, &b);
    put(&a, "single", 1, (int[]){3}, NULL); /* zeros */
    assert_true(weights_find(&a, "single")->data[2] == 0);
    assert_false(weights_put(&a, "bad", 2, (int[]){-1, 3}, NULL, &err));
    assert_false(weights_put(&a, "bad", 5, (int[]){1, 1, 1, 1, 1}, NULL, &err));
    assert_null(weights_find(&a, "bad"));
    weights_clear(&a);
    weights_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),          cmocka_unit_test(hostile_files),
        cmocka_unit_test(lying_lengths),       cmocka_unit_test(truncated_and_damaged),
        cmocka_unit_test(deep_header),         cmocka_unit_test(cannot_be_written),
        cmocka_unit_test(killed_while_writing), cmocka_unit_test(texts_that_are_not_utf8), cmocka_unit_test(python_reads_it),
        cmocka_unit_test(weights_list),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
