/*
 * api/library.c - version, build, the words for statuses, and where memory comes from.
 */
#include "base/memory.h"
#include "base/status.h"

#include <stddef.h>

#ifndef DNN_BLAS_NAME
#define DNN_BLAS_NAME "an unnamed BLAS"
#endif

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "an unnamed compiler"
#endif

int32_t dnn_ok(void)
{
    return DNN_OK;
}

int32_t dnn_stopped(void)
{
    return DNN_STOPPED;
}

int32_t dnn_error_invalid_argument(void)
{
    return DNN_ERROR_INVALID_ARGUMENT;
}

int32_t dnn_error_out_of_memory(void)
{
    return DNN_ERROR_OUT_OF_MEMORY;
}

int32_t dnn_error_io(void)
{
    return DNN_ERROR_IO;
}

int32_t dnn_error_format(void)
{
    return DNN_ERROR_FORMAT;
}

int32_t dnn_error_unsupported(void)
{
    return DNN_ERROR_UNSUPPORTED;
}

int32_t dnn_error_not_finite(void)
{
    return DNN_ERROR_NOT_FINITE;
}

int32_t dnn_version(void)
{
    return 10000 * DNN_VERSION_MAJOR + 100 * DNN_VERSION_MINOR + DNN_VERSION_PATCH;
}

const char *dnn_version_string(void)
{
    return DNN_VERSION_STRING;
}

const char *dnn_build_info(void)
{
    return "libdnn " DNN_VERSION_STRING ", BLAS " DNN_BLAS_NAME ", " COMPILER;
}

const char *dnn_status_string(int32_t status)
{
    return status_name(status);
}

const char *dnn_last_error(void)
{
    return status_message();
}

int32_t dnn_set_allocator(void *(*malloc_fn)(void *user, int64_t size),
                          void *(*realloc_fn)(void *user, void *block, int64_t size),
                          void (*free_fn)(void *user, void *block), void *user)
{
    const struct memory_allocator allocator = {malloc_fn, realloc_fn, free_fn, user};
    const bool is_default = malloc_fn == NULL && realloc_fn == NULL && free_fn == NULL;
    if (!is_default && (malloc_fn == NULL || realloc_fn == NULL || free_fn == NULL)) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "%s is NULL, expected malloc_fn, realloc_fn and free_fn, or NULL for all three",
                            malloc_fn == NULL    ? "malloc_fn"
                            : realloc_fn == NULL ? "realloc_fn"
                                                 : "free_fn");
    }
    switch (memory_set_allocator(is_default ? NULL : &allocator)) {
    case MEMORY_SET:
        return DNN_OK;
    case MEMORY_USED:
        return status_error(
            DNN_ERROR_INVALID_ARGUMENT,
            "the library has asked for memory already, expected dnn_set_allocator before the first call "
            "that makes something");
    default:
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "an allocator has been set 15 times already, expected it to be set once");
    }
}
