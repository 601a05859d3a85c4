/*
 * core/affine.h - the three products that a layer is made of, by BLAS.
 */
#ifndef DNN_CORE_AFFINE_H
#define DNN_CORE_AFFINE_H

#include "core/real.h"

#define affine_forward REAL_NAME(affine_forward)
#define affine_backward REAL_NAME(affine_backward)
#define affine_gradient REAL_NAME(affine_gradient)
#define affine_descend REAL_NAME(affine_descend)

/* Z = X̂ Wᵀ. w: [n_out × n_in+1]; x: [n × n_in+1], its last column 1; z: [n × n_out], overwritten. z may not alias. */
void affine_forward(struct matrix w, struct matrix x, struct matrix z);

/* Ψ_in = Ψ_out W[:, :n_in]. w: [n_out × n_in+1]; psi_out: [n × n_out]; psi_in: [n × n_in], overwritten. psi_in may
 * not alias. */
void affine_backward(struct matrix w, struct matrix psi_out, struct matrix psi_in);

/* ∇W = Ψᵀ X̂, or ∇W += Ψᵀ X̂ if `accumulate`. psi: [n × n_out]; x: [n × n_in+1]; gradient: [n_out × n_in+1]. No
 * aliases. */
void affine_gradient(struct matrix psi, struct matrix x, bool accumulate, struct matrix gradient);

/* W −= η Ψᵀ X̂, plain gradient descent without a gradient in between. Shapes as in affine_gradient; w: [n_out ×
 * n_in+1]. */
void affine_descend(struct matrix psi, struct matrix x, double eta, struct matrix w);

#endif
