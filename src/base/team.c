/*
 * base/team.c - see team.h.
 *
 * Everything is one barrier: it counts who has come, and the last to come turns its phase over. A piece of work lies between two
 * of them: one at which the team waits for work, one at which the caller waits for the team.
 *
 * Waiting is spinning at first, because the next phase of a step is a microsecond away; then looking again each time that the
 * processor was offered to others; then sleeping. Measured on 2 cores of a Zen 5 in a virtual machine: a barrier that all
 * reach at once takes 0.06 µs, a thread that sleeps on an idle core is awake after 120 µs. Four threads that share 80 µs
 * of work on these 2 cores took 627 µs with 100 µs of spinning and no offers, and 67 µs with 4 µs of spinning (one thread: 79).
 *
 * Threads that offer their processor to each other can share one for a tenth of a second while another is idle: in a virtual
 * machine the system often wakes a thread where it was woken from, and sees no reason to move one that ran just now. A step
 * that takes 15 µs took 48 so. So each notes where it runs, and one that meets another there goes elsewhere; its affinity
 * is then what it was.
 */
#define _GNU_SOURCE /* sched_getaffinity, sched_getcpu, pthread_attr_setsigmask_np */
#include "base/team.h"

#include "base/memory.h"
#include "base/seconds.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

enum { SPINS = 150, REST = 16, STACK_BYTES = 1 << 18, LARGEST_TEAM = 256 };

/* How long the processor is offered to others before a thread sleeps: about what waking it takes. */
static const double most_seconds_awake = 1e-4;

/* What a started thread is told. */
struct start {
    struct team *team;
    int32_t index;
};

struct team {
    int32_t count; /* threads, the caller included */
    pid_t process; /* that the threads belong to */

    _Alignas(64) atomic_int arrived; /* at the barrier */
    _Alignas(64) atomic_uint phase;  /* how often the barrier was passed */
    _Alignas(64) atomic_int sleepers;
    pthread_mutex_t lock; /* with `passed`, for those that sleep */
    pthread_cond_t passed;

    team_work work; /* NULL: the end */
    void *argument;
    pthread_t threads[LARGEST_TEAM];
    struct start starts[LARGEST_TEAM]; /* of each thread */
    atomic_int places[LARGEST_TEAM];   /* the processor that each thread was last seen on */
};

int32_t team_processors(void)
{
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return CPU_COUNT(&set) < 1 ? 1 : CPU_COUNT(&set);
    }
#endif
#if defined(_WIN32)
    DWORD_PTR own = 0, all = 0; /* of at most 64, a group; both 0 where the process has threads in several */
    const long count = !GetProcessAffinityMask(GetCurrentProcess(), &own, &all) ? 1
                       : own == 0 ? (long)GetActiveProcessorCount(ALL_PROCESSOR_GROUPS)
                                  : (long)__builtin_popcountll((unsigned long long)own);
#else
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return count < 1 ? 1 : count > LARGEST_TEAM ? LARGEST_TEAM : (int32_t)count;
}

/* Tells the processor that this is a loop that waits. */
static inline void pause_a_moment(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline bool is_past(struct team *team, unsigned before)
{
    return atomic_load_explicit(&team->phase, memory_order_acquire) != before;
}

/* Waits until the barrier's phase is no longer `before`. */
static void wait_for_phase(struct team *team, unsigned before)
{
    for (int i = 0; i < SPINS; i++) {
        if (is_past(team, before)) {
            return;
        }
        pause_a_moment();
    }
    for (const double began = seconds_now(); seconds_now() - began < most_seconds_awake;) {
        sched_yield();
        if (is_past(team, before)) {
            return;
        }
    }
    /* Whoever turns the phase over looks at `sleepers` after it, and we at the phase after `sleepers`: one sees the other. */
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->sleepers, 1);
    while (atomic_load(&team->phase) == before) {
        pthread_cond_wait(&team->passed, &team->lock);
    }
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->lock);
}

void team_barrier(struct team *team)
{
    if (team->count == 1) {
        return;
    }
    const unsigned before = atomic_load_explicit(&team->phase, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 < team->count) {
        wait_for_phase(team, before);
        return;
    }
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    atomic_store(&team->phase, before + 1);
    if (atomic_load(&team->sleepers) > 0) {
        pthread_mutex_lock(&team->lock);
        pthread_cond_broadcast(&team->passed);
        pthread_mutex_unlock(&team->lock);
    }
}

#if defined(__linux__)
/* Moves this thread to a processor where none of the others is, if it may use one. From there the system may move it again. */
static void step_aside(const struct team *team, int32_t index)
{
    cpu_set_t allowed, empty;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return;
    }
    empty = allowed;
    for (int32_t t = 0; t < team->count; t++) {
        const int place = atomic_load_explicit(&team->places[t], memory_order_relaxed);
        if (t != index && place >= 0 && place < CPU_SETSIZE) {
            CPU_CLR((size_t)place, &empty);
        }
    }
    if (CPU_COUNT(&empty) > 0 && sched_setaffinity(0, sizeof empty, &empty) == 0) {
        sched_setaffinity(0, sizeof allowed, &allowed);
    }
}

