/*
 * test_status.c - the message of the latest failure: whole characters, one line, one for each thread.
 */
#include "base/status.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_the_status_comes_back_and_the_message_stays(void **state)
{
    (void)state;
    assert_int_equal(status_error(DNN_ERROR_FORMAT, "x has %d columns", 12), DNN_ERROR_FORMAT);
    assert_string_equal(status_message(), "x has 12 columns");
    assert_string_equal(dnn_last_error(), "x has 12 columns");
    assert_int_equal(status_out_of_memory("a model"), DNN_ERROR_OUT_OF_MEMORY);
    assert_non_null(strstr(status_message(), "a model"));
}

/* A message may be worded from the one before. */
static void test_a_message_may_quote_the_present_one(void **state)
{
    (void)state;
    status_error(DNN_ERROR_IO, "the disk is full");
    status_error(DNN_ERROR_IO, "epoch 3: %s", status_message());
    assert_string_equal(status_message(), "epoch 3: the disk is full");
}

/* A long path is in the middle of a message, and the reason behind it. Characters of 1 to 4 bytes, at every place relative to the cuts. */
static void test_a_long_message_keeps_both_ends_in_whole_characters(void **state)
{
    (void)state;
    const char *const characters[] = {"a", "é", "ψ", "→", "𝛙"};
    for (size_t c = 0; c < COUNT(characters); c++) {
        const size_t width = strlen(characters[c]);
        for (size_t shift = 0; shift < 4; shift++) {
            char text[5000] = "";
            memset(text, '.', shift);
            for (size_t end = shift; end + width < 4500; end += width)
                memcpy(text + end, characters[c], width);
            status_error(DNN_ERROR_IO, "%s: no space", text);
            const char *const message = status_message(), *const cut = strstr(message, " ... ");
            const size_t length = strlen(message), head = (size_t)(cut - message);
            assert_true(length >= 1023 - 6 && length <= 1023);
            assert_true(head >= 618 - 3 && head <= 618);
            assert_int_equal((head - shift) % width, 0);
            assert_memory_equal(message, text, head);
            char end[sizeof text + 16];
            snprintf(end, sizeof end, "%s: no space", text);
            const size_t tail = length - head - 5;
            assert_int_equal((tail - strlen(": no space")) % width, 0);
            assert_string_equal(cut + 5, end + strlen(end) - tail);
        }
    }
}

/* Bytes that continue nothing, as many as anybody likes: no character is looked for beyond 3 of them. */
static void test_a_long_message_of_no_characters_keeps_both_ends(void **state)
{
    (void)state;
    const char *const begins[] = {"", "\xFF", "\xC0", "\xE2", "path \xFF"};
    for (size_t b = 0; b < COUNT(begins); b++) {
        char text[6000];
        memset(text, '\x80', sizeof text);
        memcpy(text, begins[b], strlen(begins[b]));
        text[sizeof text - 1] = '\0';
        status_error(DNN_ERROR_IO, "%s", text);
        const size_t length = strlen(status_message());
        assert_true(length >= 1023 - 7 && length <= 1023);
        assert_non_null(strstr(status_message(), "? ... ?"));
        text[4000] = '\0';
        status_error(DNN_ERROR_IO, "%s: no space", text);
        assert_string_equal(status_message() + strlen(status_message()) - 13, "???: no space");
    }
}

/* Of what is longer than any path and some words, the end is not looked for. */
static void test_a_message_of_any_length_is_no_longer_than_others(void **state)
{
    (void)state;
    char text[1 << 16];
    memset(text, 'a', sizeof text);
    text[5000] = '|';
    text[sizeof text - 1] = '\0';
    status_error(DNN_ERROR_IO, "%s", text);
    assert_int_equal(strlen(status_message()), 1023);
    assert_non_null(strstr(status_message(), "a ... a"));
    assert_non_null(strstr(status_message(), "|a"));
}

