/*
 * base/digest.h - SHA-256 (FIPS 180-4), by libmd.
 */
#ifndef DNN_BASE_DIGEST_H
#define DNN_BASE_DIGEST_H

#include <stdint.h>

enum { DIGEST_DIGITS = 64 };

/* The SHA-256 of the bytes, as lower-case hexadecimal. text: [DIGEST_DIGITS + 1] */
void digest_sha256(const uint8_t *bytes, int64_t size, char *text);

#endif
