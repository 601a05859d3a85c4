/*
 * dlfcn.h - what tests/unload takes from POSIX to load a library, as Windows has it.
 */
#ifndef DNN_TESTS_WINDOWS_DLFCN_H
#define DNN_TESTS_WINDOWS_DLFCN_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

enum { RTLD_NOW = 0, RTLD_LOCAL = 0, RTLD_NOLOAD = 1 };

static inline void *dlopen(const char *path, int how)
{
    return how == RTLD_NOLOAD ? (void *)GetModuleHandleA("dnn.dll") : (void *)LoadLibraryA(path);
}

static inline void *dlsym(void *library, const char *name)
{
    return (void *)(UINT_PTR)GetProcAddress((HMODULE)library, name);
}

static inline int dlclose(void *library)
{
    return FreeLibrary((HMODULE)library) ? 0 : -1;
}

static inline const char *dlerror(void)
{
    return "dnn.dll cannot be loaded";
}

#endif