/* What comes from outside may be Latin-1, or cut in the middle of a character: a binding that decodes strictly must not fail. */
static void test_a_message_is_utf_8_whatever_it_quotes(void **state)
{
    (void)state;
    const struct {
        const char *quoted, *expected;
    } cases[] = {
        {"caf\xE9", "caf?"},
        {"\xFF\xFE", "??"},
        {"\xC3", "?"},
        {"\xE2\x86x", "??x"},
        {"\xC0\xAF", "??"},                       /* overlong / */
        {"\xED\xA0\x80", "???"},                  /* a surrogate */
        {"\xF4\x90\x80\x80", "????"},             /* beyond U+10FFFF */
        {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"}, /* U+10FFFF */
        {"é ψ → 𝛙", "é ψ → 𝛙"},
        {"a\xC2\x9B"
         "31m\xC2\x85z",
         "a  31m  z"},                              /* CSI, NEL */
        {"a\xE2\x80\xA8z\xE2\x80\xA9", "a   z   "}, /* separators of lines and paragraphs */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        status_error(DNN_ERROR_IO, "%s", cases[i].quoted);
        assert_string_equal(status_message(), cases[i].expected);
    }
}

/* A whole character that just fits is kept. */
static void test_a_message_that_just_fits_is_whole(void **state)
{
    (void)state;
    char text[1024];
    memset(text, 'a', sizeof text);
    memcpy(text + 1019, "𝛙", sizeof "𝛙");
    status_error(DNN_ERROR_IO, "%s", text);
    assert_string_equal(status_message(), text);
    status_error(DNN_ERROR_IO, "%s!", text);
    assert_string_not_equal(status_message(), text);
}

static void test_a_message_is_one_line_without_control_characters(void **state)
{
    (void)state;
    status_error(DNN_ERROR_IO, "cannot open \"%s\"", "a\nb\r\tc\x1b[31m\x7f");
    assert_string_equal(status_message(), "cannot open \"a b  c [31m \"");
    status_error(DNN_ERROR_IO, "%s", "ψ ← é");
    assert_string_equal(status_message(), "ψ ← é");
}

/* ---- threads ---- */

static void *fail_elsewhere(void *before)
{
    *(int *)before = strcmp(status_message(), "") == 0;
    status_error(DNN_ERROR_IO, "elsewhere");
    return NULL;
}

/* As it is where a host writes printf("%d %s", call(), dnn_last_error()), whose arguments may be made from the last to the first. */
static void *look_before(void *is_right)
{
    const char *const message = dnn_last_error();
    const int was_empty = *message == '\0';
    status_error(DNN_ERROR_IO, "later");
    *(int *)is_right = was_empty && strcmp(message, "later") == 0 && message == dnn_last_error();
    return NULL;
}

static void test_a_message_that_was_looked_at_before_is_the_one_that_comes(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) { /* the second in the place of the first */
        pthread_t thread;
        int is_right = 0;
        assert_int_equal(pthread_create(&thread, NULL, look_before, &is_right), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(is_right);
    }
}

static void test_each_thread_has_its_own_message_empty_at_first(void **state)
{
    (void)state;
    pthread_t thread;
    int was_empty = 0;
    status_error(DNN_ERROR_IO, "here");
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, &was_empty), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(was_empty);
    assert_string_equal(status_message(), "here");
}

/* More threads than the places that the library has from its beginning, and all of them at once, twice: what they took first came back. */
enum { CROWD = 100 };
static pthread_barrier_t all_failed;

static void *fail_in_a_crowd(void *number)
{
    char expected[32];
    snprintf(expected, sizeof expected, "thread %d", *(int *)number);
    *(int *)number = strcmp(status_message(), "") == 0;
    status_error(DNN_ERROR_IO, "%s", expected);
    pthread_barrier_wait(&all_failed);
    *(int *)number &= strcmp(status_message(), expected) == 0;
    return NULL;
}

static void test_a_crowd_of_threads_has_as_many_messages(void **state)
{
    (void)state;
    assert_int_equal(pthread_barrier_init(&all_failed, NULL, CROWD), 0);
    for (int round = 0; round < 2; round++) {
        pthread_t threads[CROWD];
        int is_right[CROWD];
        for (int t = 0; t < CROWD; t++) {
            is_right[t] = t;
            assert_int_equal(pthread_create(&threads[t], NULL, fail_in_a_crowd, &is_right[t]), 0);
        }
        for (int t = 0; t < CROWD; t++) {
            assert_int_equal(pthread_join(threads[t], NULL), 0);
            assert_true(is_right[t]);
        }
    }
    pthread_barrier_destroy(&all_failed);
}

/* ---- names ---- */

static void test_each_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    const char *names[8];
    for (int32_t status = DNN_ERROR_NOT_FINITE; status <= DNN_STOPPED; status++) {
        const size_t place = (size_t)(status - DNN_ERROR_NOT_FINITE);
        names[place] = status_name(status);
        assert_string_equal(names[place], dnn_status_string(status));
        assert_string_not_equal(names[place], "unknown status");
        for (size_t other = 0; other < place; other++)
            assert_string_not_equal(names[place], names[other]);
    }
    const int32_t unknown[] = {2, -7, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < COUNT(unknown); i++)
        assert_string_equal(status_name(unknown[i]), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_status_comes_back_and_the_message_stays),
        cmocka_unit_test(test_a_message_may_quote_the_present_one),
        cmocka_unit_test(test_a_long_message_keeps_both_ends_in_whole_characters),
        cmocka_unit_test(test_a_long_message_of_no_characters_keeps_both_ends),
        cmocka_unit_test(test_a_message_of_any_length_is_no_longer_than_others),
        cmocka_unit_test(test_a_message_is_utf_8_whatever_it_quotes),
        cmocka_unit_test(test_a_message_that_just_fits_is_whole),
        cmocka_unit_test(test_a_message_is_one_line_without_control_characters),
        cmocka_unit_test(test_a_message_that_was_looked_at_before_is_the_one_that_comes),
        cmocka_unit_test(test_each_thread_has_its_own_message_empty_at_first),
        cmocka_unit_test(test_a_crowd_of_threads_has_as_many_messages),
        cmocka_unit_test(test_each_status_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
