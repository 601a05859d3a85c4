/*
 * test_json.c - JSON is read as RFC 8259 says and no more is taken for it, whatever the bytes; what is written is read again
 * as it was.
 *
 * The tables are by hand, from the grammar of RFC 8259. Each text lies in a block of just its size, behind which an address
 * sanitizer looks, and every beginning of it is read too.
 */
#include "base/memory.h"
#include "base/status.h"
#include "base/text.h"
#include "expect.h"
#include "format/json.h"
#include "support.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { DEEPEST = 4 };

static int32_t read_bytes(const char *bytes, size_t length, struct json_value **out)
{
    char *exact = allocate_or_fail(length == 0 ? 1 : length, 1);
    memcpy(exact, bytes, length);
    const struct json_source source = {"a file", "header", exact, (int64_t)length};
    const int32_t status = json_read(&source, DEEPEST, out);
    free(exact); /* nothing of it may be needed any more */
    return status;
}

/* The value of {"a": TEXT}. */
static int32_t read_value(const char *text, struct json_value **out)
{
    char object[400];
    assert_true((size_t)snprintf(object, sizeof object, "{\"a\":%s}", text) < sizeof object);
    return read_bytes(object, strlen(object), out);
}

static void refuse_bytes(const char *bytes, size_t length, const char *words)
{
    struct json_value untouched, *out = &untouched;
    mark_last_error();
    check_error(read_bytes(bytes, length, &out), DNN_ERROR_FORMAT, words, bytes, (int)length);
    assert_ptr_equal(out, &untouched);
}

static void refuse(const char *text, const char *words)
{
    refuse_bytes(text, strlen(text), words);
}

static void refuse_value(const char *text, const char *words)
{
    char object[400];
    snprintf(object, sizeof object, "{\"a\":%s}", text);
    refuse(object, words);
}

static void test_integers_are_all_of_64_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t integer;
    } cases[] = {{"0", 0},
                 {"-0", 0},
                 {"7", 7},
                 {"-1", -1},
                 {"1234567890", 1234567890},
                 {"9223372036854775807", INT64_MAX},
                 {"-9223372036854775808", INT64_MIN},
                 {"9007199254740993", 9007199254740993}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_value *out = NULL;
        assert_ok(read_value(cases[i].text, &out));
        assert_int_equal(out[1].kind, JSON_INTEGER);
        assert_true(out[1].as.integer == cases[i].integer);
        memory_free(out);
    }
    refuse_value("9223372036854775808", "beyond 64 bits");
    refuse_value("-9223372036854775809", "beyond 64 bits");
    refuse_value("-9223372036854775809", "beyond 64 bits");
    refuse_value("99999999999999999999999999999999999999999", "beyond 64 bits");
}

static void test_other_values_are_known_and_no_more(void **state)
{
    (void)state;
    static const char *const others[] = {"true",
                                         "false",
                                         "null",
                                         "1.0",
                                         "-0.5e+10",
                                         "1e5",
                                         "1E-5000",
                                         "0e0",
                                         "0.0",
                                         "1e99999",
                                         "99999999999999999999.5"};
    for (size_t i = 0; i < COUNT(others); i++) {
        struct json_value *out = NULL;
        assert_ok(read_value(others[i], &out));
        assert_int_equal(out[1].kind, JSON_OTHER);
        assert_string_equal(out[1].key, "a");
        memory_free(out);
    }
    static const char *const numbers[] = {"01",  "-",   "--1", "1.", "1.e5", "1e",
                                          "1e+", "1e-", "-01", "00", "1.5e", "-.5"};
    for (size_t i = 0; i < COUNT(numbers); i++)
        refuse_value(numbers[i], "no JSON: a number that is none, at byte");
    static const char *const none[] = {"",     ".5",       "+1",  "True", "nul", "NaN", "Infinity", "undefined", "'a'",
                                       "\x01", "\xef\xbb", "}{}", ",",    "]",   ":",   "/**/1",    "#"};
    for (size_t i = 0; i < COUNT(none); i++)
        refuse_value(none[i], "no JSON: expected a value, at byte 5");
    static const char *const behind[] = {"1 1",   "0x1",   "1,5a",      "truefalse",
                                         "nulll", "1_000", "-Infinity", "\"a\" \"b\""};
    for (size_t i = 0; i < COUNT(behind); i++)
        refuse_value(behind[i], "no JSON");
}

