/*
 * core/fused.c - see fused.h.
 *
 * One step on a large layer is bound by the traffic of W. BLAS reads W three times (gemv, gemv transposed, ger) and writes
 * it once. Here the way back and the update share one reading: a few rows are in registers for both
 *
 *     ψ_in += ψ_i W_i        W_i −= η ψ_i x̂        for each row i of the few
 *
 * so that one pass over ψ_in and x̂, which are in the first cache, serves them all. They are not neighbours: W is cut into as
 * many parts as there are streams, and each stream runs through its part from end to end, one long line that the processor
 * fetches ahead of. The streams of neighbours would break off after every row. Rows whose ψ is 0 move nothing, and are not
 * even read.
 *
 * On a Zen 5, W of 8 MB in double, beside one bare read: forward 1.02 (12 neighbours: 1.2), back 1.1 (8 neighbours: 1.3).
 * Tried there and left out: large pages for W (1 to 5 of a hundred faster where W is in no cache, else the same); back from
 * the last row to the first, which finds in the second cache what forward left there (the same; longer where W is in no
 * cache); columns in tiles that stay in the first cache (1.1 to 1.8 times as long); streams kept apart within a page (the same
 * at nearly all widths); more than one sum a column (the same).
 */
#include "core/fused.h"

#include "core/lanes.h"

#include <stddef.h>
#include <string.h>

enum { LINE = 64 / sizeof(real) };

/* Columns in whole cache lines: the padding is there. */
static int64_t padded_columns(struct matrix a)
{
    return (a.columns + LINE - 1) / LINE * LINE;
}

enum { FORWARD_STREAMS = 3 };

/* z_i = W_i x̂ for the rows first, first + apart, …: one of each stream. Two sums a row, so that an addition need not wait
 * for the one before. */
LANES_INLINE void multiply_rows(int streams, struct matrix w, int64_t first, int64_t apart, const real *x_hat, real *z)
{
    const int64_t n = padded_columns(w), distance = apart * w.stride;
    const real *rows = matrix_row(w, first);
    lanes even[FORWARD_STREAMS], odd[FORWARD_STREAMS];
    for (int s = 0; s < streams; s++) {
        even[s] = odd[s] = lanes_of(0);
    }
    int64_t j = 0;
    for (; j + 2 * LANES <= n; j += 2 * LANES) {
        const lanes x = lanes_load(x_hat + j), x_next = lanes_load(x_hat + j + LANES);
        for (int s = 0; s < streams; s++) {
            even[s] += lanes_load(rows + s * distance + j) * x;
            odd[s] += lanes_load(rows + s * distance + j + LANES) * x_next;
        }
    }
    if (j < n) {
        const lanes x = lanes_load(x_hat + j);
        for (int s = 0; s < streams; s++) {
            even[s] += lanes_load(rows + s * distance + j) * x;
        }
    }
    for (int s = 0; s < streams; s++) {
        z[first + s * apart] = lanes_sum(even[s] + odd[s]);
    }
}

/* z_i = W_i x̂ for `count` rows from i on, at most four: one number after the other. */
LANES_INLINE void multiply_narrow(int count, struct matrix w, int64_t i, const real *x_hat, real *z)
{
    const real *rows = matrix_row(w, i);
    real sums[4] = {0};
    for (int64_t j = 0; j < w.columns; j++) {
        for (int r = 0; r < count; r++) {
            sums[r] += rows[r * w.stride + j] * x_hat[j];
        }
    }
    for (int r = 0; r < count; r++) {
        z[i + r] = sums[r];
    }
}

static void forward_narrow(struct matrix w, const real *x_hat, real *z)
{
    int64_t i = 0;
    for (; i + 4 <= w.rows; i += 4) {
        multiply_narrow(4, w, i, x_hat, z);
    }
    for (; i < w.rows; i++) {
        multiply_narrow(1, w, i, x_hat, z);
    }
}

/* Columns up to which a row is mostly padding, and its sum across a vector costs more than the row itself: measured. */
enum { NARROW = 5 };

void fused_forward(struct matrix w, const real *x_hat, real *z)
{
    if (w.columns <= NARROW) {
        forward_narrow(w, x_hat, z);
        return;
    }
    const int64_t part = w.rows / FORWARD_STREAMS;
    for (int64_t i = 0; i < part; i++) {
        multiply_rows(FORWARD_STREAMS, w, i, part, x_hat, z);
    }
    for (int64_t i = FORWARD_STREAMS * part; i < w.rows; i++) {
        multiply_rows(1, w, i, 0, x_hat, z);
    }
}

