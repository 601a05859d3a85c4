/*
 * format/safetensors_read.c - see safetensors.h.
 */
#include "base/digest.h"
#include "base/memory.h"
#include "base/status.h"
#include "format/json.h"
#include "format/safetensors.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, DEEPEST = 3 /* {name: {"shape": [ */ };

struct safetensors {
    const char *name;
    const uint8_t *bytes;
    int64_t header_size; /* with the 8 bytes of its length */
    int64_t data_size;
    struct json_value *header;
    const struct json_value *metadata; /* borrowed from header, or NULL */
    struct safetensors_entry *entries;
    int64_t count;
};

static int32_t wrong(const struct safetensors *file, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\" is no safetensors file: %s", file->name, what);
}

static int32_t wrong_tensor(const struct safetensors *file, const struct safetensors_entry *entry, const char *what)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": tensor \"%.100s\" %s", file->name, entry->name, what);
}

static int32_t parse_header(struct safetensors *file, int64_t size)
{
    if (size < LENGTH_BYTES) {
        return wrong(file, "it is shorter than the length of a header");
    }
    uint64_t length = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--) {
        length = length << 8 | file->bytes[i];
    }
    if (length > SAFETENSORS_LARGEST_HEADER || (int64_t)length > size - LENGTH_BYTES) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\" is no safetensors file: it tells of a header of %llu bytes, expected at most %lld",
                            file->name, (unsigned long long)length,
                            (long long)(size - LENGTH_BYTES < SAFETENSORS_LARGEST_HEADER ? size - LENGTH_BYTES
                                                                                         : SAFETENSORS_LARGEST_HEADER));
    }
    file->header_size = LENGTH_BYTES + (int64_t)length;
    file->data_size = size - file->header_size;
    const struct json_source source = {file->name, "header", (const char *)file->bytes + LENGTH_BYTES, (int64_t)length};
    return json_read(&source, DEEPEST, &file->header);
}

/* Of strings, or absent. */
static int32_t find_metadata(struct safetensors *file)
{
    file->metadata = json_find(file->header, "__metadata__");
    if (file->metadata != NULL && file->metadata->kind != JSON_OBJECT) {
        return wrong(file, "its __metadata__ is no JSON object");
    }
    for (const struct json_value *item = json_first(file->metadata); item != NULL; item = item->next) {
        if (item->kind != JSON_TEXT) {
            return status_error(DNN_ERROR_FORMAT, "\"%s\": __metadata__ has \"%.100s\", which is no string", file->name,
                                item->key);
        }
    }
    return DNN_OK;
}

/* Bytes of a number, 0 if the type is not known; *type: if it is one of ours. */
static int64_t size_of(const char *dtype, enum tensor_type *type, bool *is_number)
{
    static const struct {
        const char *name;
        int64_t size;
        bool is_number;
        enum tensor_type type;
    } types[] = {{"F16", 2, true, TENSOR_F16},  {"BF16", 2, true, TENSOR_BF16},    {"F32", 4, true, TENSOR_F32},
                 {"F64", 8, true, TENSOR_F64},  {"BOOL", 1, false, TENSOR_F64},    {"U8", 1, false, TENSOR_F64},
                 {"I8", 1, false, TENSOR_F64},  {"I16", 2, false, TENSOR_F64},     {"U16", 2, false, TENSOR_F64},
                 {"I32", 4, false, TENSOR_F64}, {"U32", 4, false, TENSOR_F64},     {"I64", 8, false, TENSOR_F64},
                 {"U64", 8, false, TENSOR_F64}, {"F8_E4M3", 1, false, TENSOR_F64}, {"F8_E5M2", 1, false, TENSOR_F64}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(dtype, types[i].name) == 0) {
            *is_number = types[i].is_number;
            *type = types[i].type;
            return types[i].size;
        }
    }
    return 0;
}

/* An integer ≥ 0; −1 if it is none. */
static int64_t size_from(const struct json_value *value)
{
    return value != NULL && value->kind == JSON_INTEGER && value->as.integer >= 0 ? value->as.integer : -1;
}

static bool is_list(const struct json_value *value)
{
    return value != NULL && value->kind == JSON_LIST;
}

static int32_t read_shape(const struct safetensors *file, struct safetensors_entry *entry,
                          const struct json_value *shape, int64_t *numbers)
{
    struct tensor *tensor = &entry->tensor;
    const struct json_value *first = json_first(shape);
    entry->rank = shape->as.count;
    *numbers = 1;
    for (const struct json_value *size = first; size != NULL; size = size->next) {
        if (!memory_multiply(*numbers, size_from(size), numbers)) {
            return wrong_tensor(file, entry, "has a shape that is no list of sizes");
        }
    }
    tensor->rows = entry->rank >= 1 ? size_from(first) : 1;
    tensor->columns = entry->rank >= 2 ? size_from(first->next) : 1;
    tensor->row_stride = tensor->columns;
    tensor->column_stride = 1;
    return DNN_OK;
}

