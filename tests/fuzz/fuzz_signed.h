/*
 * fuzz_signed.h - bytes as a model file whose checksums are right: no fuzzer finds a SHA-256, and behind it is the reader.
 *
 * What the fuzzer makes is signed before it is read, where the header has both checksums; so the reader needs no way around
 * them, which somebody might use.
 */
#ifndef DNN_TESTS_FUZZ_SIGNED_H
#define DNN_TESTS_FUZZ_SIGNED_H

#include "base/digest.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The digits of a checksum in the header's bytes; NULL if it has none. key: with quotes and what follows */
static uint8_t *fuzz_digits(uint8_t *bytes, size_t header, const char *key)
{
    const size_t length = strlen(key);
    for (size_t i = 8; i + length + DIGEST_DIGITS <= header; i++) {
        if (memcmp(bytes + i, key, length) == 0) {
            return bytes + i + length;
        }
    }
    return NULL;
}

/* A copy of exactly that size, signed; released with free. */
static uint8_t *fuzz_sign(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    uint64_t header = 8;
    char digest[DIGEST_DIGITS + 1];
    if (copy == NULL || size < 8) {
        return copy;
    }
    memcpy(copy, bytes, size);
    for (int i = 0; i < 8; i++) {
        header += (uint64_t)bytes[i] << 8 * i;
    }
    if (header < 8 || header > size) {
        return copy;
    }
    uint8_t *of_data = fuzz_digits(copy, header, "\"dnn.sha256\":\"");
    uint8_t *of_header = fuzz_digits(copy, header, "\"dnn.header_sha256\":\"");
    if (of_data != NULL && of_header != NULL) {
        digest_sha256(copy + header, (int64_t)(size - header), digest);
        memcpy(of_data, digest, DIGEST_DIGITS);
        memset(of_header, '0', DIGEST_DIGITS);
        digest_sha256(copy, (int64_t)header, digest);
        memcpy(of_header, digest, DIGEST_DIGITS);
    }
    return copy;
}

#endif
