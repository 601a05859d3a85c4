/*
 * format/onnx_tensor.h - the constants of an ONNX graph: numbers that lie in the file, checked against its bytes when they
 * are first used, and not before. A stranger's file may hold any tensor that nobody reads.
 */
#ifndef DNN_FORMAT_ONNX_TENSOR_H
#define DNN_FORMAT_ONNX_TENSOR_H

#include "format/content.h"
#include "onnx.pb-c.h"

struct constant {
    Dnn__Onnx__TensorProto *proto; /* its numbers belong to us, and may be changed */
    bool is_checked;
    bool is_used;         /* as the weights or bias of a layer */
    bool is_scaled;       /* its numbers were multiplied by what one layer asked for */
    int64_t count;        /* of numbers */
    int64_t rank;         /* of dimensions */
    int64_t columns;      /* the last dimension; 1 without any */
    struct tensor vector; /* all numbers: [count × 1] */
};

/* Finds the numbers of a constant, which must be of a type of floating-point numbers. The message of an error says what
 * is wrong with the tensor of that name. file: for the message. */
int32_t constant_numbers(const char *file, struct constant *constant);

/* A constant of whole numbers (a shape) with `count` of them or fewer; *length: how many. */
int32_t constant_integers(const char *file, const struct constant *constant, int64_t count, int64_t *integers,
                          int64_t *length);

/* Multiplies all numbers by a factor, in place and in their own precision. */
void constant_scale(struct constant *constant, double factor);

#endif
