/*
 * data/idx.c - see idx.h. Every number of the header is a stranger's claim: it is held against what the file could hold
 * before it is used.
 */
#include "data/idx.h"

#include "base/status.h"

#include <stddef.h>

enum { TYPE_COUNT = 6 };

static const struct {
    uint8_t code;
    enum element element;
} types[TYPE_COUNT] = {
    {0x08, ELEMENT_U1}, {0x09, ELEMENT_I1}, {0x0B, ELEMENT_I2},
    {0x0C, ELEMENT_I4}, {0x0D, ELEMENT_F4}, {0x0E, ELEMENT_F8},
};

static int32_t read_magic(struct number_stream *stream)
{
    uint8_t magic[4];
    const int32_t status = gunzip_read(stream->source, magic, 4);
    if (status != DNN_OK) {
        return status;
    }
    if (magic[0] != 0 || magic[1] != 0) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" is not an IDX file: it starts with bytes %d %d, expected 0 0",
                            stream->path, magic[0], magic[1]);
    }
    int i = 0;
    while (i < TYPE_COUNT && types[i].code != magic[2]) {
        i++;
    }
    if (i == TYPE_COUNT) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\" is not an IDX file: its type is 0x%02x, expected 0x08, 0x09, 0x0b, 0x0c, 0x0d or "
                            "0x0e",
                            stream->path, (unsigned)magic[2]);
    }
    stream->element = types[i].element;
    stream->dimensions = magic[3];
    return DNN_OK;
}

static int32_t read_sizes(struct number_stream *stream)
{
    int32_t status = DNN_OK;
    for (int i = 0; status == DNN_OK && i < stream->dimensions; i++) {
        uint8_t b[4] = {0};
        status = gunzip_read(stream->source, b, 4);
        stream->sizes[i] = (int64_t)((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]);
    }
    return status;
}

int32_t idx_read_header(struct gunzip *source, const char *path, struct number_stream *out)
{
    struct number_stream stream = {.source = source, .path = path, .is_big_endian = true};
    int32_t status = read_magic(&stream);
    if (status == DNN_OK) {
        status = read_sizes(&stream);
    }
    if (status == DNN_OK) {
        stream.header_bytes = 4 + 4 * (int64_t)stream.dimensions;
        status = number_stream_check(&stream);
    }
    if (status != DNN_OK) {
        gunzip_close(source);
        return status;
    }
    *out = stream;
    return DNN_OK;
}

int32_t idx_open(const char *path, struct number_stream *out)
{
    struct gunzip *source = NULL;
    const int32_t status = gunzip_open_file(path, &source);
    return status == DNN_OK ? idx_read_header(source, path, out) : status;
}