/* A layer's way back: ψ_in += Wᵀ ψ_out, unless psi_in is NULL, and W −= η ψ_out x̂ᵀ, unless x_hat is. */
struct way_back {
    struct matrix w;
    const real *x_hat;   /* [columns] */
    const real *psi_out; /* [rows] */
    real eta;
    real *psi_in; /* [columns] */
};

enum { MOST_STREAMS = 6 };

/* The same for the rows first, first + apart, …: one of each stream, which is asked for `ahead` bytes early. */
LANES_INLINE void move_rows(int streams, int ahead, struct way_back way, int64_t first, int64_t apart)
{
    const int64_t n = padded_columns(way.w), distance = apart * way.w.stride;
    real *rows = matrix_row(way.w, first);
    lanes psi[MOST_STREAMS], change[MOST_STREAMS];
    bool moves = false;
    for (int s = 0; s < streams; s++) {
        const real psi_row = way.psi_out[first + s * apart];
        psi[s] = lanes_of(psi_row);
        change[s] = lanes_of(way.eta * psi_row);
        moves = moves || psi_row != 0;
    }
    for (int64_t line = 0; moves && line < n; line += LINE) {
        for (int s = 0; ahead > 0 && s < streams; s++) {
            __builtin_prefetch((const char *)(rows + s * distance + line) + ahead);
        }
        for (int64_t j = line; j < line + LINE; j += LANES) {
            lanes sum = way.psi_in != NULL ? lanes_load(way.psi_in + j) : lanes_of(0);
            const lanes x = way.x_hat != NULL ? lanes_load(way.x_hat + j) : lanes_of(0);
            for (int s = 0; s < streams; s++) {
                real *at = rows + s * distance + j;
                const lanes row = lanes_load(at);
                /* Before the sum: after it gcc 12 reads the row once more, and with AVX2 all takes 1.3 times as long. */
                if (way.x_hat != NULL) {
                    lanes_store(row - change[s] * x, at);
                }
                sum += psi[s] * row;
            }
            if (way.psi_in != NULL) {
                lanes_store(sum, way.psi_in + j);
            }
        }
    }
}

LANES_INLINE void move_streams(int streams, int ahead, struct way_back way)
{
    const int64_t part = way.w.rows / streams;
    for (int64_t i = 0; i < part; i++) {
        move_rows(streams, ahead, way, i, part);
    }
    for (int64_t i = streams * part; i < way.w.rows; i++) {
        move_rows(1, 0, way, i, 0);
    }
}

/* By the bytes of W. In the second cache loads and stores are what counts: the more rows share those of ψ_in and x̂ the better.
 * In the third, three streams are the fastest by a tenth, and asking early takes as much. Beyond it the wait for memory counts:
 * with three streams, or without asking early, it takes 1.3 to 1.6 times as long. */
enum { SECOND_CACHE = 2 << 20, THIRD_CACHE = 16 << 20, AHEAD = 2048 };

LANES_INLINE void move(struct way_back way)
{
    const int64_t bytes = way.w.rows * way.w.stride * (int64_t)sizeof(real);
    if (way.psi_in != NULL) {
        memset(way.psi_in, 0, (size_t)padded_columns(way.w) * sizeof(real));
    }
    if (bytes <= SECOND_CACHE) {
        move_streams(6, 0, way);
    } else if (bytes <= THIRD_CACHE) {
        move_streams(3, 0, way);
    } else {
        move_streams(6, AHEAD, way);
    }
}

void fused_descend(struct matrix w, const real *x_hat, const real *psi_out, double eta, real *psi_in)
{
    if (psi_in != NULL) {
        move((struct way_back){w, x_hat, psi_out, (real)eta, psi_in});
    } else {
        move((struct way_back){w, x_hat, psi_out, (real)eta, NULL});
    }
}

void fused_backward(struct matrix w, const real *psi_out, real *psi_in)
{
    move((struct way_back){w, NULL, psi_out, 0, psi_in});
}

void fused_gradient(const real *psi_out, const real *x_hat, bool accumulate, struct matrix gradient)
{
    const int64_t n = padded_columns(gradient);
    for (int64_t i = 0; i < gradient.rows; i++) {
        real *row = matrix_row(gradient, i);
        const lanes psi = lanes_of(psi_out[i]);
        for (int64_t j = 0; j < n; j += LANES) {
            const lanes before = accumulate ? lanes_load(row + j) : lanes_of(0);
            lanes_store(before + psi * lanes_load(x_hat + j), row + j);
        }
    }
}
