/*
 * msan_stat.c - tells the memory sanitizer what the system's stat writes.
 *
 * Clang's sanitizer knows stat by the names that it had before glibc 2.33, and takes what the new one writes for uninitialised. The
 * linker leads each call here (--wrap): see sanitizers.sh. Nothing is hidden by this but the 144 bytes that the kernel has written.
 */
#include <sanitizer/msan_interface.h>
#include <sys/stat.h>

#define WRAP(name, parameters, arguments)                                                                              \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters                                                                                       \
    {                                                                                                                  \
        const int result = __real_##name arguments;                                                                    \
        if (result == 0)                                                                                               \
            __msan_unpoison(status, sizeof *status);                                                                   \
        return result;                                                                                                 \
    }

WRAP(stat64, (const char *path, struct stat *status), (path, status))
WRAP(lstat64, (const char *path, struct stat *status), (path, status))
WRAP(fstat64, (int descriptor, struct stat *status), (descriptor, status))
WRAP(stat, (const char *path, struct stat *status), (path, status))
WRAP(lstat, (const char *path, struct stat *status), (path, status))
WRAP(fstat, (int descriptor, struct stat *status), (descriptor, status))
