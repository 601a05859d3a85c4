/*
 * main.c - sequences of random calls, one after the other, each from a seed of its own.
 *
 * usage: soak SEED SECONDS           sequences SEED, SEED + 1 …, until the time is over
 *        soak SEED --calls N         the first N calls of the sequence SEED: what a finding says to run
 *
 * A sequence begins with nothing and ends with everything destroyed. So memory can be told at its end: the bytes that are
 * allocated must then be the same from sequence to sequence, and what is resident must not grow. A call that does not come back
 * within a minute is a finding, and so is whatever a sanitizer finds; the seed and the call are printed for each.
 */
#include "soak.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <psapi.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

enum { CALLS_OF_A_SEQUENCE = 1500, SECONDS_OF_A_CALL = 60, WARM_UP = 5, WARM_UP_OF_PAGES = 200 };

/* What may grow after the warm-up: what the C library keeps of a thread's first use (some 400 bytes), whenever that comes; and
 * pages that hold nothing, which the allocator keeps, here and there. glibc gives those back when it is asked to: without that they
 * were 19 MiB after a few minutes and 30 after an hour. */
enum { BYTES_OF_GROWTH = 2048, MEBIBYTE = 1 << 20 };
#if defined(__GLIBC__)
enum { MEBIBYTES_OF_GROWTH = 2 };
#else
enum { MEBIBYTES_OF_GROWTH = 32 };
#endif

static struct world world;

/* ---- files ---- */

/* In memory, where the system has that: a disk would be waited for more than all else. */
static char in_memory[] = "/dev/shm/dnn-soak-XXXXXX", on_disk[] = "/tmp/dnn-soak-XXXXXX";
static const char *folder;

static bool make_folder(void)
{
    folder = mkdtemp(in_memory);
    folder = folder == NULL ? mkdtemp(on_disk) : folder;
    return folder != NULL && chdir(folder) == 0;
}

/* Whether nothing else was left behind. */
bool remove_files(void)
{
    static const char *const names[] = {"model0", "model1", "model2", "onnx",      "network.c",
                                        "table",  "of_fit", "within", "checkpoint"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(names[i]);
    return chdir("/") == 0 && rmdir(folder) == 0;
}

/* ---- what dies says where ---- */

static void say_where(void)
{
    char text[160];
    const int length = snprintf(text, sizeof text, "\nFINDING: in %s\nto see it again: soak %llu --calls %lld\n",
                                world.doing, (unsigned long long)world.seed, (long long)world.call);
    if (write(STDOUT_FILENO, text, (size_t)length) < 0)
        _Exit(3);
    (void)remove_files();
}

static void died(int number)
{
    say_where();
    signal(number, SIG_DFL);
    raise(number);
}

/* The sanitizer keeps more and more of what it has seen, places of calls and threads, while what is allocated stays the same to the
 * byte: 93 MiB after 200 sequences, 128 after 1,837. So pages are judged without it. */
#if defined(__SANITIZE_ADDRESS__)
#define TELLS_RESIDENT false
#else
#define TELLS_RESIDENT true
#endif

#if defined(__SANITIZE_ADDRESS__)
void __sanitizer_set_death_callback(void (*callback)(void));
size_t __sanitizer_get_current_allocated_bytes(void);
const char *__asan_default_options(void);

/* What is freed is kept for a while, to be recognised: not so much that it hides what grows. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=512:quarantine_size_mb=16";
}

static int64_t allocated_bytes(void)
{
    return (int64_t)__sanitizer_get_current_allocated_bytes();
}

static void catch_deaths(void)
{
    __sanitizer_set_death_callback(say_where);
    signal(SIGALRM, died);
}
#else
/* Not known: what glibc tells includes blocks that are free, and kept for the next request. */
static int64_t allocated_bytes(void)
{
    return 0;
}

static void catch_deaths(void)
{
    static const int signals[] = {SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], died);
}
#endif

/* ---- memory ---- */

static void give_back_pages(void)
{
#if defined(__GLIBC__)
    (void)malloc_trim(0);
#endif
}

