/*
 * test_base_refused.c - the system refuses what it hardly ever refuses: threads, locks, locales, and to format a text.
 *
 * The files of base that ask for them are compiled into this program with those calls replaced; the linker then has no use for
 * the library's own copies.
 */
#define _GNU_SOURCE
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>
#if defined(_WIN32)
#include "base/windows_text.h"
#endif

/* A call from this one on, from 1, fails; 0: none does. Each kind is counted by itself; the threads of a team ask too. */
enum kind { THREAD, ATTRIBUTES, LOCK, CONDITION, AFFINITY, PROCESSORS, LOCALE, FORMAT, KINDS };
static atomic_int failing[KINDS], calls[KINDS];

static int fails(enum kind kind)
{
    const int call = atomic_fetch_add(&calls[kind], 1) + 1, first = atomic_load(&failing[kind]);
    return first > 0 && call >= first;
}

static int refuse_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    return fails(THREAD) ? 11 : pthread_create(thread, attributes, run, argument);
}

static int refuse_attributes(pthread_attr_t *attributes)
{
    return fails(ATTRIBUTES) ? 12 : pthread_attr_init(attributes);
}

static int refuse_lock(pthread_mutex_t *lock, const pthread_mutexattr_t *attributes)
{
    return fails(LOCK) ? 12 : pthread_mutex_init(lock, attributes);
}

static int refuse_condition(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
    return fails(CONDITION) ? 12 : pthread_cond_init(condition, attributes);
}

#if !defined(_WIN32)
static int refuse_affinity(pid_t process, size_t size, cpu_set_t *set)
{
    return fails(AFFINITY) ? -1 : sched_getaffinity(process, size, set);
}

static long refuse_processors(int name)
{
    return fails(PROCESSORS) ? -1 : sysconf(name);
}
#endif

static locale_t refuse_locale(int mask, const char *name, locale_t base)
{
    return fails(LOCALE) ? (locale_t)0 : newlocale(mask, name, base);
}

__attribute__((format(printf, 3, 0))) static int refuse_format(char *text, size_t size, const char *format,
                                                               va_list arguments)
{
    return fails(FORMAT) ? -1 : vsnprintf(text, size, format, arguments);
}

#define pthread_create refuse_create
#define pthread_attr_init refuse_attributes
#define pthread_mutex_init refuse_lock
#define pthread_cond_init refuse_condition
#define sched_getaffinity refuse_affinity
#define sysconf refuse_processors
#define newlocale refuse_locale
#define vsnprintf refuse_format
#include "base/status.c" /* NOLINT: on purpose */
#include "base/team.c"   /* NOLINT */
#include "base/text.c"   /* NOLINT */
#undef pthread_create
#undef pthread_attr_init
#undef pthread_mutex_init
#undef pthread_cond_init
#undef sched_getaffinity
#undef sysconf
#undef newlocale
#undef vsnprintf

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int set_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < KINDS; i++)
        failing[i] = calls[i] = 0;
    return 0;
}

static void count_in(void *argument, int32_t index, int32_t count)
{
    (void)count;
    atomic_fetch_add((atomic_int *)argument, 1 << 8 * index);
}

static void expect_team_of(int32_t count)
{
    struct team *team = NULL;
    atomic_int seen = 0;
    assert_true(team_create(4, &team));
    assert_int_equal(team_count(team), count);
    for (int i = 0; i < 3; i++)
        team_run(team, count_in, &seen);
    team_destroy(team);
    int expected = 0;
    for (int32_t i = 0; i < count; i++)
        expected += 3 << 8 * i;
    assert_int_equal(seen, expected);
}

static void test_a_team_is_those_threads_that_could_be_started(void **state)
{
    set_nothing(state);
    expect_team_of(4);
    for (int thread = 1; thread <= 3; thread++) {
        set_nothing(state);
        failing[THREAD] = thread;
        expect_team_of(thread);
        set_nothing(state);
        failing[ATTRIBUTES] = thread;
        expect_team_of(thread);
    }
}

static void test_without_a_lock_there_is_no_team(void **state)
{
    for (int kind = LOCK; kind <= CONDITION; kind++) {
        struct team *team = NULL;
        set_nothing(state);
        failing[kind] = 1;
        assert_false(team_create(2, &team));
        assert_null(team);
    }
}

static void test_processors_are_counted_without_affinity_too(void **state)
{
    set_nothing(state);
    assert_true(team_processors() >= 1);
    failing[AFFINITY] = 1;
    assert_true(team_processors() >= 1);
    expect_team_of(4); /* nor does anybody step aside */
#if !defined(_WIN32)
    failing[PROCESSORS] = 1;
    assert_int_equal(team_processors(), 1);
#endif
}

static void test_without_a_locale_texts_are_poor_and_numbers_are_not_read(void **state)
{
    char text[TEXT_NUMBER_CAPACITY > TEXT_REASON_CAPACITY ? TEXT_NUMBER_CAPACITY : TEXT_REASON_CAPACITY];
    double number = 7;
    set_nothing(state);
    failing[LOCALE] = 1;
    text_from_number(0.5, text);
    assert_string_equal(text, "?");
    text_from_float(0.5F, text);
    assert_string_equal(text, "?");
    text_from_errno(2, text);
    assert_string_equal(text, "error 2");
    assert_true(text_round(1.23456) == 1.23456);
    assert_false(text_to_number("0.5", &number));
    assert_true(number == 7);
}

static void test_a_message_that_cannot_be_formatted_is_empty_and_the_status_stays(void **state)
{
    set_nothing(state);
    assert_int_equal(status_error(DNN_ERROR_IO, "%s", "something"), DNN_ERROR_IO);
    failing[FORMAT] = 1;
    assert_int_equal(status_error(DNN_ERROR_FORMAT, "%s", "something else"), DNN_ERROR_FORMAT);
    assert_string_equal(status_message(), "");
    char buffer[8] = "";
    struct text text = {buffer, sizeof buffer, 0};
    text_append(&text, "%d", 5);
    assert_int_equal(text.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_team_is_those_threads_that_could_be_started),
        cmocka_unit_test(test_without_a_lock_there_is_no_team),
        cmocka_unit_test(test_processors_are_counted_without_affinity_too),
        cmocka_unit_test(test_without_a_locale_texts_are_poor_and_numbers_are_not_read),
        cmocka_unit_test(test_a_message_that_cannot_be_formatted_is_empty_and_the_status_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
