/*
 * test_text.c - numbers become text and come back, alike in every locale, and nothing but a number is taken for one.
 */
#include "base/text.h"
#include "support.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* The very same number comes back, the sign of 0 included. */
static void assert_round_trip(double number)
{
    char text[TEXT_NUMBER_CAPACITY];
    double back = 12345.0;
    memset(text, '#', sizeof text);
    text_from_number(number, text);
    assert_non_null(memchr(text, '\0', sizeof text));
    if (!text_to_number(text, &back) || bits_of(back) != bits_of(number))
        fail_msg("%a became \"%s\", which is %a", number, text, back);
}

/* clang-format off */
static const double numbers[] = {
    0.0,      -0.0,     1.0,          -1.0,        0.1,        0.01,       1.0 / 3.0,   1e22,          1e23,
    DBL_MAX,  -DBL_MAX, DBL_MIN,      -DBL_MIN,    5e-324,     -5e-324,    1e-310,      DBL_EPSILON,   2.0 / 3.0,
    M_PI,     -M_E,     9007199254740993.0,        123456789012345680.0,   0.30000000000000004,
};
/* clang-format on */

static void test_numbers_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++)
        assert_round_trip(numbers[i]);
}

/* Of any size, it is the number that a reader would write: no digits come after the third. */
static void test_a_rounded_number_has_three_digits(void **state)
{
    (void)state;
    const double rounded[] = {3.3214e-37, 1.23456e-300, 0.0123456,   1.0,      874.2,
                              9996.0,     1.2345e25,    1.23456e300, -1.23456, 0.0};
    const char *const expected[] = {"3.32e-37", "1.23e-300", "0.0123",    "1",     "874",
                                    "10000",    "1.23e+25",  "1.23e+300", "-1.23", "0"};
    for (size_t i = 0; i < sizeof rounded / sizeof *rounded; i++) {
        char text[TEXT_NUMBER_CAPACITY];
        text_from_number(text_round(rounded[i]), text);
        assert_string_equal(text, expected[i]);
    }
    assert_true(text_round(DBL_MAX) == DBL_MAX && isinf(text_round((double)INFINITY)));
}

/* Every pattern of bits that is a number, denormal ones among them. */
static void test_random_numbers_come_back(void **state)
{
    (void)state;
    struct generator generator = {1};
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = generator_next(&generator);
        if (i % 10 == 0)
            bits &= 0x800FFFFFFFFFFFFFu; /* exponent 0: denormal */
        double number;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number))
            assert_round_trip(number);
    }
}

/* A float's text is read back by strtof, and has at most 9 digits. */
static void test_floats_come_back(void **state)
{
    (void)state;
    const float edges[] = {0.0F, -0.0F, 1.0F, 0.1F, FLT_MAX, -FLT_MIN, 1e-45F, 16777216.0F, 1.0F / 3};
    struct generator generator = {2};
    for (size_t i = 0; i < 50000; i++) {
        const uint32_t drawn = (uint32_t)generator_next(&generator) & (i % 10 == 0 ? 0x807FFFFFu : 0xFFFFFFFFu);
        float number, back;
        memcpy(&number, &drawn, sizeof number);
        number = i < COUNT(edges) ? edges[i] : number;
        if (!isfinite(number))
            continue;
        char text[TEXT_NUMBER_CAPACITY];
        text_from_float(number, text);
        back = strtof(text, NULL);
        if (memcmp(&back, &number, sizeof back) != 0 || strlen(text) > strlen("-1.23456789e-12"))
            fail_msg("%a became \"%s\", which is %a", (double)number, text, (double)back);
    }
}

static void test_a_floats_text_is_no_longer_than_it_must_be(void **state)
{
    (void)state;
    const float floats[] = {0.1F, 1.0F, -2.5F, 1e10F, 16777216.0F, 0.3F, 1.0F / 3, 1e-45F};
    const char *const texts[] = {"0.1", "1", "-2.5", "1e+10", "16777216", "0.3", "0.33333334", "1.4013e-45"};
    for (size_t i = 0; i < COUNT(floats); i++) {
        char text[TEXT_NUMBER_CAPACITY];
        text_from_float(floats[i], text);
        assert_string_equal(text, texts[i]);
    }
}

static void test_text_is_no_longer_than_it_must_be(void **state)
{
    (void)state;
    /* clang-format off */
    const struct {
        double number;
        const char *text;
    } cases[] = {
        {0.0, "0"},    {1.0, "1"},       {0.1, "0.1"},   {0.01, "0.01"}, {-2.5, "-2.5"},
        {100, "100"},  {1e-8, "1e-08"}, {1e22, "1e+22"}, {0.30000000000000004, "0.30000000000000004"},
        {0.999, "0.999"},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[TEXT_NUMBER_CAPACITY];
        text_from_number(cases[i].number, text);
        assert_string_equal(text, cases[i].text);
    }
}