#if defined(_WIN32)
static int64_t resident_bytes(void)
{
    PROCESS_MEMORY_COUNTERS told = {0};
    if (!K32GetProcessMemoryInfo(GetCurrentProcess(), &told, sizeof told))
        fail(&world, "the system does not tell what memory this process has");
    return (int64_t)told.WorkingSetSize;
}
#else
static int64_t resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1)
        fail(&world, "/proc/self/statm cannot be read");
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}
#endif

struct memory {
    int64_t sequences;
    int64_t allocated, resident; /* at the end of the warm-up, resident the most of it */
    int64_t most_allocated, most_resident;
};

/* After each sequence, when nothing is alive. */
static void check_memory(struct memory *memory)
{
    give_back_pages();
    const int64_t allocated = allocated_bytes(), resident = resident_bytes();
    memory->sequences++;
    if (library_bytes() != 0)
        fail(&world, "%lld bytes of the library's are left when all is destroyed", (long long)library_bytes());
    if (memory->sequences <= WARM_UP)
        memory->allocated = allocated;
    memory->most_allocated = allocated > memory->most_allocated ? allocated : memory->most_allocated;
    memory->most_resident = resident > memory->most_resident ? resident : memory->most_resident;
    if (memory->sequences <= WARM_UP_OF_PAGES)
        memory->resident = memory->most_resident;
    if (allocated > memory->allocated + BYTES_OF_GROWTH)
        fail(&world, "%lld bytes are allocated when all is destroyed, %lld were", (long long)allocated,
             (long long)memory->allocated);
    if (TELLS_RESIDENT && resident > memory->resident + (int64_t)MEBIBYTES_OF_GROWTH * MEBIBYTE)
        fail(&world, "%.1f MiB are resident, %.1f were", (double)resident / MEBIBYTE,
             (double)memory->resident / MEBIBYTE);
}

/* ---- sequences ---- */

static const struct act *const kinds[] = {config_acts, model_acts, file_acts, training_acts, data_acts};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct act *draw_act(void)
{
    int64_t sum = 0;
    for (int i = 0; i < KINDS; i++)
        for (const struct act *act = kinds[i]; act->name != NULL; act++)
            sum += act->weight;
    int64_t left = below(&world, sum);
    for (int i = 0; i < KINDS; i++)
        for (const struct act *act = kinds[i]; act->name != NULL; act++) {
            if (left < act->weight)
                return act;
            left -= act->weight;
        }
    return NULL; /* not reached */
}

static void run_sequence(uint64_t seed, int64_t calls)
{
    memset(&world, 0, sizeof world);
    world.seed = world.state = seed;
    while (world.call < calls) {
        world.call++;
        const struct act *act = draw_act();
        world.doing = act->name;
        alarm(SECONDS_OF_A_CALL);
        refuse_memory(&world);
        act->run(&world);
        grant_memory();
    }
    alarm(0);
    world.doing = "the end";
    world_end(&world);
}

int main(int count, char **arguments)
{
    const bool is_replay = count == 4 && strcmp(arguments[2], "--calls") == 0;
    if (count != 3 && !is_replay) {
        fprintf(stderr, "usage: soak SEED SECONDS, or soak SEED --calls N\n");
        return 2;
    }
    const uint64_t first = strtoull(arguments[1], NULL, 10);
    const int64_t number = strtoll(arguments[is_replay ? 3 : 2], NULL, 10);
    if (!make_folder())
        return 2;
    begin_memory();
    catch_deaths();
    struct memory memory = {0};
    const time_t begin = time(NULL);
    if (is_replay)
        run_sequence(first, number);
    for (uint64_t seed = first; !is_replay && (seed == first || time(NULL) - begin < number); seed++) {
        run_sequence(seed, CALLS_OF_A_SEQUENCE);
        check_memory(&memory);
    }
    if (!remove_files())
        fail(&world, "something was left behind in %s", folder);
    printf("%lld random calls in %lld sequences from seed %llu, %lld requests for memory refused, ",
           (long long)(is_replay ? world.call : memory.sequences * CALLS_OF_A_SEQUENCE), (long long)memory.sequences,
           (unsigned long long)first, (long long)memory_refusals());
    printf("at most %lld bytes allocated at the end of one (%lld after warm-up), %.1f MiB resident (%.1f)\n",
           (long long)memory.most_allocated, (long long)memory.allocated, (double)memory.most_resident / MEBIBYTE,
           (double)memory.resident / MEBIBYTE);
    return 0;
}
