/*
 * stream.c - one bare streaming read: the sum of a matrix, by vectors, in several accumulators.
 *
 * A step cannot be faster than the reads of its largest matrix, so the reads must be as fast as they can be: four
 * independent sums of 64 bytes keep enough loads in flight that the additions never wait for each other, and
 * the function is compiled for AVX-512, AVX2 and the least machine, chosen when the program starts. Each
 * thread reads its part from one end to the other; a part that is in no cache it reads in four quarters at once, which
 * on a Zen 5 is faster by 3 to 8 of a hundred, while in the second cache it takes nearly twice as long. Padding is read
 * too: it shares its cache lines with numbers.
 *
 * With several threads a team reads disjoint parts. Between turns the team sleeps, so that it takes nothing from the
 * other contestants; within a turn it spins, so that waking it is no part of the bound.
 */
#include "stream.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LINE = 64, PAGE = 4096, BEYOND_CACHES = 24 << 20 };

/* The choice between clones is made before the thread sanitizer is ready, which would crash it. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)
#define EACH_MACHINE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EACH_MACHINE
#endif

/* Tells the processor that it is in a loop that waits. */
static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

typedef double doubles __attribute__((vector_size(LINE)));
typedef float floats __attribute__((vector_size(LINE)));

/* Σ of `lines` lines of 64 bytes, from one end to the other or four quarters at once. Only the reading matters; each line is
 * added whole, to one of four sums. */
#define DEFINE_SUM(name, vector)                                                                                       \
    EACH_MACHINE static double name(const void *memory, size_t lines, bool in_quarters)                                \
    {                                                                                                                  \
        const vector *line = memory, *const end = line + lines;                                                        \
        const size_t quarter = lines / 4, apart = in_quarters ? quarter : 1, step = in_quarters ? 1 : 4;               \
        vector a = {0}, b = {0}, c = {0}, d = {0};                                                                     \
        for (size_t i = 0; i < quarter; i++) {                                                                         \
            const vector *at = line + i * step;                                                                        \
            a += at[0];                                                                                                \
            b += at[apart];                                                                                            \
            c += at[2 * apart];                                                                                        \
            d += at[3 * apart];                                                                                        \
        }                                                                                                              \
        for (line += 4 * quarter; line < end; line++) {                                                                \
            a += *line;                                                                                                \
        }                                                                                                              \
        a += b + (c + d);                                                                                              \
        double sum = 0;                                                                                                \
        for (size_t k = 0; k < sizeof a / sizeof a[0]; k++) {                                                          \
            sum += (double)a[k];                                                                                       \
        }                                                                                                              \
        return sum;                                                                                                    \
    }

DEFINE_SUM(sum_doubles, doubles)
DEFINE_SUM(sum_floats, floats)

struct stream {
    unsigned char *memory;
    size_t lines;
    double (*sum)(const void *memory, size_t lines, bool in_quarters);
    bool in_quarters;
    int32_t threads;
    pthread_t *helpers; /* [threads − 1]; this thread is the first of the team */
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool awake, ended;                    /* under the mutex */
    _Alignas(LINE) _Atomic int64_t order; /* reads asked for so far, plus 1 for each end of a turn */
    _Atomic bool rest;                    /* the latest order is: go to sleep */
    _Alignas(LINE) _Atomic int64_t done;  /* helpers that are ready with the latest order */
};

struct helper {
    struct stream *stream;
    int32_t index;
};

static _Atomic double sink; /* keeps the sums from being removed */

static double read_part(const struct stream *stream, int32_t index)
{
    const size_t threads = (size_t)stream->threads, part = (size_t)index;
    const size_t begin = stream->lines * part / threads, end = stream->lines * (part + 1) / threads;
    return stream->sum(stream->memory + begin * LINE, end - begin, stream->in_quarters);
}

/* Sleeps until a turn begins. False: the team is dismissed. */
static bool await_turn(struct stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    while (!stream->awake && !stream->ended) {
        pthread_cond_wait(&stream->wake, &stream->mutex);
    }
    const bool go = !stream->ended;
    pthread_mutex_unlock(&stream->mutex);
    return go;
}

