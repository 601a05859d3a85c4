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

/* What φ′(z_l), or the loss, is computed from needs memory beside x_l. */
static bool has_source(const struct network *network, enum pass_use use, int64_t l)
{
    if (l == 0) {
        return false;
    }
    const bool is_used = use >= PASS_TRAIN || (use == PASS_EVALUATE && l == network->depth);
    const bool is_dropped = use == PASS_TRAIN_DROPOUT && l < network->depth;
    return (is_used && network->layers[l - 1].keeps_z) || is_dropped;
}

/* How many arrays that lie as x_l does there are besides it: y, Ψ_l, source and mask. */
static int64_t arrays_beside(const struct network *network, enum pass_use use, int64_t l)
{
    const bool is_output = l == network->depth;
    return (use >= PASS_EVALUATE && is_output) + (use >= PASS_TRAIN && l > 0) + has_source(network, use, l) +
           (use == PASS_TRAIN_DROPOUT && l > 0 && !is_output);
}

/* Bytes of max_rows rows of everything; false if they overflow. */
static bool pass_bytes(const struct core *core, const struct network *network, int64_t max_rows, enum pass_use use,
                       int64_t *bytes)
{
    int64_t row = use >= PASS_EVALUATE ? (int64_t)sizeof(double) : 0; /* the weight */
    for (int64_t l = 0; l <= network->depth; l++) {
        row += (1 + arrays_beside(network, use, l)) * network_row_stride(network, l, core->real_size) * core->real_size;
    }
    return memory_multiply(max_rows, row, bytes);
}

/* Takes the next max_rows rows of x_l's width off the block. */
static void *take(unsigned char **block, const struct core *core, const struct network *network, int64_t l,
                  int64_t rows)
{
    void *taken = *block;
    *block += rows * network_row_stride(network, l, core->real_size) * core->real_size;
    return taken;
}

/* Bytes that a thread takes to multiply matrices by core/product.h; 0: none does. */
static int64_t panel_bytes(const struct core *core, const struct network *network, int64_t max_rows)
{
    int64_t most = 0;
    for (int64_t l = 0; network->has_products && max_rows > 1 && l < network->depth; l++) {
        const int64_t numbers = core->panel_numbers(max_rows, network_size(network, l));
        most = numbers > most ? numbers : most;
    }
    return (most * core->real_size + 63) / 64 * 64;
}

static void lay_out(const struct core *core, const struct network *network, enum pass_use use, struct pass *pass,
                    unsigned char *block)
{
    const int64_t depth = network->depth, rows = pass->max_rows;
    pass->source = &pass->x[depth + 1];
    pass->psi = use >= PASS_TRAIN ? &pass->x[2 * (depth + 1)] : NULL;
    pass->mask = use == PASS_TRAIN_DROPOUT ? &pass->x[3 * (depth + 1)] : NULL;
    for (int64_t l = 0; l <= depth; l++) {
        pass->x[l] = take(&block, core, network, l, rows);
        pass->source[l] = has_source(network, use, l) ? take(&block, core, network, l, rows) : pass->x[l];
        if (pass->psi != NULL && l > 0) {
            pass->psi[l] = take(&block, core, network, l, rows);
        }
        if (pass->mask != NULL && l > 0 && l < depth) {
            pass->mask[l] = take(&block, core, network, l, rows);
        }
    }
    if (use >= PASS_EVALUATE) {
        pass->y = take(&block, core, network, depth, rows);
        pass->weights = (double *)(void *)block;
    }
    core->pass_prepare(network, pass);
}

int32_t pass_create(const struct core *core, const struct network *network, int64_t max_rows, enum pass_use use,
                    struct pass **out)
{
    int64_t bytes;
    if (!pass_bytes(core, network, max_rows, use, &bytes)) {
        return status_out_of_memory("the activations of a batch");
    }
    struct pass *pass = memory_new(1, (int64_t)sizeof *pass + 4 * (network->depth + 1) * (int64_t)sizeof(void *));
    unsigned char *block = memory_new_aligned(bytes, 1);
    if (pass == NULL || block == NULL) {
        memory_free(pass);
        memory_free_aligned(block);
        return status_out_of_memory("the activations of a batch");
    }
    pass->max_rows = max_rows;
    pass->x = (void **)(pass + 1);
    lay_out(core, network, use, pass, block);
    const int32_t status = pass_make_panels(core, network, 1, pass);
    if (status != DNN_OK) {
        pass_destroy(pass);
        return status;
    }
    *out = pass;
    return DNN_OK;
}

/* False, and those that it has are left, without memory. */
static bool make_panels(const struct core *core, const struct network *network, int32_t threads, struct pass *pass)
{
    const int64_t bytes = panel_bytes(core, network, pass->max_rows);
    void *panels = bytes > 0 ? memory_new_aligned(threads, bytes) : NULL;
    if (bytes > 0 && panels == NULL) {
        return false;
    }
    memory_free_aligned(pass->panels);
    pass->panels = panels;
    pass->panel_bytes = bytes;
    pass->panel_count = threads;
    return true;
}

int32_t pass_make_panels(const struct core *core, const struct network *network, int32_t threads, struct pass *pass)
{
    return make_panels(core, network, threads, pass) ? DNN_OK : status_out_of_memory("the matrix products of a batch");
}

bool pass_reserve_panels(const struct core *core, const struct network *network, int32_t threads, struct pass *pass)
{
    return pass->panels != NULL && (threads <= pass->panel_count || make_panels(core, network, threads, pass));
}

void pass_destroy(struct pass *pass)
{
    if (pass != NULL) {
        memory_free_aligned(pass->panels);
        memory_free_aligned(pass->x[0]);
        memory_free(pass);
    }
}

void pass_set_rows(struct pass *pass, int64_t first, int64_t n)
{
    const int64_t left = n - first;
    pass->n_rows = left < pass->max_rows ? left : pass->max_rows;
    pass->is_part = pass->n_rows < n;
}

struct matrix pass_x(const struct core *core, const struct network *network, const struct pass *pass, int64_t l)
{
    return pass_activations(network, pass, l, core->real_size);
}

struct matrix pass_y(const struct core *core, const struct network *network, const struct pass *pass)
{
    return pass_targets(network, pass, core->real_size);
}
