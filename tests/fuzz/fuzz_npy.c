/*
 * fuzz_npy.c - any bytes as an NPY file, plain or gzip: read as inputs, and as labels or targets.
 */
#include "fuzz_numbers.h"

#include "data/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_numbers(bytes, size, npy_read_header, false);
    return 0;
}
