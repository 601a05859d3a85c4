/*
 * test_onnx_depth.c - how many layers an ONNX file may have.
 *
 * A file of so many would be of hundreds of megabytes, for the parts of a small one find no room: see onnx_arena.h. So the reader
 * is compiled into this program with its walk over the graph replaced by one that finds a chain of any length; the linker then
 * has no use for the library's own copy.
 */
#include "expect.h"
#include "onnx_bytes.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#if DNN_ONNX
#include "format/onnx_graph.h"

static int32_t find_chain(struct walk *walk);

#define graph_walk find_chain
#include "format/onnx_read.c" /* NOLINT: on purpose */
#undef graph_walk

enum { LONGEST = 65536 };

static struct onnx_layer *chain; /* [LONGEST] */
static int64_t chain_length;
static struct slot found;

/* Layers of one neuron each; the last gives "y". */
static int32_t find_chain(struct walk *walk)
{
    static const uint8_t weight[4];
    for (int64_t l = 0; l < chain_length; l++) {
        const struct tensor one = {.bytes = weight, .type = TENSOR_F32, .rows = 1, .columns = 1};
        chain[l] = (struct onnx_layer){.weight = one, .depth = l + 1};
        chain[l].x = l > 0 ? (struct value){.form = SUM, .layer = &chain[l - 1]} : (struct value){.form = INPUT};
    }
    found = (struct slot){.name = "y", .value = {.form = SUM, .layer = &chain[chain_length - 1]}};
    walk->slots = &found;
    walk->slot_count = 1;
    return DNN_OK;
}

static int32_t read_chain(int64_t length, struct content *content)
{
    static struct bytes graph, file;
    graph.size = 0;
    chain_length = length;
    put_rows(&graph, 12, "y", 0);
    put_model(&file, &graph, 13);
    return onnx_read(file.data, (int64_t)file.size, "deep.onnx", content);
}

static void test_a_file_may_have_65535_layers_and_no_more(void **state)
{
    (void)state;
    struct content content;
    chain = allocate_or_fail(LONGEST, sizeof *chain);
    assert_ok(read_chain(LONGEST - 1, &content));
    assert_int_equal(content.depth, LONGEST - 1);
    content_clear(&content);
    expect_error(read_chain(LONGEST, &content), DNN_ERROR_UNSUPPORTED,
                 "\"deep.onnx\" has 65536 layers, expected at most 65535");
    assert_null(content.layers);
    content_clear(&content);
    free(chain);
}
#endif

int main(void)
{
#if DNN_ONNX
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_may_have_65535_layers_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 0;
#endif
}
