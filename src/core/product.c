/*
 * core/product.c - see product.h.
 *
 * All three are one loop, over a block of the result that lies in registers:
 *
 *     C[r][j] = Σ_k a_k[r] b_k[j]        BLOCK_ROWS rows, BLOCK_VECTORS vectors of columns
 *
 *     forward     C = Zᵀ of a panel of samples:   a_k = column k of W,       b_k = x_k of all samples of the panel
 *     backward    C = Ψ_in:                       a_k = column k of Ψ_out,   b_k = row k of W
 *     gradient    C = ∇W:                         a_k = row k of Ψ,          b_k = row k of X̂
 *
 * Numbers of a are read one by one, each into all lanes of a vector, and so may lie anywhere; only b must lie in a row. So
 * nothing is copied but X̂ on the way forward, whose panels are columns of the batch: the smallest of the matrices.
 */
#include "core/product.h"

#include "core/lanes.h"
#include "core/transpose.h"

#include <assert.h>
#include <string.h>

/* As many sums as the registers of the instruction set hold, beside two vectors of b and a number of a. */
#if defined(__AVX512F__)
#define BLOCK_ROWS 14
#elif defined(__aarch64__)
#define BLOCK_ROWS 12
#else
#define BLOCK_ROWS 6
#endif

enum { BLOCK_VECTORS = 2, PANEL = BLOCK_VECTORS * LANES };

/* Rows of W whose part of Zᵀ is turned round at once: whole vectors of them, and whole blocks. */
enum { GROUP = 8 * BLOCK_ROWS };

/* Samples whose outer products are added one after the other. */
enum { MOST_FEW = 4 };

/* A block: a_k[r] = a[r a_row + k a_step], b_k = b + k b_step, 0 ≤ k < n. C = β C + α Σ. */
struct block {
    const real *a;
    int64_t a_row, a_step;
    const real *b;
    int64_t b_step;
    int64_t n;
    real alpha, beta;
    real *c;
    int64_t c_row;
};

/* C = β C + α sums */
LANES_INLINE void store(int rows, int vectors, const struct block *block, lanes sums[BLOCK_ROWS][BLOCK_VECTORS])
{
    const lanes alpha = lanes_of(block->alpha), beta = lanes_of(block->beta);
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            real *c = block->c + r * block->c_row + v * LANES;
            lanes product = alpha * sums[r][v];
            if (block->beta != 0) {
                product += beta * lanes_load(c);
            }
            lanes_store(product, c);
        }
    }
}

LANES_INLINE void multiply(int rows, int vectors, const struct block *block)
{
    const real *a = block->a, *b = block->b;
    const int64_t a_row = block->a_row, a_step = block->a_step, b_step = block->b_step;
    lanes sums[BLOCK_ROWS][BLOCK_VECTORS];
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            sums[r][v] = lanes_of(0);
        }
    }
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            __builtin_prefetch(block->c + r * block->c_row + v * LANES, 1); /* there when the sums are */
        }
    }
    for (int64_t k = 0; k < block->n; k++, a += a_step, b += b_step) {
        lanes b_k[BLOCK_VECTORS];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
            b_k[v] = lanes_load(b + v * LANES);
        }
#pragma GCC unroll 14
        for (int r = 0; r < rows; r++) {
            const lanes a_k = lanes_of(a[r * a_row]);
#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++) {
                sums[r][v] += a_k * b_k[v];
            }
        }
    }
    store(rows, vectors, block, sums);
}

LANES_INLINE void multiply_vectors(int rows, int64_t vectors, const struct block *block)
{
    if (vectors == BLOCK_VECTORS) {
        multiply(rows, BLOCK_VECTORS, block);
    } else {
        multiply(rows, 1, block);
    }
}

/* Any number of rows, in blocks: a, c: of the first. */
static void multiply_rows(int64_t rows, int64_t vectors, struct block block)
{
    while (rows > 0) {
        int64_t taken;
        if (rows >= BLOCK_ROWS) {
            multiply_vectors(BLOCK_ROWS, vectors, &block);
            taken = BLOCK_ROWS;
#if BLOCK_ROWS > 8
        } else if (rows >= 8) {
            multiply_vectors(8, vectors, &block);
            taken = 8;
#endif
        } else if (rows >= 4) {
            multiply_vectors(4, vectors, &block);
            taken = 4;
        } else if (rows >= 2) {
            multiply_vectors(2, vectors, &block);
            taken = 2;
        } else {
            multiply_vectors(1, vectors, &block);
            taken = 1;
        }
        block.a += taken * block.a_row;
        block.c += taken * block.c_row;
        rows -= taken;
    }
}

