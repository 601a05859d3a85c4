/*
 * fuzz_idx.c - any bytes as an IDX file, plain or gzip: read as inputs, and as labels or targets.
 */
#include "fuzz_numbers.h"

#include "data/idx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_numbers(bytes, size, idx_read_header, true);
    return 0;
}
