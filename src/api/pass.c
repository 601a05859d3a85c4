/*
 * api/pass.c - one aligned block for all the arrays of a pass, cut into rows that start on cache lines.
 */
#include "api/pass.h"

#include "base/memory.h"
#include "base/status.h"

#include <stddef.h>

/* A chunk's activations should stay in a cache of some MiB: more rows at once make no GEMM faster. */
enum { AFFORDABLE_BYTES = 1 << 24 };

/* Numbers that one row takes in x_0 … x_L. */
static int64_t row_numbers(const struct core *core, const struct network *network)
{
    int64_t sum = 0;
    for (int64_t l = 0; l <= network->depth; l++) {
        sum += network_row_stride(network, l, core->real_size);
    }
    return sum;
}

int64_t pass_affordable_rows(const struct core *core, const struct network *network, int64_t wanted)
{
    const int64_t rows = AFFORDABLE_BYTES / core->real_size / row_numbers(core, network);
    return rows < 1 ? 1 : rows < wanted ? rows : wanted;
}

/* Takes the next `rows` rows of x_l's width off the block. */
static void *take(unsigned char **block, const struct core *core, const struct network *network, int64_t l,
                  int64_t rows)
{
    void *taken = *block;
    *block += rows * network_row_stride(network, l, core->real_size) * core->real_size;
    return taken;
}

static void lay_out(const struct core *core, const struct network *network, enum pass_use use, struct pass *pass,
                    unsigned char *block)
{
    const int64_t depth = network->depth;
    for (int64_t l = 0; l <= depth; l++) {
        pass->x[l] = take(&block, core, network, l, pass->max_rows);
    }
    if (use >= PASS_EVALUATE) {
        pass->y = take(&block, core, network, depth, pass->max_rows);
    }
    if (use == PASS_TRAIN) {
        pass->psi = &pass->x[depth + 1];
        for (int64_t l = 1; l <= depth; l++) {
            pass->psi[l] = take(&block, core, network, l, pass->max_rows);
        }
    }
    core->pass_prepare(network, pass);
}

int32_t pass_create(const struct core *core, const struct network *network, int64_t max_rows, enum pass_use use,
                    struct pass **out)
{
    const int64_t depth = network->depth;
    const int64_t numbers = row_numbers(core, network);
    int64_t row = numbers;
    if (use >= PASS_EVALUATE) {
        row += network_row_stride(network, depth, core->real_size);
    }
    if (use == PASS_TRAIN) {
        row += numbers - network_row_stride(network, 0, core->real_size);
    }
    int64_t count;
    if (!memory_multiply(max_rows, row, &count)) {
        return status_out_of_memory("the activations of a batch");
    }
    struct pass *pass = memory_new(1, (int64_t)sizeof *pass + 2 * (depth + 1) * (int64_t)sizeof(void *));
    unsigned char *block = memory_new_aligned(count, core->real_size);
    if (pass == NULL || block == NULL) {
        memory_free(pass);
        memory_free_aligned(block);
        return status_out_of_memory("the activations of a batch");
    }
    pass->max_rows = max_rows;
    lay_out(core, network, use, pass, block);
    *out = pass;
    return DNN_OK;
}

void pass_destroy(struct pass *pass)
{
    if (pass != NULL) {
        memory_free_aligned(pass->x[0]);
        memory_free(pass);
    }
}

void pass_set_rows(struct pass *pass, int64_t first, int64_t n)
{
    const int64_t left = n - first;
    pass->n_rows = left < pass->max_rows ? left : pass->max_rows;
}

struct matrix pass_x(const struct core *core, const struct network *network, const struct pass *pass, int64_t l)
{
    return pass_activations(network, pass, l, core->real_size);
}

struct matrix pass_y(const struct core *core, const struct network *network, const struct pass *pass)
{
    return pass_targets(network, pass, core->real_size);
}