static int64_t in_whole(int64_t n, int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Terms that are summed at once, so that what they are made of stays in the second cache; and panels that a group of rows of W
 * goes through while it is there. */
enum { MOST_TERMS = 1024, PANELS = 4 };

/* How many of `left` terms are summed at once, of `all`: parts of nearly the same size. */
static int64_t terms_of(int64_t left, int64_t all)
{
    const int64_t parts = in_whole(all, MOST_TERMS) / MOST_TERMS;
    return smaller(left, in_whole((all + parts - 1) / parts, LANES));
}

static int64_t panel_numbers(int64_t terms)
{
    return in_whole(terms, LANES) * PANEL;
}

int64_t product_memory(int64_t n, int64_t n_in)
{
    const int64_t panels = smaller(PANELS, in_whole(n, PANEL) / PANEL);
    return GROUP * PANEL + panels * panel_numbers(terms_of(n_in + 1, n_in + 1));
}

/* panel[k][i] = x[i][k], for up to PANEL rows of x; further columns of the panel are 0. */
static void turn_in(struct matrix x, real *panel)
{
    for (int64_t k = 0; k < x.columns; k += LANES) {
        for (int64_t first = 0; first < in_whole(x.rows, LANES); first += LANES) {
            lanes v[LANES];
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) {
                v[i] = first + i < x.rows ? lanes_load(matrix_row(x, first + i) + k) : lanes_of(0);
            }
            transpose(v);
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) {
                lanes_store(v[i], panel + (k + i) * PANEL + first);
            }
        }
    }
}

/* to[j] = v[j], or to[j] += v[j], for the first `width` lanes. */
LANES_INLINE void put(lanes v, int64_t width, bool accumulate, real *to)
{
    lanes sum = v;
    if (accumulate) {
        lanes before = lanes_of(0);
        memcpy(&before, to, (size_t)width * sizeof(real));
        sum += before;
    }
    if (width == LANES) {
        lanes_store(sum, to);
    } else {
        memcpy(to, &sum, (size_t)width * sizeof(real));
    }
}

/* z[i][j] = turned[j][i], or z[i][j] += turned[j][i]. turned: rows of PANEL numbers, whole vectors of such rows. */
static void turn_out(const real *turned, bool accumulate, struct matrix z)
{
    for (int64_t j = 0; j < z.columns; j += LANES) {
        const int64_t width = smaller(LANES, z.columns - j);
        for (int64_t first = 0; first < z.rows; first += LANES) {
            lanes v[LANES];
#pragma GCC unroll 16
            for (int i = 0; i < LANES; i++) {
                v[i] = lanes_load(turned + (j + i) * PANEL + first);
            }
            transpose(v);
            for (int64_t i = 0; i < smaller(LANES, z.rows - first); i++) {
                put(v[i], width, accumulate, matrix_row(z, first + i) + j);
            }
        }
    }
}

static struct matrix part(struct matrix a, int64_t i, int64_t j, int64_t rows, int64_t columns)
{
    return matrix_part(a, i, j, rows, columns, sizeof(real));
}

/* Some rows of W, through all panels. turned: [GROUP × PANEL] */
static void forward_group(struct matrix w, const real *panels, bool accumulate, real *turned, struct matrix z)
{
    for (int64_t first = 0; first < z.rows; first += PANEL) {
        const int64_t n = smaller(PANEL, z.rows - first);
        const struct block block = {.a = w.data,
                                    .a_row = w.stride,
                                    .a_step = 1,
                                    .b = panels + first / PANEL * panel_numbers(w.columns),
                                    .b_step = PANEL,
                                    .n = w.columns,
                                    .alpha = 1,
                                    .c = turned,
                                    .c_row = PANEL};
        multiply_rows(w.rows, n > LANES ? BLOCK_VECTORS : 1, block);
        turn_out(turned, accumulate, part(z, first, 0, n, z.columns));
    }
}

/* Z = X Wᵀ, or Z += X Wᵀ, for samples of PANELS panels, and so few terms that these panels hold them. */
static void forward_terms(struct matrix w, struct matrix x, bool accumulate, real *memory, struct matrix z)
{
    real *turned = memory, *panels = memory + GROUP * PANEL;
    for (int64_t first = 0; first < x.rows; first += PANEL) {
        turn_in(part(x, first, 0, smaller(PANEL, x.rows - first), x.columns),
                panels + first / PANEL * panel_numbers(x.columns));
    }
    for (int64_t j = 0; j < w.rows; j += GROUP) {
        const int64_t rows = smaller(GROUP, w.rows - j);
        forward_group(part(w, j, 0, rows, w.columns), panels, accumulate, turned, part(z, 0, j, z.rows, rows));
    }
}

void product_forward(struct matrix w, struct matrix x, real *memory, struct matrix z)
{
    assert(x.columns == w.columns && z.columns == w.rows && z.rows == x.rows);
    for (int64_t first = 0; first < x.rows; first += PANELS * PANEL) {
        const int64_t n = smaller(PANELS * PANEL, x.rows - first);
        int64_t terms;
        for (int64_t k = 0; k < w.columns; k += terms) {
            terms = terms_of(w.columns - k, w.columns);
            forward_terms(part(w, 0, k, w.rows, terms), part(x, first, k, n, terms), k > 0, memory,
                          part(z, first, 0, n, z.columns));
        }
    }
}

