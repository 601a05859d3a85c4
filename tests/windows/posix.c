/*
 * posix.c - see posix.h.
 */
#include <direct.h>
#include <errno.h>
#include <io.h>
#include <locale.h>
#include <process.h>
#include <stdio.h>
#include <string.h>

#undef setlocale

enum { TRIES = 1000, DIGITS = 6 };

char *mkdtemp(char *pattern)
{
    char *const digits = pattern + strlen(pattern) - DIGITS; /* "XXXXXX" */
    static unsigned count;
    _mkdir("/tmp");
    for (int i = 0; i < TRIES; i++) {
        char text[DIGITS + 1];
        snprintf(text, sizeof text, "%06x", ((unsigned)_getpid() * 257 + count++) & 0xFFFFFFu);
        memcpy(digits, text, DIGITS);
        if (_mkdir(pattern) == 0) {
            return pattern;
        }
        if (errno != EEXIST) {
            return NULL;
        }
    }
    return NULL;
}

int fcntl(int descriptor, int what)
{
    (void)what;
    return _get_osfhandle(descriptor) == -1 ? -1 : 0;
}

unsigned alarm(unsigned seconds)
{
    return 0 * seconds;
}

char *named_setlocale(int category, const char *name)
{
    return setlocale(category, name != NULL && strcmp(name, "de_DE.UTF-8") == 0 ? "German" : name);
}

void *memmem(const void *bytes, size_t size, const void *wanted, size_t wanted_size)
{
    for (const char *at = bytes; size >= wanted_size; at++, size--) {
        if (memcmp(at, wanted, wanted_size) == 0) {
            return (char *)(size_t)at;
        }
    }
    return NULL;
}
