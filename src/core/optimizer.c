/*
 * core/optimizer.c - see optimizer.h.
 */
#include "core/optimizer.h"

/* θ −= η g */
static void sgd_update(int64_t n, double eta, const real *gradient, real *theta)
{
    const real step = (real)eta;
    for (int64_t i = 0; i < n; i++) {
        theta[i] -= step * gradient[i];
    }
}

const struct optimizer_kind optimizer_kinds[] = {
    {"sgd", true, sgd_update},
};

const int32_t optimizer_kind_count = (int32_t)(sizeof optimizer_kinds / sizeof *optimizer_kinds);
