/*
 * system_memory.h - malloc and its like, of the whole process, counted and refused.
 *
 * Where counted_memory.h is what the library asks the host for, this is everything: what the C library, its threads, the BLAS
 * and zlib ask for during a call as well. To be included by one file of a test program, which then is the one that the
 * linker takes malloc from. glibc alone, and no sanitizer, whose own malloc this would replace.
 */
#ifndef DNN_TESTS_SYSTEM_MEMORY_H
#define DNN_TESTS_SYSTEM_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* As in counted_memory.h. One thread's requests are refused: the one that makes the calls. */
static struct {
    int64_t requests, refused, refusals, blocks;
    int goes_on;
} counted;
static _Thread_local int is_caller;

enum { KEPT_FOR_THREADS = 4 };

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SYSTEM_MEMORY 0
#endif
#endif
#if !defined(SYSTEM_MEMORY)
#define SYSTEM_MEMORY 1
#endif
#else
#define SYSTEM_MEMORY 0
#endif

#if SYSTEM_MEMORY
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static int is_refused(void)
{
    counted.requests += is_caller;
    const int refuses = is_caller && counted.refused > 0 &&
                        (counted.goes_on ? counted.requests >= counted.refused : counted.requests == counted.refused);
    counted.refusals += refuses;
    return refuses;
}

static void *note(void *block)
{
    counted.blocks += is_caller && block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : note(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : note(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (is_refused())
        return NULL;
    return block == NULL ? note(__libc_malloc(size)) : __libc_realloc(block, size);
}

void free(void *block)
{
    counted.blocks -= is_caller && block != NULL;
    __libc_free(block);
}
#endif

#endif /* DNN_TESTS_SYSTEM_MEMORY_H */
