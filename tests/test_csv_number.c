/*
 * test_csv_number.c - decimal text to double, bit for bit as strtod of the C library gives it in the "C" locale.
 *
 * The texts are random ones of each kind that the three ways in csv_number.c are made for, and those that are known to be
 * hard: halves between two doubles, with a digit more or less far behind; the ends of the range; many zeros, many digits.
 */
#include "data/csv_number.h"
#include "support.h"

#include <inttypes.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = 2000 };

static int64_t compared;

/* csv_number and strtod agree on a whole text. tests run in the "C" locale, but for the last one. */
static void compare(const char *text)
{
    char buffer[CAPACITY + CSV_PADDING] = {0}, before[CAPACITY];
    assert_true(strlen(text) < CAPACITY);
    strcpy(buffer, text);
    strcpy(before, text);
    char *end = NULL;
    double actual = 0;
    const double expected = strtod(text, &end);
    assert_true(*end == '\0');
    if (csv_number(buffer, '.', &actual) != buffer + strlen(text))
        fail_msg("\"%s\" is not read to its end", text);
    if (memcmp(&actual, &expected, sizeof actual) != 0)
        fail_msg("\"%s\" gives %.17g, strtod %.17g", text, actual, expected);
    assert_string_equal(buffer, before);
    compared++;
}

static uint64_t below(struct generator *generator, uint64_t bound)
{
    return generator_next(generator) % bound;
}

/* Random digits, at least `least`, at most `most`. Returns how many. */
static int add_digits(struct generator *generator, char *text, int least, int most)
{
    const int count = least + (int)below(generator, (uint64_t)(most - least + 1));
    for (int i = 0; i < count; i++)
        text[i] = (char)('0' + below(generator, 10));
    text[count] = '\0';
    return count;
}

static void test_random_decimals(void **state)
{
    (void)state;
    struct generator generator = {1};
    for (int i = 0; i < 200000; i++) {
        char text[128], *at = text;
        static const char *const signs[] = {"", "-", "+"};
        at += sprintf(at, "%s", signs[below(&generator, 3)]);
        at += add_digits(&generator, at, 0, i % 2 == 0 ? 8 : 25);
        *at++ = '.';
        at += add_digits(&generator, at, 1, i % 2 == 0 ? 9 : 30);
        if (below(&generator, 3) == 0)
            at += sprintf(at, "%c%+d", "eE"[below(&generator, 2)], (int)below(&generator, 60) - 30);
        compare(text);
    }
}

/* Every exponent, with all lengths of the mantissa. */
static void test_the_whole_range(void **state)
{
    (void)state;
    struct generator generator = {2};
    for (int exponent = -400; exponent <= 400; exponent++) {
        for (int i = 0; i < 100; i++) {
            char text[128];
            const int count = add_digits(&generator, text, 1, 22);
            sprintf(text + count, "e%d", exponent);
            compare(text);
        }
    }
}

/* All bit patterns of a double are written with 15, 16 and 17 digits, as programs do. */
static void test_what_programs_write(void **state)
{
    (void)state;
    struct generator generator = {3};
    for (int i = 0; i < 100000; i++) {
        const uint64_t bits = generator_next(&generator);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (i % 2 == 0)
            number = (generator_uniform(&generator) - 0.5) * 1000;
        if (!(number - number == 0))
            continue;
        char text[64];
        sprintf(text, "%.*g", 15 + i % 3, number);
        compare(text);
        sprintf(text, "%.*e", 15 + i % 5, number);
        compare(text);
    }
}

/* Halfway between two doubles, written out in full: as it is, with its last digit changed, and with a digit far behind. */
static void test_halves_between_two_doubles(void **state)
{
    (void)state;
    struct generator generator = {4};
    for (int i = 0; i < 20000; i++) {
        /* (2m + 1) 2^e with m of 53 bits is halfway between two doubles. */
        const uint64_t m = (generator_next(&generator) >> 11) | UINT64_C(1) << 52;
        const long double half = ((long double)m * 2 + 1);
        const int exponent = (int)below(&generator, 120) - 80;
        char text[CAPACITY];
        long double value = half;
        for (int k = 0; k < abs(exponent); k++)
            value = exponent < 0 ? value / 2 : value * 2;
        sprintf(text, "%.90Lf", value); /* exact: a long double has at least 54 bits, and 80 places hold 2^-80 */
        compare(text);
        char *last = text + strlen(text);
        while (last[-1] == '0')
            *--last = '\0';
        if (last[-1] == '.') {
            last[-1] = '\0';
            last--;
        }
        compare(text);
        last[-1] = (char)(last[-1] == '9' ? '8' : last[-1] + 1);
        compare(text);
        sprintf(text, "%.90Lf1", value);
        compare(text);
        memset(text + strlen(text), '0', 900);
        text[990] = '\0';
        strcat(text, "1");
        compare(text);
    }
}

