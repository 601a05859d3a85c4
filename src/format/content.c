/*
 * format/content.c - see content.h.
 */
#include "format/content.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <string.h>

/* Room for one more. It doubles, where the count is 0 or a power of two: a stranger's file may have a million of them, and the host's
 * allocator may copy a block whenever it grows. NULL if there is no memory. */
static struct setting *with_room(const struct settings *settings)
{
    const int64_t count = settings->count;
    return (count & (count - 1)) != 0
               ? settings->items
               : memory_resize(settings->items, count == 0 ? 1 : 2 * count, sizeof(struct setting));
}

int32_t settings_add(struct settings *settings, const char *key, const char *value)
{
    struct setting *items = with_room(settings);
    if (items == NULL) {
        return status_out_of_memory("the settings of a model");
    }
    settings->items = items;
    struct setting *item = &items[settings->count];
    *item = (struct setting){memory_copy_text(key), memory_copy_text(value)};
    settings->count++;
    return item->key != NULL && item->value != NULL ? DNN_OK : status_out_of_memory("the settings of a model");
}

void settings_clear(struct settings *settings)
{
    for (int64_t i = 0; i < settings->count; i++) {
        memory_free(settings->items[i].key);
        memory_free(settings->items[i].value);
    }
    memory_free(settings->items);
    *settings = (struct settings){0};
}

void content_clear(struct content *content)
{
    settings_clear(&content->settings);
    memory_free(content->layers);
    memory_free(content->mean);
    memory_free(content->scale);
    memory_free(content->memory[0]);
    memory_free(content->memory[1]);
    *content = (struct content){0};
}

static uint64_t little_endian(const uint8_t *bytes, int count)
{
    uint64_t bits = 0;
    for (int i = count - 1; i >= 0; i--) {
        bits = bits << 8 | bytes[i];
    }
    return bits;
}

/* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
static double from_half(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023);
    const double magnitude = exponent == 31  ? (fraction == 0 ? (double)INFINITY : (double)NAN)
                             : exponent == 0 ? ldexp(fraction, -24)
                                             : ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 ? -magnitude : magnitude;
}

static double from_float_bits(uint32_t bits)
{
    float number;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

double tensor_number(const struct tensor *tensor, int64_t i, int64_t j)
{
    static const int size_of[] = {[TENSOR_F16] = 2, [TENSOR_BF16] = 2, [TENSOR_F32] = 4, [TENSOR_F64] = 8};
    if (tensor->bytes == NULL) {
        return 0;
    }
    const int size = size_of[tensor->type];
    const int64_t index = i * tensor->row_stride + j * tensor->column_stride;
    const uint64_t bits = little_endian(tensor->bytes + index * size, size);
    switch (tensor->type) {
    case TENSOR_F16:
        return from_half(bits);
    case TENSOR_BF16:
        return from_float_bits((uint32_t)bits << 16);
    case TENSOR_F32:
        return from_float_bits((uint32_t)bits);
    default: {
        double number;
        memcpy(&number, &bits, sizeof number);
        return number;
    }
    }
}
