/*
 * test_base_refused.c - the system refuses what it hardly ever refuses: threads, locks, locales, to format a text, and the
 * place of a message.
 *
 * The files of base that ask for them are compiled into this program with those calls replaced; the linker then has no use for
 * the library's own copies.
 */
#define _GNU_SOURCE
#include "base/memory.h"

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
enum kind { THREAD, ATTRIBUTES, LOCK, CONDITION, AFFINITY, PROCESSORS, LOCALE, FORMAT, KEY, SETTING, PLACE, KINDS };
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

static void be_first(void);
static int is_second;

/* is_second: another thread makes the key meanwhile. */
static int refuse_key(pthread_key_t *key, void (*destructor)(void *))
{
    const int error = fails(KEY) ? 11 : pthread_key_create(key, destructor);
    if (is_second) {
        is_second = 0;
        be_first();
    }
    return error;
}

static int refuse_setting(pthread_key_t key, const void *value)
{
    return fails(SETTING) ? 12 : pthread_setspecific(key, value);
}

static void *refuse_place(int64_t size)
{
    return fails(PLACE) ? NULL : memory_system_new(size);
}

#define pthread_key_create refuse_key
#define pthread_setspecific refuse_setting
#define memory_system_new refuse_place
#include "base/message.c" /* NOLINT: on purpose */
#undef pthread_key_create
#undef pthread_setspecific
#undef memory_system_new
#define pthread_create refuse_create
#define pthread_attr_init refuse_attributes
#define pthread_mutex_init refuse_lock
#define pthread_cond_init refuse_condition
#define sched_getaffinity refuse_affinity
#define sysconf refuse_processors
#define newlocale refuse_locale
#define vsnprintf refuse_format
#include "base/status.c" /* NOLINT */
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
    set_nothing(state);
    failing[FORMAT] = 2; /* the second time, to shorten it */
    assert_int_equal(status_error(DNN_ERROR_FORMAT, "%02000d", 0), DNN_ERROR_FORMAT);
    assert_int_equal(strspn(status_message(), "0"), MESSAGE_CAPACITY - 1);
    failing[FORMAT] = 1;
    char buffer[8] = "";
    struct text text = {buffer, sizeof buffer, 0};
    text_append(&text, "%d", 5);
    assert_int_equal(text.length, 0);
}

/* ---- the place of a message ---- */

static const char there_is_none[] = "not enough memory for the message of a failure";

/* As if no thread had failed yet: the threads of these tests have no place. */
static void begin_anew(void **state)
{
    set_nothing(state);
    forget_key();
    atomic_store(&key_and_one, no_key);
    atomic_store(&is_lost, false);
}

static void take_all_places(bool is_taken)
{
    for (int i = 0; i < PLACES; i++)
        atomic_store(&places[i].is_taken, is_taken);
}

static void *find_no_place(void *is_right)
{
    *(bool *)is_right =
        status_error(DNN_ERROR_IO, "the disk is full") == DNN_ERROR_IO && strcmp(status_message(), there_is_none) == 0;
    return NULL;
}

static void *find_a_place(void *is_right)
{
    *(bool *)is_right = status_error(DNN_ERROR_IO, "the disk is full") == DNN_ERROR_IO &&
                        strcmp(status_message(), "the disk is full") == 0;
    return NULL;
}

static void *find_no_place_and_then_one(void *is_right)
{
    bool was_lost = false;
    failing[PLACE] = 1;
    find_no_place(&was_lost);
    failing[PLACE] = 0;
    find_a_place(is_right);
    *(bool *)is_right &= was_lost;
    return NULL;
}

static void *have_no_message(void *is_right)
{
    *(bool *)is_right = strcmp(status_message(), "") == 0;
    return NULL;
}

static void expect_in_a_thread(void *(*run)(void *))
{
    pthread_t thread;
    bool is_right = false;
    assert_int_equal(pthread_create(&thread, NULL, run, &is_right), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(is_right);
}

static void test_a_failure_without_a_place_for_its_message_has_its_status(void **state)
{
    for (int kind = KEY; kind <= PLACE; kind++) {
        begin_anew(state);
        take_all_places(kind == PLACE);
        failing[kind] = 1;
        expect_in_a_thread(find_no_place);
        set_nothing(state);
        take_all_places(false);
        expect_in_a_thread(find_a_place);
        for (int i = 0; i < PLACES; i++)
            assert_false(atomic_load(&places[i].is_taken));
    }
    begin_anew(state);
}

static void test_where_places_are_taken_there_is_memory(void **state)
{
    begin_anew(state);
    take_all_places(true);
    expect_in_a_thread(find_a_place);
    assert_int_equal(calls[PLACE], 1);
    set_nothing(state);
    expect_in_a_thread(find_no_place_and_then_one);
    expect_in_a_thread(have_no_message);
    failing[PLACE] = 1;
    expect_in_a_thread(have_no_message);
    set_nothing(state);
    take_all_places(false);
}

/* On the way out of the process threads may still run. */
static void test_a_failure_after_the_library_is_gone_has_its_status(void **state)
{
    begin_anew(state);
    expect_in_a_thread(find_a_place);
    forget_key();
    forget_key();
    expect_in_a_thread(find_no_place);
    begin_anew(state);
}

static void be_first(void)
{
    expect_in_a_thread(find_a_place);
}

static void test_of_two_threads_that_fail_first_one_makes_the_key(void **state)
{
    begin_anew(state);
    is_second = 1;
    expect_in_a_thread(find_a_place);
    assert_int_equal(calls[KEY], 2);
    expect_in_a_thread(find_a_place);
    assert_int_equal(calls[KEY], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_team_is_those_threads_that_could_be_started),
        cmocka_unit_test(test_without_a_lock_there_is_no_team),
        cmocka_unit_test(test_processors_are_counted_without_affinity_too),
        cmocka_unit_test(test_without_a_locale_texts_are_poor_and_numbers_are_not_read),
        cmocka_unit_test(test_a_message_that_cannot_be_formatted_is_empty_and_the_status_stays),
        cmocka_unit_test(test_a_failure_without_a_place_for_its_message_has_its_status),
        cmocka_unit_test(test_where_places_are_taken_there_is_memory),
        cmocka_unit_test(test_a_failure_after_the_library_is_gone_has_its_status),
        cmocka_unit_test(test_of_two_threads_that_fail_first_one_makes_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
