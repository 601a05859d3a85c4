/*
 * format/c_source_functions.h - the functions that an exported network may need, as text for c_source_add.
 */
#ifndef DNN_FORMAT_C_SOURCE_FUNCTIONS_H
#define DNN_FORMAT_C_SOURCE_FUNCTIONS_H

#include <stdbool.h>

struct c_function {
    const char *name; /* the function's is @_name */
    bool needs_math;  /* <math.h> */
    const char *code;
};

/* That of an activation, @_name(z, n) or, if it has a slope, @_name(z, n, slope); NULL for identity, which needs none. */
const struct c_function *c_function_of(const char *activation);

/* z = W [x ; 1]: @_layer(w, n_in, n_out, x, z) */
extern const struct c_function c_function_layer;

/* z = (x - mean) / scale, of float and of double: @_standardize(x, n, z) */
extern const struct c_function c_function_standardize_f32;
extern const struct c_function c_function_standardize_f64;

#endif