static void *help(void *argument)
{
    const struct helper helper = *(struct helper *)argument;
    struct stream *stream = helper.stream;
    free(argument);
    int64_t seen = 0;
    double sum = 0;
    while (await_turn(stream)) {
        for (bool rest = false; !rest;) {
            while (atomic_load_explicit(&stream->order, memory_order_acquire) == seen) {
                relax();
            }
            seen++;
            rest = atomic_load_explicit(&stream->rest, memory_order_relaxed);
            sum += rest ? 0 : read_part(stream, helper.index);
            atomic_fetch_add_explicit(&stream->done, 1, memory_order_release);
        }
    }
    sink = sum;
    return NULL;
}

/* Gives one order, does this thread's share of it, and waits for the others. */
static void give_order(struct stream *stream, bool rest)
{
    atomic_store_explicit(&stream->done, 0, memory_order_relaxed);
    atomic_store_explicit(&stream->rest, rest, memory_order_relaxed);
    if (rest) { /* asleep again before anyone can ask whether it is awake */
        pthread_mutex_lock(&stream->mutex);
        stream->awake = false;
        pthread_mutex_unlock(&stream->mutex);
    }
    atomic_fetch_add_explicit(&stream->order, 1, memory_order_release);
    if (!rest) {
        sink = read_part(stream, 0);
    }
    while (atomic_load_explicit(&stream->done, memory_order_acquire) < stream->threads - 1) {
        relax();
    }
}

static double measure_reads(void *state, int64_t repetitions)
{
    struct stream *stream = state;
    pthread_mutex_lock(&stream->mutex);
    stream->awake = true;
    pthread_cond_broadcast(&stream->wake);
    pthread_mutex_unlock(&stream->mutex);
    for (int64_t i = 0; i < harness_untimed(repetitions); i++) {
        give_order(stream, false);
    }
    const double begin = harness_clock();
    for (int64_t i = 0; i < repetitions; i++) {
        give_order(stream, false);
    }
    const double seconds = harness_clock() - begin;
    give_order(stream, true);
    return seconds;
}

static void dismiss(void *state)
{
    struct stream *stream = state;
    pthread_mutex_lock(&stream->mutex);
    stream->ended = true;
    pthread_cond_broadcast(&stream->wake);
    pthread_mutex_unlock(&stream->mutex);
    for (int32_t i = 1; i < stream->threads; i++) {
        pthread_join(stream->helpers[i - 1], NULL);
    }
    pthread_cond_destroy(&stream->wake);
    pthread_mutex_destroy(&stream->mutex);
    free(stream->helpers);
    free(stream->memory);
    free(stream);
}

static void hire(struct stream *stream)
{
    stream->helpers = bench_allocate((size_t)stream->threads * sizeof *stream->helpers);
    for (int32_t i = 1; i < stream->threads; i++) {
        struct helper *helper = bench_allocate(sizeof *helper);
        *helper = (struct helper){stream, i};
        if (pthread_create(&stream->helpers[i - 1], NULL, help, helper) != 0) {
            bench_die("cannot start thread %d of %d", (int)i + 1, (int)stream->threads);
        }
    }
}

static size_t element_bytes(enum precision precision)
{
    return precision == DOUBLE_PRECISION ? sizeof(double) : sizeof(float);
}

size_t stream_matrix_bytes(int64_t rows, int64_t columns, enum precision precision)
{
    size_t row = ((size_t)columns * element_bytes(precision) + LINE - 1) / LINE * LINE;
    row += row % PAGE == 0 ? LINE : 0;
    return (size_t)rows * row;
}

struct contestant stream_read(int64_t rows, int64_t columns, enum precision precision, int32_t threads)
{
    struct stream *stream = bench_allocate(sizeof *stream);
    const size_t bytes = stream_matrix_bytes(rows, columns, precision);
    stream->memory = bench_allocate(bytes);
    stream->lines = bytes / LINE;
    stream->in_quarters = bytes / (size_t)threads > BEYOND_CACHES;
    stream->sum = precision == DOUBLE_PRECISION ? sum_doubles : sum_floats;
    stream->threads = threads;
    pthread_mutex_init(&stream->mutex, NULL);
    pthread_cond_init(&stream->wake, NULL);
    hire(stream);
    return (struct contestant){
        .name = "one streaming read", .state = stream, .measure = measure_reads, .close = dismiss};
}
