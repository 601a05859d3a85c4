/*
 * onnx_bytes.h - ONNX files made by hand, byte by byte, from the definition of protobuf's wire format: the library's own
 * writer has no part in what its reader is tested with. Numbers of fields are those of the official onnx.proto.
 */
#ifndef DNN_TESTS_ONNX_BYTES_H
#define DNN_TESTS_ONNX_BYTES_H

#include <stddef.h>
#include <stdint.h>

enum { ONNX_CAPACITY = 1 << 17 };
enum { ONNX_FLOAT = 1, ONNX_INT64 = 7, ONNX_DOUBLE = 11 };

struct bytes {
    uint8_t data[ONNX_CAPACITY];
    size_t size;
};

void put_varint(struct bytes *bytes, uint64_t value);

/* A field of each wire type. */
void put_integer(struct bytes *bytes, int field, int64_t value);
void put_float(struct bytes *bytes, int field, float value);
void put_data(struct bytes *bytes, int field, const void *data, size_t size);
void put_text(struct bytes *bytes, int field, const char *text);
void put_message(struct bytes *bytes, int field, const struct bytes *message);

/* A graph's initializer. dims: [rank]; values: as many as they say, written as raw little-endian numbers of `type`. */
void put_tensor(struct bytes *graph, const char *name, int type, const int64_t *dims, int rank, const double *values);

/* The same with floats in float_data or doubles in double_data. */
void put_listed_tensor(struct bytes *graph, const char *name, int type, const int64_t *dims, int rank,
                       const double *values);

/* A node. inputs, outputs: names with spaces between. attributes: "name=3 name=0.5 name='text' name=[1,0] name=[0.5,2]" with spaces
 * between, where a point makes a float, or all of a list; "" for none. */
void put_node(struct bytes *graph, const char *name, const char *operator, const char * inputs, const char *outputs,
              const char *attributes);

/* The graph's input (field 11) or output (12), [N, columns]; columns 0: no shape. */
void put_rows(struct bytes *graph, int field, const char *name, int64_t columns);

/* A model around a graph; operator_set 0: none is told. */
void put_model(struct bytes *model, const struct bytes *graph, int64_t operator_set);

#endif
