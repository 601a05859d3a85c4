/*
 * core/fused.h - a layer's linear algebra for one sample, by loops of our own: each number of W is fetched from memory once
 * forward and once backward.
 *
 * The rows of W, x̂ and ψ must be padded as network.h does it, to 64 bytes and with zeros: whole vectors are read.
 */
#ifndef DNN_CORE_FUSED_H
#define DNN_CORE_FUSED_H

#include "core/real.h"

#define fused_forward REAL_NAME(fused_forward)
#define fused_backward REAL_NAME(fused_backward)
#define fused_descend REAL_NAME(fused_descend)
#define fused_gradient REAL_NAME(fused_gradient)

/* z = W x̂. x_hat: [columns]; z: [rows], overwritten; no two may overlap. */
void fused_forward(struct matrix w, const real *x_hat, real *z);

/* ψ_in = Wᵀ ψ_out, with W as it is before, and at once W ← W − η ψ_out x̂ᵀ. psi_out: [rows]; psi_in: [columns], padded,
 * overwritten (its last number, which belongs to the bias, means nothing), or NULL if it is not wanted. */
void fused_descend(struct matrix w, const real *x_hat, const real *psi_out, double eta, real *psi_in);

/* ψ_in = Wᵀ ψ_out, as above. */
void fused_backward(struct matrix w, const real *psi_out, real *psi_in);

/* G = ψ_out x̂ᵀ, or G += ψ_out x̂ᵀ; the padding stays 0. */
void fused_gradient(const real *psi_out, const real *x_hat, bool accumulate, struct matrix gradient);

#endif