static void test_numbers_that_are_known_to_be_hard(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0",
                                        "+0",
                                        "0.0",
                                        "-0.000",
                                        "0e999",
                                        "0e-999",
                                        "00000000000000000000000000000000000000000000001",
                                        "1e-324",
                                        "2.4703282292062327e-324",
                                        "2.4703282292062328e-324",
                                        "4.9e-324",
                                        "5e-324",
                                        "2.2250738585072011e-308",
                                        "2.2250738585072012e-308",
                                        "2.2250738585072014e-308",
                                        "1.7976931348623157e308",
                                        "1.7976931348623158e308",
                                        "1.7976931348623159e308",
                                        "1.797693134862315807e308",
                                        "1e308",
                                        "1e309",
                                        "-1e400",
                                        "1e99999999999999999999",
                                        "1e-99999999999999999999",
                                        "9007199254740991",
                                        "9007199254740992",
                                        "9007199254740993",
                                        "9007199254740994",
                                        "9007199254740995",
                                        "9007199254740993.00000000000000000000000000000001",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "9999999999999999999",
                                        "99999999999999999999",
                                        "10000000000000000000",
                                        "1e22",
                                        "1e23",
                                        "8.5e22",
                                        "123456789012345678901234567890",
                                        "0.1",
                                        "0.2",
                                        "0.3",
                                        "1.",
                                        ".5",
                                        "-.5",
                                        "+.5e1",
                                        "1e+5",
                                        "1E5",
                                        "3.518437208883201171875e13",
                                        "62.5364939768271845828",
                                        "8.10109172351e-10",
                                        "6.631236871469758276785396630275967e-11",
                                        "1.00000000000000011102230246251565404236316680908203125",
                                        "1.00000000000000011102230246251565404236316680908203124",
                                        "1.00000000000000011102230246251565404236316680908203126",
                                        "7.2057594037927933e+16",
                                        "9223372036854775807.5",
                                        ("0."
                                         "00000000000000000000000000000000000000000000000000000000000000000000000000000"
                                         "0000000000000000000000000000001"),
                                        "12345678",
                                        "123456789012345678",
                                        "1234567812345678.12345678"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(texts[i]);
    char zeros[CAPACITY] = "0.";
    memset(zeros + 2, '0', 1500);
    strcpy(zeros + 1502, "123e1500");
    compare(zeros);
    memset(zeros, '9', 1500);
    zeros[0] = '1';
    strcpy(zeros + 1500, "e-1480");
    compare(zeros);
}

/* The number ends where its grammar does, and what is none is none. */
static void test_what_is_no_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int length; /* −1: no number */
    } cases[] = {{"", -1},        {"-", -1},    {".", -1},    {"+.", -1},   {"e5", -1},       {".e5", -1},
                 {"abc", -1},     {" 1", -1},   {"inf", -1},  {"nan", -1},  {"--1", -1},      {"-+1", -1},
                 {"0x10", 1},     {"1e", 1},    {"1e+", 1},   {"1.5.2", 3}, {"1_000", 1},     {"1,000", 1},
                 {"12abc", 2},    {"1 ", 1},    {"1e5e5", 3}, {"1f", 1},    {"12345678:", 8}, {"1234567/", 7},
                 {"1234567;", 7}, {"0x1p3", 1}, {"1d5", 1},   {"\xB1", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[64] = {0};
        double value = -7;
        strcpy(buffer, cases[i].text);
        const char *end = csv_number(buffer, '.', &value);
        if (cases[i].length < 0 ? end != NULL : end != buffer + cases[i].length)
            fail_msg("\"%s\" ends in a wrong place", cases[i].text);
    }
}

static void test_the_decimal_point_may_be_a_comma(void **state)
{
    (void)state;
    char hard[64] = "1,00000000000000011102230246251565404236316680908203125", plain[64] = "-12,5e1";
    double value;
    assert_true(csv_number(hard, ',', &value) == hard + strlen(hard) && value == 1.0);
    assert_true(strchr(hard, ',') == hard + 1);
    assert_true(csv_number(plain, ',', &value) == plain + 7 && value == -125);
}

/* The host's locale has a decimal comma: nothing changes. */
static void test_the_locale_changes_nothing(void **state)
{
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL || strcmp(localeconv()->decimal_point, ",") != 0)
        skip();
    char easy[64] = "0.5", hard[64] = "2.2250738585072011e-308",
         exact[64] = "1.00000000000000011102230246251565404236316680908203126";
    double value;
    const double half = strtod("0,5", NULL); /* the locale is what it says */
    assert_true(csv_number(easy, '.', &value) == easy + 3 && value == half);
    assert_true(csv_number(hard, '.', &value) == hard + strlen(hard) && value == 0x0.fffffffffffffp-1022);
    assert_true(csv_number(exact, '.', &value) == exact + strlen(exact) && value == 0x1.0000000000001p0);
    setlocale(LC_ALL, "C");
}

static int print_count(void **state)
{
    (void)state;
    print_message("%" PRId64 " numbers compared\n", compared);
    return compared > 500000 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_decimals),
        cmocka_unit_test(test_the_whole_range),
        cmocka_unit_test(test_what_programs_write),
        cmocka_unit_test(test_halves_between_two_doubles),
        cmocka_unit_test(test_numbers_that_are_known_to_be_hard),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_the_decimal_point_may_be_a_comma),
        cmocka_unit_test(test_the_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, print_count);
}
