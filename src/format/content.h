/*
 * format/content.h - what a model file holds: between the bytes of a format, which know no handles, and a handle, which
 * knows no bytes.
 *
 * Reading: a format fills a `content`, whose tensors point into the bytes that were read; nothing is copied until the
 * model has its memory. Every number in it is checked against the bytes that are there, and the shapes chain up.
 * Writing: a format is given a `snapshot` of a model, and reads the weights where they lie.
 */
#ifndef DNN_FORMAT_CONTENT_H
#define DNN_FORMAT_CONTENT_H

#include "core/network.h"
#include "core/standardize.h"

#include <stdbool.h>
#include <stdint.h>

/* A key of a config and its value as text: what dnn_config_set takes. */
struct setting {
    char *key;   /* owned */
    char *value; /* owned */
};

struct settings {
    struct setting *items; /* [count], owned, with room as settings_add wants it */
    int64_t count;
};

enum tensor_type { TENSOR_F16, TENSOR_BF16, TENSOR_F32, TENSOR_F64 };

/* Numbers as they lie in a file: little-endian, not aligned. */
struct tensor {
    enum tensor_type type;
    const uint8_t *bytes; /* borrowed: the first number; NULL stands for zeros */
    int64_t rows, columns;
    int64_t row_stride, column_stride; /* in numbers; a transposed matrix has row_stride 1 */
};

/* One layer: x_{l+1} = φ(weight x_l + bias). */
struct content_layer {
    struct tensor weight; /* [n_{l+1} × n_l] */
    struct tensor bias;   /* [n_{l+1} × 1] */
};

struct content {
    struct settings settings;     /* may name a recipe with the key "recipe"; later ones win */
    struct content_layer *layers; /* [depth], owned */
    int64_t depth;                /* L, at least 1 */
    double *mean, *scale;         /* [n_0] of the standardization, owned; both NULL if there is none */
    void *memory[2];              /* owned: what the tensors point into; memory_free */
};

/* Releases what a content owns; the struct may be all 0. */
void content_clear(struct content *content);

/* Adds a copy of a pair; DNN_ERROR_OUT_OF_MEMORY. */
int32_t settings_add(struct settings *settings, const char *key, const char *value);
void settings_clear(struct settings *settings);

/* Number (i, j) of a tensor. */
double tensor_number(const struct tensor *tensor, int64_t i, int64_t j);

/* A model as a writer sees it; all borrowed. */
struct snapshot {
    const struct network *network;
    const void *theta; /* the arena, of float if is_f32, else of double */
    bool is_f32;
    const struct standardization *by; /* or NULL */
    const struct settings *settings;  /* all keys of its config */
};

#endif