/* ---- what is a number ---- */

static void test_decimal_numbers_are_read(void **state)
{
    (void)state;
    /* clang-format off */
    const struct {
        const char *text;
        double number;
    } cases[] = {
        {"0", 0},     {"1", 1},       {"+1", 1},     {"-1", -1},   {".5", 0.5},        {"5.", 5},
        {"1e3", 1e3}, {"1E3", 1e3},   {"1e+3", 1e3}, {"1e-3", 1e-3}, {"-.5e1", -5},    {"007", 7},
        {"1.7976931348623157e308", DBL_MAX},         {"4.9e-324", 5e-324},
        {"2.2250738585072014e-308", DBL_MIN},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(cases); i++) {
        double number = 12345.0;
        if (!text_to_number(cases[i].text, &number) || number != cases[i].number)
            fail_msg("\"%s\" is read as %g", cases[i].text, number);
    }
}

/* A number halfway between two doubles goes to the even one, unless a digit says that it is beyond, however far away that is. */
static void test_every_digit_counts(void **state)
{
    (void)state;
    enum { ZEROS = 2000 };
    const char halfway[] = "1.00000000000000011102230246251565404236316680908203125"; /* 1 + 2⁻⁵³ */
    char text[sizeof halfway + ZEROS + 8], zeros[ZEROS + 1];
    double number = 0;
    memset(zeros, '0', ZEROS);
    zeros[ZEROS] = '\0';
    assert_true(text_to_number(halfway, &number) && number == 1);
    snprintf(text, sizeof text, "%s%s", halfway, zeros);
    assert_true(text_to_number(text, &number) && number == 1);
    snprintf(text, sizeof text, "%s%s1", halfway, zeros);
    assert_true(text_to_number(text, &number) && number == 1 + DBL_EPSILON);
    snprintf(text, sizeof text, "-0.%s25e%d", zeros, ZEROS);
    assert_true(text_to_number(text, &number) && number == -0.25);
    snprintf(text, sizeof text, "25%s.0e-%d", zeros, ZEROS + 2);
    assert_true(text_to_number(text, &number) && number == 0.25);
    assert_true(text_to_number("0e99999999999999999999", &number) && number == 0);
    assert_true(text_to_number("1e-99999999999999999999", &number) && number == 0);
    assert_false(text_to_number("1e99999999999999999999", &number));
}

static void test_nothing_else_is_a_number(void **state)
{
    (void)state;
    /* clang-format off */
    const char *const texts[] = {
        "", " ", " 1", "1 ", "\t1", "1\n", "1 2", "- 1",
        "abc", "1x", "x1", "1f", "1d0", "1.0L", "١",
        "-", "+", ".", "-.", "--1", "+-1", "e5", ".e5", "1e", "1e+",
        "1,5", "1.5.2", "1_000", "1'000",
        "0x10", "0X1p4", "-0x1", "0x", "+0x.8p1",
        "nan", "NaN", "-nan", "+nan", "nan(1)", "inf", "-inf", "+inf", "INF", "infinity", "-Infinity",
        "1e309", "-1e309", "1e999999999999", "1.7976931348623159e308",
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(texts); i++) {
        double number = 12345.0;
        if (text_to_number(texts[i], &number))
            fail_msg("\"%s\" is taken for the number %g", texts[i], number);
        assert_true(number == 12345.0);
    }
}

static void test_integers_are_read_up_to_64_bits(void **state)
{
    (void)state;
    /* clang-format off */
    const struct {
        const char *text;
        int64_t integer;
    } cases[] = {
        {"0", 0},  {"-0", 0},  {"+7", 7},  {"-7", -7},  {"0010", 10},
        {"9223372036854775807", INT64_MAX},  {"-9223372036854775808", INT64_MIN},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t integer = 12345;
        if (!text_to_integer(cases[i].text, &integer) || integer != cases[i].integer)
            fail_msg("\"%s\" is read as %lld", cases[i].text, (long long)integer);
    }
}