static int32_t read_entry(const struct safetensors *file, const struct json_value *value,
                          struct safetensors_entry *entry)
{
    const struct json_value *shape = json_find(value, "shape"), *offsets = json_find(value, "data_offsets");
    entry->dtype = json_text_of(json_find(value, "dtype"));
    if (entry->dtype == NULL || !is_list(shape) || !is_list(offsets) || offsets->as.count != 2 ||
        value->as.count != 3) {
        return wrong_tensor(file, entry, "is not described by dtype, shape and two data_offsets");
    }
    const int64_t size = size_of(entry->dtype, &entry->tensor.type, &entry->is_number);
    if (size == 0) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\": tensor \"%.100s\" has dtype \"%.20s\", which is not known",
                            file->name, entry->name, entry->dtype);
    }
    int64_t numbers, bytes;
    const int32_t status = read_shape(file, entry, shape, &numbers);
    if (status != DNN_OK) {
        return status;
    }
    entry->begin = size_from(json_first(offsets));
    entry->end = size_from(json_first(offsets)->next);
    if (entry->begin < 0 || entry->end < entry->begin || entry->end > file->data_size) {
        return wrong_tensor(file, entry, "lies outside of the file's data");
    }
    if (!memory_multiply(numbers, size, &bytes) || bytes != entry->end - entry->begin) {
        return wrong_tensor(file, entry, "has another number of bytes than its shape and dtype say");
    }
    entry->tensor.bytes = file->bytes + file->header_size + entry->begin;
    return DNN_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct safetensors_entry *first = a, *second = b;
    if (first->begin != second->begin) {
        return first->begin < second->begin ? -1 : 1;
    }
    return first->end < second->end ? -1 : first->end > second->end;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct safetensors_entry *)a)->name, ((const struct safetensors_entry *)b)->name);
}

/* The tensors are the data: one after the other, nothing between, before or behind. */
static int32_t check_places(const struct safetensors *file)
{
    int64_t end = 0;
    qsort(file->entries, (size_t)file->count, sizeof *file->entries, by_place);
    for (int64_t i = 0; i < file->count; i++) {
        if (file->entries[i].begin != end) {
            return wrong_tensor(file, &file->entries[i],
                                file->entries[i].begin < end ? "overlaps another one" : "has a hole before it");
        }
        end = file->entries[i].end;
    }
    return end == file->data_size
               ? DNN_OK
               : status_error(DNN_ERROR_FORMAT, "\"%s\" has %lld bytes behind its tensors, expected none", file->name,
                              (long long)(file->data_size - end));
}

static int32_t read_entries(struct safetensors *file)
{
    const int64_t most = file->header->as.count;
    file->entries = memory_new(most < 1 ? 1 : most, sizeof *file->entries);
    if (file->entries == NULL) {
        return status_out_of_memory("the tensors of a file");
    }
    for (const struct json_value *value = json_first(file->header); value != NULL; value = value->next) {
        if (value == file->metadata) {
            continue;
        }
        struct safetensors_entry *entry = &file->entries[file->count++];
        entry->name = value->key;
        const int32_t status = read_entry(file, value, entry);
        if (status != DNN_OK) {
            return status;
        }
    }
    const int32_t status = check_places(file);
    qsort(file->entries, (size_t)file->count, sizeof *file->entries, by_name);
    return status;
}

int32_t safetensors_open(const uint8_t *bytes, int64_t size, const char *name, struct safetensors **out)
{
    struct safetensors *file = memory_new(1, sizeof *file);
    if (file == NULL) {
        return status_out_of_memory("a file's parts");
    }
    file->name = name;
    file->bytes = bytes;
    int32_t status = parse_header(file, size);
    if (status == DNN_OK) {
        status = find_metadata(file);
    }
    if (status == DNN_OK) {
        status = read_entries(file);
    }
    if (status != DNN_OK) {
        safetensors_close(file);
        return status;
    }
    *out = file;
    return DNN_OK;
}

void safetensors_close(struct safetensors *file)
{
    if (file != NULL) {
        memory_free(file->header);
        memory_free(file->entries);
        memory_free(file);
    }
}

const char *safetensors_text(const struct safetensors *file, const char *key)
{
    return json_text_of(json_find(file->metadata, key));
}

int64_t safetensors_count(const struct safetensors *file)
{
    return file->count;
}

const struct safetensors_entry *safetensors_at(const struct safetensors *file, int64_t index)
{
    return &file->entries[index];
}

const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name)
{
    const struct safetensors_entry key = {.name = name};
    return bsearch(&key, file->entries, (size_t)file->count, sizeof key, by_name);
}

/* The bytes before the data with zeros in place of the checksum's digits, as they were when it was made. */
static int32_t header_checksum(const struct safetensors *file, const char *digits, char *text)
{
    uint8_t *copy = memory_new(file->header_size, 1);
    if (copy == NULL) {
        return status_out_of_memory("the header of a file");
    }
    memcpy(copy, file->bytes, (size_t)file->header_size);
    for (int64_t i = LENGTH_BYTES; i + DIGEST_DIGITS <= file->header_size; i++) {
        if (memcmp(copy + i, digits, DIGEST_DIGITS) == 0) {
            memset(copy + i, '0', DIGEST_DIGITS);
            break;
        }
    }
    digest_sha256(copy, file->header_size, text);
    memory_free(copy);
    return DNN_OK;
}

int32_t safetensors_check(const struct safetensors *file)
{
    const char *of_data = safetensors_text(file, SAFETENSORS_DATA_CHECKSUM);
    const char *of_header = safetensors_text(file, SAFETENSORS_HEADER_CHECKSUM);
    char text[DIGEST_DIGITS + 1];
    if (of_data == NULL || of_header == NULL || strlen(of_header) != DIGEST_DIGITS) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has no checksums (%s and %s), or they are cut short", file->name,
                            SAFETENSORS_DATA_CHECKSUM, SAFETENSORS_HEADER_CHECKSUM);
    }
    const int32_t status = header_checksum(file, of_header, text);
    if (status != DNN_OK) {
        return status;
    }
    const bool is_header_right = strcmp(text, of_header) == 0;
    digest_sha256(file->bytes + file->header_size, file->data_size, text);
    return is_header_right && strcmp(text, of_data) == 0
               ? DNN_OK
               : status_error(DNN_ERROR_FORMAT,
                              "\"%s\" is damaged, or was changed since it was saved: the checksum of its %s is wrong",
                              file->name, is_header_right ? "numbers" : "header");
}
