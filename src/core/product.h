/*
 * core/product.h - the three products of affine.h for many samples, by loops of our own.
 *
 * A BLAS copies both matrices into an order of its own at each call, and may wake threads. Here the weights are read where they
 * lie, and whoever calls may do a part of the samples, or of the rows of W, so that threads which call beside each other
 * share one product. Each number of a result is made in the same way whatever part it is made with.
 */
#ifndef DNN_CORE_PRODUCT_H
#define DNN_CORE_PRODUCT_H

#include "core/real.h"

#include <stdbool.h>

#define product_memory REAL_NAME(product_memory)
#define product_forward REAL_NAME(product_forward)
#define product_backward REAL_NAME(product_backward)
#define product_gradient REAL_NAME(product_gradient)

/* Below, rows of each matrix are padded to whole cache lines, and may be read to the end of the line. */

/* Numbers of memory that product_forward takes for up to n samples: bounded, however many there are, and of any width. */
int64_t product_memory(int64_t n, int64_t n_in);

/* Z = X̂ Wᵀ. w: [n_out × n_in+1]; x: [n × n_in+1], its last column 1; z: [n × n_out], overwritten. memory: [product_memory],
 * on a cache line. No aliases. */
void product_forward(struct matrix w, struct matrix x, real *memory, struct matrix z);

/* Ψ_in = Ψ_out W[:, :n_in]. w: [n_out × n_in+1]; psi_out: [n × n_out]; psi_in: [n × n_in], overwritten, to the end of its last
 * cache line. No aliases. */
void product_backward(struct matrix w, struct matrix psi_out, struct matrix psi_in);

/* A = β A + α Ψᵀ X̂. psi: [n × n_out]; x: [n × n_in+1], with zeros in the padding; a: [n_out × n_in+1], padding included. No
 * aliases. */
void product_gradient(real alpha, struct matrix psi, struct matrix x, real beta, struct matrix a);

#endif
