/*
 * base/digest.c - see digest.h. libmd is what Debian's own package manager trusts; OpenSSL was left out because its
 * versions clash within one process, and a host often brings one.
 */
#include "base/digest.h"

#include <sys/types.h>

#include <sha2.h>

void digest_sha256(const uint8_t *bytes, int64_t size, char *text)
{
    SHA2_CTX context;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Init(&context);
    SHA256Update(&context, bytes, (size_t)size);
    SHA256Final(digest, &context);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    text[DIGEST_DIGITS] = '\0';
}
