/*
 * format/safetensors_write.c - see safetensors.h. The file is made in memory, where nothing but memory can fail, and
 * written in one piece by who asked for it.
 *
 * The checksum of the header stands in the header. It is made with zeros in its place, which are then replaced.
 */
#include "base/digest.h"
#include "base/memory.h"
#include "base/status.h"
#include "format/json_text.h"
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

/* Both take the value over, on failure too; false if there was no memory. */
static bool add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *metadata_of(const struct making *making, const char *data_checksum)
{
    json_t *object = json_object();
    bool is_done = object != NULL;
    for (int64_t i = 0; is_done && i < making->metadata->count; i++) {
        const struct setting *item = &making->metadata->items[i];
        is_done = add(object, item->key, json_string(item->value));
    }
    is_done = is_done && add(object, SAFETENSORS_DATA_CHECKSUM, json_string(data_checksum)) &&
              add(object, SAFETENSORS_HEADER_CHECKSUM, json_string(no_digits));
    if (!is_done) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *entry_of(const struct safetensors_source *tensor, int64_t begin)
{
    json_t *shape = tensor->rank == 1 ? json_pack("[I]", (json_int_t)tensor->rows)
                                      : json_pack("[II]", (json_int_t)tensor->rows, (json_int_t)tensor->columns);
    return json_pack("{s:s, s:o, s:[II]}", "dtype", tensor->is_f32 ? "F32" : "F64", "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + bytes_of(tensor)));
}

/* The header as text, to be released with memory_free; NULL if there is no memory. */
static char *header_of(const struct making *making, const char *data_checksum)
{
    json_t *header = json_object();
    bool is_done = header != NULL && add(header, "__metadata__", metadata_of(making, data_checksum));
    int64_t begin = 0;
    for (int64_t i = 0; is_done && i < making->count; i++) {
        is_done = add(header, making->tensors[i].name, entry_of(&making->tensors[i], begin));
        begin += bytes_of(&making->tensors[i]);
    }
    char *text = is_done ? json_text_write(header) : NULL;
    json_decref(header);
    return text;
}

/* How long the header will be: its text is as long with any digits in its checksums. */
static int32_t measure_header(struct making *making)
{
    char *text = header_of(making, no_digits);
    if (text == NULL) {
        return status_out_of_memory("the header of a file");
    }
    const int64_t length = (int64_t)strlen(text);
    memory_free(text);
    making->header_size = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return making->header_size <= SAFETENSORS_LARGEST_HEADER
               ? DNN_OK
               : status_error(DNN_ERROR_UNSUPPORTED,
                              "the file's header would have %lld bytes, and the format allows %d: too many layers, or "
                              "too many standardized inputs",
                              (long long)length, (int)SAFETENSORS_LARGEST_HEADER);
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
