/*
 * format/safetensors_write.c - see safetensors.h. The file is made in memory, where nothing but memory can fail, and
 * written in one piece by who asked for it.
 *
 * The checksum of the header stands in the header. It is made with zeros in its place, which are then replaced.
 */
#include "base/digest.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "format/json.h"
#include "format/safetensors.h"

#include <string.h>

enum { LENGTH_BYTES = 8, ALIGNMENT = 8 };

static const char no_digits[] = "0000000000000000000000000000000000000000000000000000000000000000";
static const char checksum_begins[] = "\"" SAFETENSORS_HEADER_CHECKSUM "\":\"";

/* A file that is being made. */
struct making {
    const struct safetensors_source *tensors;
    int64_t count;
    const struct settings *metadata;
    int64_t header_size; /* padded, without the 8 bytes of its length */
    int64_t data_size;
    uint8_t *bytes;
};

static int64_t size_of(const struct safetensors_source *tensor)
{
    return tensor->is_f32 ? (int64_t)sizeof(float) : (int64_t)sizeof(double);
}

static int64_t bytes_of(const struct safetensors_source *tensor)
{
    return tensor->rows * tensor->columns * size_of(tensor); /* it is in memory, so its size is no overflow */
}

/* The number's bits, least significant byte first, on any machine. */
static void store_number(const struct safetensors_source *tensor, int64_t index, uint8_t *out)
{
    uint64_t bits = 0;
    if (tensor->is_f32) {
        uint32_t half;
        memcpy(&half, (const float *)tensor->numbers + index, sizeof half);
        bits = half;
    } else {
        memcpy(&bits, (const double *)tensor->numbers + index, sizeof bits);
    }
    for (int64_t i = 0; i < size_of(tensor); i++) {
        out[i] = (uint8_t)(bits >> 8 * i);
    }
}

static uint8_t *store_tensor(const struct safetensors_source *tensor, uint8_t *out)
{
    for (int64_t i = 0; i < tensor->rows; i++) {
        for (int64_t j = 0; j < tensor->columns; j++, out += size_of(tensor)) {
            store_number(tensor, i * tensor->row_stride + j * tensor->column_stride, out);
        }
    }
    return out;
}

/* The data behind the header, and its checksum. */
static int32_t store_data(struct making *making, char *checksum)
{
    for (int64_t i = 0; i < making->count; i++) {
        making->data_size += bytes_of(&making->tensors[i]);
    }
    const int64_t before = LENGTH_BYTES + making->header_size;
    making->bytes = memory_new(before + making->data_size, 1);
    if (making->bytes == NULL) {
        return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for a file of %lld bytes",
                            (long long)(before + making->data_size));
    }
    uint8_t *out = making->bytes + before;
    for (int64_t i = 0; i < making->count; i++) {
        out = store_tensor(&making->tensors[i], out);
    }
    digest_sha256(making->bytes + before, making->data_size, checksum);
    return DNN_OK;
}

static void append_pair(struct text *text, const char *key, const char *value)
{
    json_append(text, key);
    text_append(text, ":");
    json_append(text, value);
}

static void append_metadata(const struct making *making, const char *data_checksum, struct text *text)
{
    text_append(text, "\"__metadata__\":{");
    for (int64_t i = 0; i < making->metadata->count; i++) {
        append_pair(text, making->metadata->items[i].key, making->metadata->items[i].value);
        text_append(text, ",");
    }
    append_pair(text, SAFETENSORS_DATA_CHECKSUM, data_checksum);
    text_append(text, ",");
    append_pair(text, SAFETENSORS_HEADER_CHECKSUM, no_digits);
    text_append(text, "}");
}

static void append_entry(const struct safetensors_source *tensor, int64_t begin, struct text *text)
{
    text_append(text, ",");
    json_append(text, tensor->name);
    text_append(text, ":{\"dtype\":\"%s\",\"shape\":[%lld", tensor->is_f32 ? "F32" : "F64", (long long)tensor->rows);
    if (tensor->rank > 1) {
        text_append(text, ",%lld", (long long)tensor->columns);
    }
    text_append(text, "],\"data_offsets\":[%lld,%lld]}", (long long)begin, (long long)(begin + bytes_of(tensor)));
}

static void append_header(const struct making *making, const char *data_checksum, struct text *text)
{
    int64_t begin = 0;
    text_append(text, "{");
    append_metadata(making, data_checksum, text);
    for (int64_t i = 0; i < making->count; i++) {
        append_entry(&making->tensors[i], begin, text);
        begin += bytes_of(&making->tensors[i]);
    }
    text_append(text, "}");
}

/* The header as text, to be released with memory_free; NULL if there is no memory. */
static char *header_of(const struct making *making, const char *data_checksum)
{
    struct text text = {0};
    append_header(making, data_checksum, &text); /* how long it is */
    text = (struct text){memory_new(text.length + 1, 1), text.length + 1, 0};
    if (text.buffer != NULL) {
        append_header(making, data_checksum, &text);
    }
    return text.buffer;
}

/* How long the header will be: its text is as long with any digits in its checksums. */
static int32_t measure_header(struct making *making)
{
    struct text text = {0};
    append_header(making, no_digits, &text);
    making->header_size = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return making->header_size <= SAFETENSORS_LARGEST_HEADER
               ? DNN_OK
               : status_error(DNN_ERROR_UNSUPPORTED,
                              "the file's header would have %lld bytes, and the format allows %d: too many layers, or "
                              "too many standardized inputs",
                              (long long)text.length, (int)SAFETENSORS_LARGEST_HEADER);
}

static int32_t store_header(struct making *making, const char *data_checksum)
{
    char *text = header_of(making, data_checksum), digits[DIGEST_DIGITS + 1];
    if (text == NULL) {
        return status_out_of_memory("the header of a file");
    }
    for (int i = 0; i < LENGTH_BYTES; i++) {
        making->bytes[i] = (uint8_t)((uint64_t)making->header_size >> 8 * i);
    }
    uint8_t *out = making->bytes + LENGTH_BYTES;
    memset(out, ' ', (size_t)making->header_size);
    memcpy(out, text, strlen(text));
    digest_sha256(making->bytes, LENGTH_BYTES + making->header_size, digits);
    memcpy(out + (strstr(text, checksum_begins) - text) + strlen(checksum_begins), digits, DIGEST_DIGITS);
    memory_free(text);
    return DNN_OK;
}

int32_t safetensors_write(const struct safetensors_source *tensors, int64_t count, const struct settings *metadata,
                          uint8_t **bytes, int64_t *size)
{
    struct making making = {.tensors = tensors, .count = count, .metadata = metadata};
    char data_checksum[DIGEST_DIGITS + 1];
    int32_t status = measure_header(&making);
    if (status == DNN_OK) {
        status = store_data(&making, data_checksum);
    }
    if (status == DNN_OK) {
        status = store_header(&making, data_checksum);
    }
    if (status != DNN_OK) {
        memory_free(making.bytes);
        return status;
    }
    *bytes = making.bytes;
    *size = LENGTH_BYTES + making.header_size + making.data_size;
    return DNN_OK;
}
