/*
 * test_status.c - the message of the latest failure: whole characters, one line, one for each thread.
 */
#include "base/status.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

/* Characters of 1 to 4 bytes, at every place relative to the end of the buffer. */
static void test_a_long_message_is_cut_at_a_whole_character(void **state)
{
    (void)state;
    const char *const characters[] = {"a", "é", "ψ", "→", "𝛙"};
    for (size_t c = 0; c < COUNT(characters); c++) {
        const size_t width = strlen(characters[c]);
        for (size_t shift = 0; shift < 4; shift++) {
            char text[2048] = "";
            memset(text, '.', shift);
            for (size_t end = shift; end + width < 1500; end += width)
                memcpy(text + end, characters[c], width);
            status_error(DNN_ERROR_IO, "%s", text);
            const size_t length = strlen(status_message());
            assert_true(length >= 1023 - 3 && length <= 1023);
            assert_int_equal((length - shift) % width, 0);
            assert_memory_equal(status_message(), text, length);
        }
    }
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
        cmocka_unit_test(test_a_long_message_is_cut_at_a_whole_character),
        cmocka_unit_test(test_a_message_is_utf_8_whatever_it_quotes),
        cmocka_unit_test(test_a_message_that_just_fits_is_whole),
        cmocka_unit_test(test_a_message_is_one_line_without_control_characters),
        cmocka_unit_test(test_each_thread_has_its_own_message_empty_at_first),
        cmocka_unit_test(test_each_status_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
