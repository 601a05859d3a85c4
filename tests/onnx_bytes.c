/*
 * onnx_bytes.c - see onnx_bytes.h.
 */
#include "onnx_bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put_raw(struct bytes *bytes, const void *data, size_t size)
{
    assert_true(bytes->size + size <= sizeof bytes->data);
    if (size > 0)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

void put_varint(struct bytes *bytes, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        put_raw(bytes, &(uint8_t){(uint8_t)(value | 128)}, 1);
    put_raw(bytes, &(uint8_t){(uint8_t)value}, 1);
}

void put_integer(struct bytes *bytes, int field, int64_t value)
{
    put_varint(bytes, (uint64_t)field << 3);
    put_varint(bytes, (uint64_t)value);
}

/* Little-endian, whatever the host. */
static void put_fixed(struct bytes *bytes, uint64_t bits, int size)
{
    for (int i = 0; i < size; i++)
        put_raw(bytes, &(uint8_t){(uint8_t)(bits >> 8 * i)}, 1);
}

static void put_number(struct bytes *bytes, double value, int type)
{
    uint64_t wide;
    uint32_t narrow;
    const float rounded = (float)value;
    memcpy(&wide, &value, sizeof wide);
    memcpy(&narrow, &rounded, sizeof narrow);
    put_fixed(bytes, type == ONNX_DOUBLE ? wide : narrow, type == ONNX_DOUBLE ? 8 : 4);
}

void put_float(struct bytes *bytes, int field, float value)
{
    put_varint(bytes, (uint64_t)field << 3 | 5);
    put_number(bytes, (double)value, ONNX_FLOAT);
}

void put_data(struct bytes *bytes, int field, const void *data, size_t size)
{
    put_varint(bytes, (uint64_t)field << 3 | 2);
    put_varint(bytes, size);
    put_raw(bytes, data, size);
}

void put_text(struct bytes *bytes, int field, const char *text)
{
    put_data(bytes, field, text, strlen(text));
}

void put_message(struct bytes *bytes, int field, const struct bytes *message)
{
    put_data(bytes, field, message->data, message->size);
}

static void put_tensor_in(struct bytes *graph, const char *name, int type, const int64_t *dims, int rank,
                          const double *values, int field)
{
    static struct bytes tensor, numbers;
    tensor.size = numbers.size = 0;
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        put_integer(&tensor, 1, dims[i]);
        count *= dims[i];
    }
    put_integer(&tensor, 2, type);
    put_text(&tensor, 8, name);
    for (int64_t i = 0; i < count; i++) {
        if (type == ONNX_INT64)
            put_fixed(&numbers, (uint64_t)(int64_t)values[i], 8);
        else
            put_number(&numbers, values[i], type);
    }
    put_message(&tensor, field, &numbers);
    put_message(graph, 5, &tensor);
}

void put_tensor(struct bytes *graph, const char *name, int type, const int64_t *dims, int rank, const double *values)
{
    put_tensor_in(graph, name, type, dims, rank, values, 9);
}

void put_listed_tensor(struct bytes *graph, const char *name, int type, const int64_t *dims, int rank,
                       const double *values)
{
    put_tensor_in(graph, name, type, dims, rank, values, type == ONNX_DOUBLE ? 10 : 4);
}

/* Each word of a text as a field. */
static void put_words(struct bytes *bytes, int field, const char *words)
{
    while (*words != '\0') {
        const size_t length = strcspn(words, " ");
        put_data(bytes, field, words, length);
        words += length + (words[length] == ' ');
    }
}

/* "[1,2]" as a list of integers, "[1.5,2]" as one of floats, in an attribute. */
static void put_list(struct bytes *attribute, const char *text, size_t length)
{
    const bool are_floats = memchr(text, '.', length) != NULL;
    for (const char *end = text + length; text < end && *text != ']';) {
        char *next;
        if (are_floats)
            put_float(attribute, 7, strtof(text + 1, &next));
        else
            put_integer(attribute, 8, strtoll(text + 1, &next, 10));
        text = next;
    }
    put_integer(attribute, 20, are_floats ? 6 : 7);
}

static void put_attribute(struct bytes *node, const char *text, size_t length)
{
    static struct bytes attribute;
    attribute.size = 0;
    const char *value = (const char *)memchr(text, '=', length) + 1;
    const size_t left = length - (size_t)(value - text);
    put_data(&attribute, 1, text, (size_t)(value - text) - 1);
    if (*value == '\'') {
        put_data(&attribute, 4, value + 1, left - 2);
        put_integer(&attribute, 20, 3);
    } else if (*value == '[') {
        put_list(&attribute, value, left);
    } else if (memchr(value, '.', left) != NULL) {
        put_float(&attribute, 2, strtof(value, NULL));
        put_integer(&attribute, 20, 1);
    } else {
        put_integer(&attribute, 3, strtoll(value, NULL, 10));
        put_integer(&attribute, 20, 2);
    }
    put_message(node, 5, &attribute);
}

void put_node(struct bytes *graph, const char *name, const char *operator, const char * inputs, const char *outputs,
              const char *attributes)
{
    static struct bytes node;
    node.size = 0;
    put_words(&node, 1, inputs);
    put_words(&node, 2, outputs);
    put_text(&node, 3, name);
    const char *point = strrchr(operator, '.'); /* "ai.onnx.ml.Scaler" */
    put_text(&node, 4, point == NULL ? operator: point + 1);
    if (point != NULL)
        put_data(&node, 7, operator, (size_t)(point - operator));
    while (*attributes != '\0') {
        const size_t length = strcspn(attributes, " ");
        put_attribute(&node, attributes, length);
        attributes += length + (attributes[length] == ' ');
    }
    put_message(graph, 1, &node);
}

void put_rows(struct bytes *graph, int field, const char *name, int64_t columns)
{
    static struct bytes info, type, tensor, shape, dimension;
    info.size = type.size = tensor.size = shape.size = dimension.size = 0;
    put_text(&dimension, 2, "N");
    put_message(&shape, 1, &dimension);
    dimension.size = 0;
    put_integer(&dimension, 1, columns);
    put_message(&shape, 1, &dimension);
    put_integer(&tensor, 1, ONNX_FLOAT);
    if (columns > 0)
        put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&info, 1, name);
    put_message(&info, 2, &type);
    put_message(graph, field, &info);
}

void put_model(struct bytes *model, const struct bytes *graph, int64_t operator_set)
{
    static struct bytes set;
    model->size = set.size = 0;
    put_integer(model, 1, 7);
    put_message(model, 7, graph);
    if (operator_set > 0) {
        put_integer(&set, 2, operator_set);
        put_message(model, 8, &set);
    }
}
