/*
 * format/onnx_tensor.c - see onnx_tensor.h.
 *
 * A tensor's numbers are raw little-endian bytes, or a list that protobuf-c unpacked into the host's own floats, which is
 * then turned into such bytes in place. Both must be as many as the dimensions say.
 */
#include "format/onnx_tensor.h"

#include "base/memory.h"
#include "base/status.h"

#include <string.h>

typedef Dnn__Onnx__TensorProto Tensor;

static int32_t bad_tensor(const char *file, const Tensor *tensor, int32_t status, const char *what)
{
    return status_error(status, "\"%.200s\": the tensor \"%.100s\" %s", file, tensor->name, what);
}

/* The product of the dimensions, and what constant_numbers tells of them. */
static int32_t measure(const char *file, const Tensor *tensor, struct constant *constant)
{
    constant->count = constant->columns = 1;
    constant->rank = (int64_t)tensor->n_dims;
    for (size_t i = 0; i < tensor->n_dims; i++) {
        if (tensor->dims[i] < 0) {
            return bad_tensor(file, tensor, DNN_ERROR_FORMAT, "has a negative dimension");
        }
        if (!memory_multiply(constant->count, tensor->dims[i], &constant->count)) {
            return bad_tensor(file, tensor, DNN_ERROR_FORMAT, "has impossibly large dimensions");
        }
        constant->columns = tensor->dims[i];
    }
    return DNN_OK;
}

/* An error unless `there` of something are as many as the dimensions ask for. */
static int32_t check_count(const char *file, const Tensor *tensor, const char *what, int64_t there, int64_t needed)
{
    if (there != needed) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%.200s\": the tensor \"%.100s\" has %lld %s, its dimensions ask for %lld", file,
                            tensor->name, (long long)there, what, (long long)needed);
    }
    return DNN_OK;
}

static void write_little_endian(uint64_t bits, int64_t size, uint8_t *bytes)
{
    for (int64_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(bits >> 8 * i);
    }
}

static void write_number(enum tensor_type type, double number, uint8_t *bytes)
{
    uint64_t wide;
    uint32_t narrow;
    if (type == TENSOR_F64) {
        memcpy(&wide, &number, sizeof wide);
        write_little_endian(wide, sizeof wide, bytes);
    } else {
        const float rounded = (float)number;
        memcpy(&narrow, &rounded, sizeof narrow);
        write_little_endian(narrow, sizeof narrow, bytes);
    }
}

/* Numbers of the host, as a file holds them. */
static const uint8_t *floats_to_bytes(float *numbers, int64_t count)
{
    uint8_t *bytes = (uint8_t *)numbers;
    for (int64_t i = 0; i < count; i++) {
        write_number(TENSOR_F32, (double)numbers[i], bytes + i * (int64_t)sizeof *numbers);
    }
    return bytes;
}

static const uint8_t *doubles_to_bytes(double *numbers, int64_t count)
{
    uint8_t *bytes = (uint8_t *)numbers;
    for (int64_t i = 0; i < count; i++) {
        write_number(TENSOR_F64, numbers[i], bytes + i * (int64_t)sizeof *numbers);
    }
    return bytes;
}

static bool find_type(int32_t data_type, enum tensor_type *type, int64_t *size)
{
    static const struct {
        int32_t data_type;
        enum tensor_type type;
        int64_t size;
    } table[] = {
        {DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, TENSOR_F32, 4},
        {DNN__ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, TENSOR_F64, 8},
        {DNN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, TENSOR_F16, 2},
        {DNN__ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16, TENSOR_BF16, 2},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].data_type == data_type) {
            *type = table[i].type;
            *size = table[i].size;
            return true;
        }
    }
    return false;
}

