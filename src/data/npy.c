/*
 * data/npy.c - see npy.h: what stands before the header and around it. The header's text is read by npy_header.c.
 */
#include "data/npy.h"

#include "base/memory.h"
#include "base/status.h"
#include "data/npy_header.h"

#include <stddef.h>
#include <string.h>

enum { MAGIC = 6, PREFIX = MAGIC + 2 };

/* NumPy needs more for structured arrays alone, which are refused. */
enum { LARGEST_HEADER = 1 << 16 };

static int32_t check_magic(const uint8_t *prefix, const char *path)
{
    if (memcmp(prefix, "PK\x03\x04", 4) == 0 || memcmp(prefix, "PK\x05\x06", 4) == 0) {
        return status_error(DNN_ERROR_UNSUPPORTED,
                            "\"%s\" is a .npz archive, expected an .npy file: save each array of it with numpy.save",
                            path);
    }
    if (memcmp(prefix, "\x93NUMPY", MAGIC) != 0) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\" is not an NPY file: it starts with bytes %d %d %d, expected 147 78 85", path,
                            prefix[0], prefix[1], prefix[2]);
    }
    if (prefix[MAGIC] < 1 || prefix[MAGIC] > 3 || prefix[MAGIC + 1] != 0) {
        return status_error(DNN_ERROR_UNSUPPORTED, "\"%s\" is of NPY version %d.%d, expected 1.0, 2.0 or 3.0", path,
                            prefix[MAGIC], prefix[MAGIC + 1]);
    }
    return DNN_OK;
}

/* *length: of the header's text. *header_bytes: of all that is before it. */
static int32_t read_prefix(struct number_stream *stream, int64_t *length)
{
    uint8_t prefix[PREFIX];
    uint8_t size[4] = {0};
    int32_t status = gunzip_read(stream->source, prefix, PREFIX);
    if (status == DNN_OK) {
        status = check_magic(prefix, stream->path);
    }
    if (status != DNN_OK) {
        return status;
    }
    const int64_t size_bytes = prefix[MAGIC] == 1 ? 2 : 4;
    status = gunzip_read(stream->source, size, size_bytes);
    *length = (int64_t)((uint32_t)size[3] << 24 | (uint32_t)size[2] << 16 | (uint32_t)size[1] << 8 | size[0]);
    stream->header_bytes = PREFIX + size_bytes;
    return status;
}

/* The header's text, which the caller frees. */
static int32_t read_text(struct number_stream *stream, int64_t length, char **text)
{
    const int64_t bound = gunzip_bound(stream->source);
    if (length > bound || length > LARGEST_HEADER) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" tells of a header of %lld bytes, expected at most %lld",
                            stream->path, (long long)length,
                            (long long)(bound < LARGEST_HEADER ? bound : LARGEST_HEADER));
    }
    *text = memory_new(length, 1);
    if (*text == NULL) {
        return status_out_of_memory("the header of a file");
    }
    stream->header_bytes += length;
    return gunzip_read(stream->source, *text, length);
}

int32_t npy_read_header(struct gunzip *source, const char *path, struct number_stream *out)
{
    struct number_stream stream = {.source = source, .path = path};
    int64_t length = 0;
    char *text = NULL;
    int32_t status = read_prefix(&stream, &length);
    if (status == DNN_OK) {
        status = read_text(&stream, length, &text);
    }
    if (status == DNN_OK) {
        status = npy_header_parse(text, length, &stream);
    }
    if (status == DNN_OK) {
        status = number_stream_check(&stream);
    }
    memory_free(text);
    if (status != DNN_OK) {
        gunzip_close(source);
        return status;
    }
    *out = stream;
    return DNN_OK;
}

int32_t npy_open(const char *path, struct number_stream *out)
{
    struct gunzip *source = NULL;
    const int32_t status = gunzip_open_file(path, &source);
    return status == DNN_OK ? npy_read_header(source, path, out) : status;
}
