/*
 * data/idx.c - see idx.h. Every number of the header is a stranger's claim: it is held against what the file could hold
 * before it is used.
 */
#include "data/idx.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/gunzip.h"

#include <stddef.h>

enum { IDX_UNSIGNED_BYTE = 0x08 };

static int32_t read_size(struct gunzip *source, int64_t *out)
{
    uint8_t bytes[4];
    const int32_t status = gunzip_read(source, bytes, 4);
    if (status == DNN_OK) {
        *out =
            (int64_t)(((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) | bytes[3]);
    }
    return status;
}

static int32_t check_magic(const uint8_t *magic, const char *path)
{
    if (magic[0] != 0 || magic[1] != 0) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" is not an IDX file: it starts with bytes %d %d, expected 0 0",
                            path, magic[0], magic[1]);
    }
    if (magic[2] != IDX_UNSIGNED_BYTE) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\" holds IDX type 0x%02x, expected 0x08 (unsigned bytes)", path,
                            (unsigned)magic[2]);
    }
    if (magic[3] == 0) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has no dimensions, expected at least 1", path);
    }
    return DNN_OK;
}

static int32_t read_header(struct gunzip *source, const char *path, struct idx *idx)
{
    uint8_t magic[4] = {0};
    int32_t status = gunzip_read(source, magic, 4);
    if (status == DNN_OK) {
        status = check_magic(magic, path);
    }
    idx->dimensions = magic[3];
    idx->n_each = 1;
    for (int i = 0; status == DNN_OK && i < magic[3]; i++) {
        int64_t size = 0;
        status = read_size(source, &size);
        if (status == DNN_OK && size == 0) {
            status = status_error(DNN_ERROR_FORMAT, "\"%s\" is empty: its dimension %d is 0", path, i + 1);
        } else if (status == DNN_OK && i == 0) {
            idx->n = size;
        } else if (status == DNN_OK && !memory_multiply(idx->n_each, size, &idx->n_each)) {
            status = status_error(DNN_ERROR_FORMAT, "\"%s\": its dimensions are impossibly large", path);
        }
    }
    return status;
}

static int32_t read_numbers(struct gunzip *source, const char *path, struct idx *idx)
{
    int64_t count;
    const int64_t bound = gunzip_bound(source);
    if (!memory_multiply(idx->n, idx->n_each, &count) || count > bound) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" tells of %lld × %lld bytes, but can hold at most %lld", path,
                            (long long)idx->n, (long long)idx->n_each, (long long)bound);
    }
    idx->bytes = memory_new(count, 1);
    if (idx->bytes == NULL) {
        return status_out_of_memory("the numbers of an IDX file");
    }
    const int32_t status = gunzip_read(source, idx->bytes, count);
    return status == DNN_OK ? gunzip_end(source) : status;
}

int32_t idx_read(const char *path, struct idx *out)
{
    uint8_t *file = NULL;
    int64_t size = 0;
    struct gunzip *source = NULL;
    struct idx idx = {0};
    int32_t status = file_read(path, &file, &size);
    if (status == DNN_OK) {
        status = gunzip_open(file, size, path, &source);
    }
    if (status == DNN_OK) {
        status = read_header(source, path, &idx);
    }
    if (status == DNN_OK) {
        status = read_numbers(source, path, &idx);
    }
    gunzip_close(source);
    memory_free(file);
    if (status != DNN_OK) {
        memory_free(idx.bytes);
        return status;
    }
    *out = idx;
    return DNN_OK;
}