static int32_t find_bytes(const char *file, Tensor *tensor, int64_t count, int64_t size, struct tensor *vector)
{
    int32_t status;
    int64_t needed;
    if (tensor->raw_data.len > 0 || (tensor->n_float_data == 0 && tensor->n_double_data == 0)) {
        if (!memory_multiply(count, size, &needed)) {
            return bad_tensor(file, tensor, DNN_ERROR_FORMAT, "has impossibly large dimensions");
        }
        vector->bytes = tensor->raw_data.data;
        return check_count(file, tensor, "bytes", (int64_t)tensor->raw_data.len, needed);
    }
    if (vector->type == TENSOR_F32) {
        status = check_count(file, tensor, "floats", (int64_t)tensor->n_float_data, count);
        vector->bytes = status == DNN_OK ? floats_to_bytes(tensor->float_data, count) : NULL;
    } else if (vector->type == TENSOR_F64) {
        status = check_count(file, tensor, "doubles", (int64_t)tensor->n_double_data, count);
        vector->bytes = status == DNN_OK ? doubles_to_bytes(tensor->double_data, count) : NULL;
    } else {
        status = bad_tensor(file, tensor, DNN_ERROR_FORMAT, "has 16-bit numbers in a list of other numbers");
    }
    return status;
}

int32_t constant_numbers(const char *file, struct constant *constant)
{
    if (constant->is_checked) {
        return DNN_OK;
    }
    Tensor *tensor = constant->proto;
    int64_t size = 0;
    if (tensor->data_location != DNN__ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT) {
        return bad_tensor(file, tensor, DNN_ERROR_UNSUPPORTED,
                          "keeps its numbers in another file: save the model as one file");
    }
    if (!find_type(tensor->data_type, &constant->vector.type, &size)) {
        return status_error(DNN_ERROR_UNSUPPORTED,
                            "\"%.200s\": the tensor \"%.100s\" has ONNX type %d; known are 1 (float), 11 (double), 10 "
                            "(float16) and 16 (bfloat16)",
                            file, tensor->name, (int)tensor->data_type);
    }
    int32_t status = measure(file, tensor, constant);
    if (status == DNN_OK && constant->count == 0) {
        status = bad_tensor(file, tensor, DNN_ERROR_FORMAT, "is empty: a dimension is 0");
    }
    if (status == DNN_OK) {
        status = find_bytes(file, tensor, constant->count, size, &constant->vector);
    }
    constant->vector.rows = constant->count;
    constant->vector.columns = constant->vector.row_stride = constant->vector.column_stride = 1;
    constant->is_checked = status == DNN_OK;
    return status;
}

static int64_t integer_at(const Tensor *tensor, int64_t i)
{
    if (tensor->raw_data.len == 0) {
        return tensor->int64_data[i];
    }
    uint64_t bits = 0;
    for (int64_t k = 7; k >= 0; k--) {
        bits = bits << 8 | tensor->raw_data.data[8 * i + k];
    }
    int64_t integer;
    memcpy(&integer, &bits, sizeof integer);
    return integer;
}

int32_t constant_integers(const char *file, const struct constant *constant, int64_t count, int64_t *integers,
                          int64_t *length)
{
    const Tensor *tensor = constant->proto;
    struct constant shape;
    if (tensor->data_type != DNN__ONNX__TENSOR_PROTO__DATA_TYPE__INT64 ||
        tensor->data_location != DNN__ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT) {
        return bad_tensor(file, tensor, DNN_ERROR_UNSUPPORTED, "was expected to hold 64-bit integers in this file");
    }
    int32_t status = measure(file, tensor, &shape);
    if (status == DNN_OK && shape.count > count) {
        status = bad_tensor(file, tensor, DNN_ERROR_UNSUPPORTED, "has more dimensions than samples and features");
    }
    if (status == DNN_OK && tensor->raw_data.len > 0) {
        status = check_count(file, tensor, "bytes", (int64_t)tensor->raw_data.len, shape.count * 8);
    } else if (status == DNN_OK) {
        status = check_count(file, tensor, "integers", (int64_t)tensor->n_int64_data, shape.count);
    }
    for (int64_t i = 0; status == DNN_OK && i < shape.count; i++) {
        integers[i] = integer_at(tensor, i);
    }
    *length = shape.count;
    return status;
}

void constant_scale(struct constant *constant, double factor)
{
    const enum tensor_type type = constant->vector.type;
    uint8_t *bytes = (uint8_t *)constant->vector.bytes; /* they lie in the unpacked file, which is ours */
    for (int64_t i = 0; i < constant->count; i++) {
        const double number = factor * tensor_number(&constant->vector, i, 0);
        write_number(type, number, bytes + i * (type == TENSOR_F64 ? 8 : 4));
    }
}
