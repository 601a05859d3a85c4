/*
 * machine.c - facts from /proc, /sys and the BLAS itself.
 *
 * OpenBLAS is asked through dlsym, so that the bench links with any BLAS; another one is known by its file alone.
 */
#define _GNU_SOURCE /* dladdr, sched_getaffinity, getloadavg */
#include "machine.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_text(char *field, const char *text)
{
    snprintf(field, MACHINE_TEXT, "%s", text);
    field[strcspn(field, "\n")] = '\0';
}

/* The value of the first line of a /proc file that begins with key. */
static void read_field(const char *path, const char *key, char *field)
{
    char line[MACHINE_TEXT];
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) == 0 && colon != NULL) {
            set_text(field, colon + 1 + strspn(colon + 1, " \t"));
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void read_line(const char *path, char *field)
{
    char line[MACHINE_TEXT];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return;
    }
    if (fgets(line, sizeof line, file) != NULL) {
        set_text(field, line);
    }
    fclose(file);
}

static void read_caches(struct machine *machine)
{
    for (int index = 0; index < 8; index++) {
        char path[128], level[MACHINE_TEXT] = "", size[MACHINE_TEXT] = "unknown";
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", index);
        read_line(path, level);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", index);
        read_line(path, size);
        if (strcmp(level, "2") == 0) {
            set_text(machine->l2_cache, size);
        } else if (strcmp(level, "3") == 0) {
            set_text(machine->l3_cache, size);
        }
    }
}

/* dlsym's object pointer as a pointer to a function; ISO C has no cast for it. */
static void find_function(const char *name, void *function_pointer)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    memcpy(function_pointer, &found, sizeof found);
}

static void ask_blas(struct machine *machine)
{
    Dl_info place;
    void *gemv = dlsym(RTLD_DEFAULT, "cblas_dgemv");
    if (gemv != NULL && dladdr(gemv, &place) != 0 && place.dli_fname != NULL) {
        char *real = realpath(place.dli_fname, NULL);
        set_text(machine->blas_file, real != NULL ? real : place.dli_fname);
        free(real);
    }
    char *(*config)(void), *(*kernel)(void);
    int (*threads)(void);
    find_function("openblas_get_config", &config);
    find_function("openblas_get_corename", &kernel);
    find_function("openblas_get_num_threads", &threads);
    if (config != NULL) {
        set_text(machine->blas_config, config());
    }
    if (kernel != NULL) {
        set_text(machine->blas_kernel, kernel());
    }
    machine->blas_threads = threads != NULL ? threads() : 0;
}

void machine_set_blas_threads(int32_t threads)
{
    void (*set)(int);
    find_function("openblas_set_num_threads", &set);
    if (set != NULL) {
        set(threads);
    }
}

bool machine_kernel_is_dated(const struct machine *machine)
{
#if defined(__x86_64__)
    static const char *const dated[] = {"Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Atom", "Opteron"};
    for (size_t i = 0; i < sizeof dated / sizeof dated[0]; i++) {
        if (strncmp(machine->blas_kernel, dated[i], strlen(dated[i])) == 0) {
            return __builtin_cpu_supports("avx2") != 0;
        }
    }
#else
    (void)machine;
#endif
    return false;
}

/* A variable that is set to nothing is told apart from one that is not set: OpenBLAS does so too. */
static void set_environment(char *field, const char *name)
{
    const char *value = getenv(name);
    set_text(field, value == NULL ? "" : value[0] == '\0' ? "(empty)" : value);
}

struct machine machine_read(void)
{
    struct machine machine = {.load = -1, .cores = 1};
    char *const unknown[] = {machine.processor, machine.l2_cache,    machine.l3_cache,
                             machine.blas_file, machine.blas_config, machine.blas_kernel};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        set_text(unknown[i], "unknown");
    }
    read_field("/proc/cpuinfo", "model name", machine.processor);
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) == 0) {
        machine.cores = CPU_COUNT(&usable);
    }
    read_caches(&machine);
    if (getloadavg(&machine.load, 1) != 1) {
        machine.load = -1;
    }
    ask_blas(&machine);
    set_environment(machine.forced_kernel, "OPENBLAS_CORETYPE");
    set_environment(machine.forced_l2, "OPENBLAS_L2_SIZE");
    return machine;
}
