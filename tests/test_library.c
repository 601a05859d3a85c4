/*
 * test_library.c - what the library says of itself: versions, constants, the words for statuses, and the last error.
 */
#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_the_constants_are_functions_too(void **state)
{
    (void)state;
    assert_int_equal(dnn_ok(), 0);
    assert_int_equal(dnn_stopped(), 1);
    assert_int_equal(dnn_error_invalid_argument(), -1);
    assert_int_equal(dnn_error_out_of_memory(), -2);
    assert_int_equal(dnn_error_io(), -3);
    assert_int_equal(dnn_error_format(), -4);
    assert_int_equal(dnn_error_unsupported(), -5);
    assert_int_equal(dnn_error_not_finite(), -6);
}

static void test_each_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    const char *unknown = dnn_status_string(-7);
    assert_string_equal(unknown, "unknown status");
    for (int32_t a = DNN_ERROR_NOT_FINITE; a <= DNN_STOPPED; a++) {
        assert_string_not_equal(dnn_status_string(a), unknown);
        for (int32_t b = DNN_ERROR_NOT_FINITE; b < a; b++)
            assert_string_not_equal(dnn_status_string(a), dnn_status_string(b));
    }
    assert_string_equal(dnn_status_string(2), unknown);
    assert_string_equal(dnn_status_string(INT32_MIN), unknown);
}

static void test_the_version_is_told_alike_in_three_places(void **state)
{
    (void)state;
    int major = -1, minor = -1, patch = -1;
    assert_int_equal(sscanf(dnn_version_string(), "%d.%d.%d", &major, &minor, &patch), 3);
    assert_int_equal(dnn_version(), 10000 * major + 100 * minor + patch);
    assert_non_null(strstr(dnn_build_info(), dnn_version_string()));
    assert_null(strchr(dnn_build_info(), '\n'));
}

/* A call that succeeds leaves the message as it is; so does asking for it. */
static void test_the_last_error_stays_until_the_next_failure(void **state)
{
    (void)state;
    dnn_config *config = config_of("");
    char kept[1024];
    expect_invalid(dnn_config_set(config, "no\nsuch", "1"), "no such");
    snprintf(kept, sizeof kept, "%s", dnn_last_error());
    assert_ok(dnn_config_set(config, "epochs", "2"));
    assert_string_equal(dnn_last_error(), kept);
    assert_null(strchr(dnn_last_error(), '\n'));
    dnn_config_destroy(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_constants_are_functions_too),
        cmocka_unit_test(test_each_status_has_a_name_of_its_own),
        cmocka_unit_test(test_the_version_is_told_alike_in_three_places),
        cmocka_unit_test(test_the_last_error_stays_until_the_next_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