static void test_texts_are_unescaped_to_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text, *meaning;
    } cases[] = {{"\"\"", ""},
                 {"\"a b\"", "a b"},
                 {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
                 {"\"\\u0041\\u00e9\\u20AC\\uD834\\uDD1E\"", "A\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e"},
                 {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"},
                 {"\"\\ud7ff\\ue000\\udbff\\udfff\"", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"},
                 {"\"\xc3\xa9\x7f\xf4\x8f\xbf\xbf\"", "\xc3\xa9\x7f\xf4\x8f\xbf\xbf"},
                 {"\"'{}[]:,\"", "'{}[]:,"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_value *out = NULL;
        assert_ok(read_value(cases[i].text, &out));
        assert_string_equal(json_text_of(json_find(out, "a")), cases[i].meaning);
        memory_free(out);
    }
}

static void test_texts_that_are_none_are_refused(void **state)
{
    (void)state;
    refuse("{\"a", "a text without its end");
    refuse("{\"a\\", "an escape that is none");
    refuse_value("\"\\x41\"", "an escape that is none");
    refuse_value("\"\\'\"", "an escape that is none");
    refuse_value("\"\\u12\"", "\\u without four digits");
    refuse_value("\"\\u12g4\"", "\\u without four digits");
    refuse_value("\"\\U0041\"", "an escape that is none");
    refuse_value("\"\\u0000\"", "a NUL in a text");
    refuse_value("\"\\ud800\"", "half a character");
    refuse_value("\"\\udc00\"", "half a character");
    refuse_value("\"\\ud800\\ud800\"", "half a character");
    refuse_value("\"\\ud800\\u0041\"", "half a character");
    refuse_value("\"\\ud800x\"", "half a character");
    static const char *const bad[] = {
        "\xff", "\x80", "\xc3", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        char text[16];
        snprintf(text, sizeof text, "\"%s\"", bad[i]);
        refuse_value(text, "no UTF-8");
        snprintf(text, sizeof text, "{\"%s", bad[i]); /* the file's last byte is the character's first */
        refuse(text, "no UTF-8");
    }
    for (char c = 1; c < 0x20; c++) {
        const char text[] = {'"', c, '"', '\0'};
        refuse_value(text, "a control character");
    }
    refuse_bytes("{\"a\":\"\0\"}", 9, "a control character");
    refuse_bytes("{\"a\":1\0}", 8, "expected a comma or the end of a list");
    refuse_bytes("{}\0", 3, "more behind its end");
}

static void test_lists_and_objects_are_walked_in_their_order(void **state)
{
    (void)state;
    struct json_value *out = NULL;
    const char *text = " {\t\"b\" : [ 1 , [ ] , {\"x\":{}} ,\r\"t\" ] ,\n\"\":{ } , \"a\":\"z\"} ";
    assert_ok(read_bytes(text, strlen(text), &out));
    const struct json_value *list = json_first(out), *empty = list->next, *last = empty->next;
    assert_true(out->kind == JSON_OBJECT && out->as.count == 3 && out->key == NULL && out->next == NULL);
    assert_true(list->kind == JSON_LIST && list->as.count == 4 && empty->kind == JSON_OBJECT && last->next == NULL);
    assert_string_equal(empty->key, "");
    assert_null(json_first(empty));
    const struct json_value *item = json_first(list);
    assert_true(item->kind == JSON_INTEGER && item->as.integer == 1 && item->key == NULL);
    assert_true(item->next->kind == JSON_LIST && json_first(item->next) == NULL);
    assert_string_equal(json_first(item->next->next)->key, "x");
    assert_string_equal(json_text_of(item->next->next->next), "t");
    assert_string_equal(json_text_of(json_find(out, "a")), "z");
    assert_null(json_find(out, "c"));
    assert_null(json_find(list, "b"));
    assert_null(json_find(NULL, "b"));
    assert_null(json_text_of(list));
    assert_null(json_text_of(NULL));
    assert_null(json_first(NULL));
    memory_free(out);
}

static void test_what_is_no_object_is_refused(void **state)
{
    (void)state;
    static const char *const none[] = {"[]", "1", "\"a\"", "null", " [{}] "};
    for (size_t i = 0; i < COUNT(none); i++)
        refuse(none[i], "is no JSON object");
    refuse("", "expected a value, at byte 0");
    refuse("\xef\xbb\xbf{}", "expected a value, at byte 0");
    refuse("{", "expected a key in quotes, at byte 1");
    refuse("{a:1}", "expected a key");
    refuse("{\"a\":1,}", "expected a key");
    refuse("{,}", "expected a key");
    refuse("{\"a\"}", "expected : and a value");
    refuse("{\"a\",1}", "expected : and a value");
    refuse("{\"a\":1", "expected a comma");
    refuse("{\"a\":1]", "expected a comma");
    refuse("{\"a\":[1}", "expected a comma");
    refuse("{\"a\":[1,]}", "expected a value");
    refuse("{}{}", "more behind its end, at byte 2");
    refuse("{}\x0b", "more behind its end");
    refuse("{\"a\":1,\"b\":2,\"a\":3}", "duplicate key \"a\"");
    refuse("{\"x\":{\"\\u0061\":1,\"a\":3}}", "duplicate key \"a\"");
    refuse("{\"\":1,\"\":3}", "duplicate key \"\"");
}

/* What is cut off anywhere is no JSON; nothing is read beyond the cut (the sanitizer looks). */
static void test_every_beginning_of_a_text_is_refused(void **state)
{
    (void)state;
    const char *text = "{\"k\\n\\u20ac\xc3\xa9\":[-12.5e+3,true,null,[],{\"x\":\"\\ud834\\udd1e\"}]}";
    struct json_value *out = NULL;
    for (size_t length = 0; length < strlen(text); length++)
        refuse_bytes(text, length, "no JSON");
    assert_ok(read_bytes(text, strlen(text), &out));
    memory_free(out);
}

/* Any byte in any place: an error with its message, or a value; never anything else. */
static void test_a_byte_that_is_changed_does_no_harm(void **state)
{
    (void)state;
    const char *text = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},\"\\ud834\\udd1e\":-1e5}";
    const size_t length = strlen(text);
    int64_t read = 0, refused = 0;
    for (size_t at = 0; at < length; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char changed[128];
            struct json_value *out = NULL;
            memcpy(changed, text, length);
            changed[at] = (char)byte;
            const int32_t status = read_bytes(changed, length, &out);
            assert_true((status == DNN_OK) == (out != NULL) && (status == DNN_OK || status == DNN_ERROR_FORMAT));
            read += status == DNN_OK;
            refused += status != DNN_OK;
            memory_free(out);
        }
    }
    assert_true(read > 1000 && refused > 10000);
}

static void test_depth_and_values_have_a_limit(void **state)
{
    (void)state;
    enum { LENGTH = 30000 };
    struct json_value *out = NULL;
    assert_ok(read_value("[[[1]]]", &out));
    memory_free(out);
    refuse_value("[[[[1]]]]", "is nested too deep");
    refuse_value("[[[{}]]]", "is nested too deep");
    char *text = allocate_or_fail(LENGTH, 1);
    for (int i = 0; i < LENGTH - 1; i++)
        text[i] = '[';
    refuse(text, "is nested too deep");
    strcpy(text, "{\"a\":[1");
    for (int i = 7; i < LENGTH - 4; i += 2)
        memcpy(text + i, ",1", 3);
    refuse(text, "is full of tiny values"); /* before its end, which is missing, is looked for */
    strcpy(text, "{\"a\":[\"\"");
    for (int i = 8; i < LENGTH - 8; i += 3)
        memcpy(text + i, ",[]", 4);
    strcat(text, "]}");
    refuse(text, "is full of tiny values");
    /* Brackets, commas and texts: 256, and one for each three bytes. {"a":[1,1,…]} with N numbers has N + 2 in 2 N + 7 bytes. */
    for (int n = 769; n <= 770; n++) {
        strcpy(text, "{\"a\":[1");
        for (int i = 1; i < n; i++)
            strcpy(text + 5 + 2 * i, ",1");
        strcat(text, "]}");
        assert_int_equal(strlen(text), 2 * n + 7);
        if (n == 769) {
            assert_ok(read_bytes(text, strlen(text), &out));
            memory_free(out);
        } else {
            refuse(text, "is full of tiny values");
        }
    }
    free(text);
}

static void test_many_keys_are_found_and_held_apart(void **state)
{
    (void)state;
    enum { KEYS = 2000, CAPACITY = 80000 };
    char *text = allocate_or_fail(CAPACITY, 1), *end = text, key[32];
    struct json_value *out = NULL;
    for (int i = 0; i < KEYS; i++)
        end += sprintf(end, "%s\"key number %d\":\"%d\"", i == 0 ? "{" : ",", i * 7 % KEYS, i);
    strcpy(end, "}");
    assert_ok(read_bytes(text, strlen(text), &out));
    assert_int_equal(out->as.count, KEYS);
    for (int i = 0; i < KEYS; i += 37) {
        sprintf(key, "key number %d", i * 7 % KEYS);
        assert_int_equal(atoi(json_text_of(json_find(out, key))), i);
    }
    memory_free(out);
    strcpy(end, ",\"key number 1234\":1}");
    refuse(text, "duplicate key \"key number 1234\"");
    free(text);
}

/* ---- writing ---- */

static void test_what_is_written_is_what_other_writers_write(void **state)
{
    (void)state;
    static const struct {
        const char *string, *json;
    } cases[] = {{"", "\"\""},
                 {"plain / text", "\"plain / text\""},
                 {"\"\\", "\"\\\"\\\\\""},
                 {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
                 {"\x01\x1f\x7f", "\"\\u0001\\u001F\x7f\""},
                 {"%s \xe2\x82\xac", "\"%s \xe2\x82\xac\""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char buffer[64];
        struct text text = {buffer, sizeof buffer, 0}, counted = {0};
        json_append(&text, cases[i].string);
        json_append(&counted, cases[i].string);
        assert_string_equal(buffer, cases[i].json);
        assert_true(text.length == counted.length && text.length == (int64_t)strlen(cases[i].json));
    }
}

static void test_what_is_written_is_read_as_it_was(void **state)
{
    (void)state;
    enum { LONG = (1 << 20) + 5 }; /* longer than what is written at once */
    char string[256], *large = allocate_or_fail(LONG + 1, 1), *object = allocate_or_fail(LONG + 32, 1);
    for (int c = 1; c < 128; c++)
        string[c - 1] = (char)c;
    strcpy(string + 127, "\xc3\xa9\xf0\x9d\x84\x9e");
    memset(large, 'x', LONG);
    large[LONG - 5] = large[LONG - 1] = '"';
    for (int i = 0; i < 2; i++) {
        const char *said = i == 0 ? string : large;
        struct json_value *out = NULL;
        struct text text = {object, LONG + 32, 0};
        text_append(&text, "{");
        json_append(&text, "k");
        text_append(&text, ":");
        json_append(&text, said);
        text_append(&text, "}");
        assert_ok(read_bytes(object, (size_t)text.length, &out));
        assert_string_equal(json_text_of(json_find(out, "k")), said);
        memory_free(out);
    }
    free(object);
    free(large);
}

int main(void)
{
    setlocale(LC_ALL, "de_DE.UTF-8"); /* with a decimal comma, where it is there */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_are_all_of_64_bits),
        cmocka_unit_test(test_other_values_are_known_and_no_more),
        cmocka_unit_test(test_texts_are_unescaped_to_utf8),
        cmocka_unit_test(test_texts_that_are_none_are_refused),
        cmocka_unit_test(test_lists_and_objects_are_walked_in_their_order),
        cmocka_unit_test(test_what_is_no_object_is_refused),
        cmocka_unit_test(test_every_beginning_of_a_text_is_refused),
        cmocka_unit_test(test_a_byte_that_is_changed_does_no_harm),
        cmocka_unit_test(test_depth_and_values_have_a_limit),
        cmocka_unit_test(test_many_keys_are_found_and_held_apart),
        cmocka_unit_test(test_what_is_written_is_what_other_writers_write),
        cmocka_unit_test(test_what_is_written_is_read_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