static void test_nothing_else_is_an_integer(void **state)
{
    (void)state;
    /* clang-format off */
    const char *const texts[] = {
        "",   " ",  " 1",  "1 ",   "\n1", "1.",  "1.0", ".5",   "1e3", "0x10", "1x",  "x",  "-",
        "+",  ".",  "--1", "+-1",  "- 1", "1,0", "nan", "true", "9223372036854775808",
        "-9223372036854775809",    "99999999999999999999999999999999",
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t integer = 12345;
        if (text_to_integer(texts[i], &integer))
            fail_msg("\"%s\" is taken for the integer %lld", texts[i], (long long)integer);
        assert_int_equal(integer, 12345);
    }
}

static void test_errno_is_the_callers(void **state)
{
    (void)state;
    double number;
    int64_t integer;
    errno = EDOM;
    text_to_number("1e999", &number);
    text_to_number("5e-324", &number);
    text_to_integer("99999999999999999999", &integer);
    text_to_integer("1", &integer);
    assert_int_equal(errno, EDOM);
}

/* ---- locales ---- */

/* Sets a locale that writes 0,5; false if this system has none. */
static bool set_comma_locale(void)
{
    const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "fr_FR.UTF-8", "fr_FR.utf8",
                                 "nl_NL.UTF-8", "pt_BR.UTF-8", "de_DE"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (setlocale(LC_ALL, names[i]) != NULL && strcmp(localeconv()->decimal_point, ",") == 0)
            return true;
    return false;
}

static void test_a_locale_with_a_decimal_comma_changes_nothing(void **state)
{
    (void)state;
    if (!set_comma_locale()) {
        print_message(
            "SKIPPED: no locale with a decimal comma is installed (Debian and Ubuntu: package locales-all)\n");
        skip();
    }
    char text[TEXT_NUMBER_CAPACITY];
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5"); /* the locale is at work */
    text_from_number(0.5, text);
    assert_string_equal(text, "0.5");
    test_numbers_come_back(NULL);
    test_decimal_numbers_are_read(NULL);
    test_nothing_else_is_a_number(NULL);
    assert_string_equal(localeconv()->decimal_point, ","); /* and was left alone */
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    setlocale(LC_ALL, "C");
}

#if !defined(_WIN32)
static void test_the_threads_own_locale_is_put_back(void **state)
{
    (void)state;
    const locale_t own = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = uselocale(own);
    char text[TEXT_NUMBER_CAPACITY];
    double number;
    text_from_number(0.5, text);
    text_to_number("0.5", &number);
    assert_true(uselocale(before) == own);
    freelocale(own);
}
#endif

/* ---- text_append ---- */

static void test_text_that_does_not_fit_is_counted_and_not_written(void **state)
{
    (void)state;
    for (int64_t capacity = 0; capacity <= 16; capacity++) {
        char buffer[20];
        memset(buffer, '#', sizeof buffer);
        struct text text = {buffer, capacity, 0};
        text_append(&text, "%s-%d", "layer", 12);
        text_append(&text, "%s", "");
        text_append_bytes(&text, "!?", 1);
        assert_int_equal(text.length, 9);
        if (capacity > 0) {
            const size_t kept = capacity > 9 ? 9 : (size_t)capacity - 1;
            assert_memory_equal(buffer, "layer-12!", kept);
            assert_int_equal(buffer[kept], '\0');
        }
        for (int64_t i = capacity; i < 20; i++)
            assert_int_equal(buffer[i], '#');
    }
}

static void test_text_without_a_buffer_is_measured(void **state)
{
    (void)state;
    struct text text = {NULL, 0, 0};
    text_append(&text, "%d", 12345);
    text_append_bytes(&text, "678", 3);
    assert_int_equal(text.length, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_come_back),
        cmocka_unit_test(test_random_numbers_come_back),
        cmocka_unit_test(test_a_rounded_number_has_three_digits),
        cmocka_unit_test(test_floats_come_back),
        cmocka_unit_test(test_a_floats_text_is_no_longer_than_it_must_be),
        cmocka_unit_test(test_text_is_no_longer_than_it_must_be),
        cmocka_unit_test(test_decimal_numbers_are_read),
        cmocka_unit_test(test_every_digit_counts),
        cmocka_unit_test(test_nothing_else_is_a_number),
        cmocka_unit_test(test_integers_are_read_up_to_64_bits),
        cmocka_unit_test(test_nothing_else_is_an_integer),
        cmocka_unit_test(test_errno_is_the_callers),
        cmocka_unit_test(test_a_locale_with_a_decimal_comma_changes_nothing),
#if !defined(_WIN32)
        cmocka_unit_test(test_the_threads_own_locale_is_put_back),
#endif
        cmocka_unit_test(test_text_that_does_not_fit_is_counted_and_not_written),
        cmocka_unit_test(test_text_without_a_buffer_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