/* Ψ_in = Ψ_out W, or Ψ_in += Ψ_out W, for so few terms. */
static void backward_terms(struct matrix w, struct matrix psi_out, bool accumulate, struct matrix psi_in)
{
    for (int64_t j = 0; j < psi_in.columns; j += PANEL) {
        const struct block block = {.a = psi_out.data,
                                    .a_row = psi_out.stride,
                                    .a_step = 1,
                                    .b = (const real *)w.data + j,
                                    .b_step = w.stride,
                                    .n = w.rows,
                                    .alpha = 1,
                                    .beta = accumulate ? 1 : 0,
                                    .c = (real *)psi_in.data + j,
                                    .c_row = psi_in.stride};
        multiply_rows(psi_in.rows, psi_in.columns - j > LANES ? BLOCK_VECTORS : 1, block);
    }
}

void product_backward(struct matrix w, struct matrix psi_out, struct matrix psi_in)
{
    assert(psi_out.columns == w.rows && psi_in.columns == w.columns - 1 && psi_in.rows == psi_out.rows);
    int64_t terms;
    for (int64_t k = 0; k < w.rows; k += terms) {
        terms = terms_of(w.rows - k, w.rows);
        backward_terms(part(w, k, 0, terms, w.columns), part(psi_out, 0, k, psi_out.rows, terms), k > 0, psi_in);
    }
}

static void gradient_group(real alpha, struct matrix psi, struct matrix x, real beta, struct matrix a)
{
    for (int64_t j = 0; j < x.columns; j += PANEL) {
        const struct block block = {.a = psi.data,
                                    .a_row = 1,
                                    .a_step = psi.stride,
                                    .b = (const real *)x.data + j,
                                    .b_step = x.stride,
                                    .n = psi.rows,
                                    .alpha = alpha,
                                    .beta = beta,
                                    .c = (real *)a.data + j,
                                    .c_row = a.stride};
        multiply_rows(a.rows, x.columns - j > LANES ? BLOCK_VECTORS : 1, block);
    }
}

/* A row of A after the other: for so few samples its reading and writing is all that counts, and one long line is what the
 * processor fetches ahead of best. */
LANES_INLINE void add_outer_products(int samples, real alpha, struct matrix psi, struct matrix x, real beta,
                                     struct matrix a)
{
    for (int64_t i = 0; i < a.rows; i++) {
        real *row = matrix_row(a, i);
        lanes factors[MOST_FEW];
        for (int s = 0; s < samples; s++) {
            factors[s] = lanes_of(alpha * matrix_row(psi, s)[i]);
        }
        for (int64_t j = 0; j < a.columns; j += LANES) {
            lanes sum = lanes_of(0);
            if (beta != 0) {
                sum = beta * lanes_load(row + j);
            }
            for (int s = 0; s < samples; s++) {
                sum += factors[s] * lanes_load(matrix_row(x, s) + j);
            }
            lanes_store(sum, row + j);
        }
    }
}

/* Rows of ∇W that are made together. For many samples as many as share a panel of X̂ while it is in the first cache; for few the
 * writing of ∇W is what counts, and then a block of rows is best written to its end before the next. */
enum { GRADIENT_ROWS = 56, FEW_SAMPLES = 16 };

/* A = β A + α Ψᵀ X̂ for so few terms. */
static void gradient_terms(real alpha, struct matrix psi, struct matrix x, real beta, struct matrix a)
{
    const int64_t group = psi.rows <= FEW_SAMPLES ? BLOCK_ROWS : GRADIENT_ROWS;
    for (int64_t i = 0; i < a.rows; i += group) {
        const int64_t rows = smaller(group, a.rows - i);
        gradient_group(alpha, part(psi, 0, i, psi.rows, rows), x, beta, part(a, i, 0, rows, a.columns));
    }
}

void product_gradient(real alpha, struct matrix psi, struct matrix x, real beta, struct matrix a)
{
    assert(psi.rows == x.rows && a.rows == psi.columns && a.columns == x.columns);
    int64_t terms;
    switch (psi.rows) {
    case 1:
        add_outer_products(1, alpha, psi, x, beta, a);
        return;
    case 2:
        add_outer_products(2, alpha, psi, x, beta, a);
        return;
    case 3:
        add_outer_products(3, alpha, psi, x, beta, a);
        return;
    case 4:
        add_outer_products(4, alpha, psi, x, beta, a);
        return;
    default:
        break;
    }
    for (int64_t k = 0; k < psi.rows; k += terms) {
        terms = terms_of(psi.rows - k, psi.rows);
        gradient_terms(alpha, part(psi, k, 0, terms, psi.columns), part(x, k, 0, terms, x.columns), k == 0 ? beta : 1,
                       a);
    }
}
