/*
 * npy_case.h - what a row of npy_expected.h is: a file that numpy.save wrote, and what numpy.load reads from it.
 */
#ifndef DNN_TESTS_NPY_CASE_H
#define DNN_TESTS_NPY_CASE_H

#include <stdint.h>

struct npy_case {
    const char *name;  /* byte order, type, layout, version or dimensions */
    const char *bytes; /* [size] */
    int64_t size;
    int64_t n, n_each;
    double values[12]; /* [n × n_each], in C order */
};

#endif