/* Notes where this thread runs; steps aside if one with a lower number is there. *rest: pieces of work before it looks again,
 * since it costs two calls of the system. */
static void take_place(struct team *team, int32_t index, int32_t *rest)
{
    const int place = sched_getcpu();
    if (atomic_load_explicit(&team->places[index], memory_order_relaxed) != place) {
        atomic_store_explicit(&team->places[index], place, memory_order_relaxed);
    }
    for (int32_t t = 0; t < index && *rest == 0; t++) {
        if (atomic_load_explicit(&team->places[t], memory_order_relaxed) == place) {
            step_aside(team, index);
            *rest = REST;
        }
    }
    *rest -= *rest > 0;
}
#else
static void take_place(struct team *team, int32_t index, int32_t *rest)
{
    (void)team;
    (void)index;
    (void)rest;
}
#endif

static void *serve(void *argument)
{
    const struct start *start = argument;
    struct team *team = start->team;
    int32_t rest = 0;
    pthread_mutex_lock(&team->lock); /* until it is settled how many we are */
    pthread_mutex_unlock(&team->lock);
    for (;;) {
        team_barrier(team); /* for work */
        if (team->work == NULL) {
            return NULL;
        }
        take_place(team, start->index, &rest);
        team->work(team->argument, start->index, team->count);
        team_barrier(team); /* done */
    }
}

/* A thread of the team: no signal of the host's is handled on it, its stack is small, and it asks for no memory: an
 * allocator of the host's is called on the host's threads alone. */
static int start_thread(struct team *team, int32_t index)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return -1;
    }
    team->starts[index] = (struct start){team, index};
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 32)
    sigset_t all;
    sigfillset(&all);
    pthread_attr_setsigmask_np(&attributes, &all);
#endif
    const int result = pthread_create(&team->threads[index], &attributes, serve, &team->starts[index]);
    pthread_attr_destroy(&attributes);
    return result;
}

/* If one cannot be started, the team is those before it. */
static void start_threads(struct team *team)
{
    const int32_t wanted = team->count;
    for (int32_t i = 1; i < wanted; i++) {
        if (start_thread(team, i) != 0) {
            team->count = i;
            return;
        }
    }
}

/* Starts `count` threads, the caller included, in this process. False, and nothing is left behind, without a lock. */
static bool begin(struct team *team, int32_t count)
{
    if (pthread_mutex_init(&team->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&team->passed, NULL) != 0) {
        pthread_mutex_destroy(&team->lock);
        return false;
    }
    atomic_store(&team->arrived, 0);
    atomic_store(&team->sleepers, 0);
    for (int32_t t = 0; t < count; t++) {
        atomic_store(&team->places[t], -1);
    }
    team->count = count;
    team->process = getpid();
    pthread_mutex_lock(&team->lock);
    start_threads(team);
    pthread_mutex_unlock(&team->lock);
    return true;
}

bool team_create(int32_t count, struct team **out)
{
    struct team *team = memory_new_aligned(1, sizeof *team);
    if (team == NULL || !begin(team, count < 1 ? 1 : count > LARGEST_TEAM ? LARGEST_TEAM : count)) {
        memory_free_aligned(team);
        return false;
    }
    *out = team;
    return true;
}

int32_t team_count(struct team *team)
{
    /* A fork took the threads away, and left lock and condition as they happened to be: they are made anew. */
    return team->process == getpid() || begin(team, team->count) ? team->count : 1;
}

int64_t team_share(int64_t n, int64_t block, int32_t index, int32_t count, int64_t *first)
{
    const int64_t blocks = (n + block - 1) / block;
    const int64_t from = (blocks * index + count - 1) / count * block;
    const int64_t to = (blocks * (index + 1) + count - 1) / count * block;
    *first = from < n ? from : n;
    return (to < n ? to : n) - *first;
}

void team_run(struct team *team, team_work work, void *argument)
{
    if (team_count(team) == 1) {
        work(argument, 0, 1);
        return;
    }
    team->work = work;
    team->argument = argument;
    take_place(team, 0, &(int32_t){0});
    team_barrier(team);
    work(argument, 0, team->count);
    team_barrier(team);
}

void team_destroy(struct team *team)
{
    if (team == NULL) {
        return;
    }
    if (team->process == getpid()) {
        team->work = NULL;
        team_barrier(team);
        for (int32_t i = 1; i < team->count; i++) {
            pthread_join(team->threads[i], NULL);
        }
        pthread_cond_destroy(&team->passed);
        pthread_mutex_destroy(&team->lock);
    } /* else a fork took the threads away: there is nobody to end, and nothing to be said of lock and condition */
    memory_free_aligned(team);
}
