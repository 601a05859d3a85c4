/*
 * api/check.c - see check.h.
 */
#include "api/check.h"

#include "base/memory.h"

int32_t check_range(const char *name, int64_t value, int64_t minimum, int64_t maximum)
{
    if (value >= minimum && value <= maximum) {
        return DNN_OK;
    }
    return status_error(DNN_ERROR_INVALID_ARGUMENT, "%s is %lld, expected %lld to %lld", name, (long long)value,
                        (long long)minimum, (long long)maximum);
}

int32_t check_rows(int64_t n, int64_t minimum, int64_t columns)
{
    int64_t count;
    int64_t bytes;
    const int32_t status = check_range("n", n, minimum, CHECK_LARGEST_COUNT);
    if (status != DNN_OK) {
        return status;
    }
    if (!memory_multiply(n, columns, &count) || !memory_multiply(count, sizeof(double), &bytes)) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "%lld rows of %lld numbers are no array: memory cannot hold them", (long long)n,
                            (long long)columns);
    }
    return DNN_OK;
}

int32_t check_text_buffer(const char *buffer, int64_t capacity, int64_t needed)
{
    if (buffer == NULL && capacity == 0) {
        return DNN_OK;
    }
    if (buffer == NULL) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "buffer is NULL, and capacity is %lld", (long long)capacity);
    }
    if (capacity <= needed) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "buffer has a capacity of %lld bytes, %lld are needed",
                            (long long)capacity, (long long)needed + 1);
    }
    return DNN_OK;
}
