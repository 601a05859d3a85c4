/*
 * judge.c - was the answer right? An error where one is due, with a message that names the argument or quotes it; no output
 * touched by an error; success where nothing is wrong.
 *
 * Outputs are filled with bytes that nothing computes, and the message is replaced by a marker, so that neither can be left
 * over from an earlier call.
 */
#include "arguments.h"

#include "base/utf8.h"
#include "expect.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNTOUCHED = 0xA5, QUOTED = 12 };

#define MARKER "left over from an earlier call" /* of mark_last_error */

int64_t call_count, finding_count;
int32_t latest_status;

static const struct attempt *latest;
static uint8_t outputs[MOST_PARAMETERS][OUTPUT_BYTES + 8];

void finding(const char *format, ...)
{
    finding_count++;
    printf("FINDING: %s(", latest == NULL ? "" : latest->function->name);
    for (int i = 0; latest != NULL && i < latest->function->count; i++)
        if (latest->values[i] != NULL)
            printf(" %s = %s", latest->function->parameters[i].name, latest->values[i]->label);
    printf(" ): ");
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

/* ---- outputs ---- */

static bool is_written(enum kind kind)
{
    return kind == KIND_HANDLE_OUT || kind == KIND_ARRAY_OUT || kind == KIND_SCALAR_OUT;
}

static void prepare_outputs(struct attempt *attempt)
{
    for (int i = 0; i < attempt->function->count; i++) {
        if (!is_written(attempt->function->parameters[i].kind))
            continue;
        memset(outputs[i], UNTOUCHED, sizeof outputs[i]);
        const struct value *value = attempt->values[i];
        attempt->arguments[i].pointer =
            value == NULL || value->shift != 0 ? outputs[i] + (value ? value->shift : 0) : NULL;
    }
}

static void check_untouched(const struct attempt *attempt)
{
    for (int i = 0; i < attempt->function->count; i++)
        for (size_t at = 0; is_written(attempt->function->parameters[i].kind) && at < sizeof outputs[i]; at++)
            if (outputs[i][at] != UNTOUCHED) {
                finding("%s was written by a call that failed, at byte %zu", attempt->function->parameters[i].name, at);
                break;
            }
}

static void destroy_handle(const char *type, void *handle)
{
    if (strcmp(type, "dnn_config") == 0)
        dnn_config_destroy(handle);
    else if (strcmp(type, "dnn_model") == 0)
        dnn_model_destroy(handle);
    else if (strcmp(type, "dnn_workspace") == 0)
        dnn_workspace_destroy(handle);
    else if (strcmp(type, "dnn_trainer") == 0)
        dnn_trainer_destroy(handle);
    else if (strcmp(type, "dnn_dataset") == 0)
        dnn_dataset_destroy(handle);
    else
        finding("nobody knows how to release a %s: please add it to judge.c", type);
}

static void destroy_outputs(const struct attempt *attempt)
{
    for (int i = 0; i < attempt->function->count; i++) {
        const struct parameter *parameter = &attempt->function->parameters[i];
        if (parameter->kind != KIND_HANDLE_OUT || attempt->arguments[i].pointer == NULL)
            continue;
        void *handle;
        memcpy(&handle, outputs[i], sizeof handle);
        destroy_handle(parameter->of, handle);
    }
}

/* ---- messages ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool has_word(const char *message, const char *word)
{
    for (const char *at = strstr(message, word); at != NULL; at = strstr(at + 1, word))
        if ((at == message || !is_letter(at[-1])) && !is_letter(at[strlen(word)]))
            return true;
    return false;
}

/* The beginning of a text in quotes, as a message would repeat it: one line of UTF-8. */
static bool has_quote(const char *message, const char *text)
{
    char quote[QUOTED + 3] = "\"";
    size_t length = 1;
    for (; *text != '\0' && length <= QUOTED; text++) {
        const int64_t bytes = utf8_length(text);
        if (bytes > 1)
            break;
        quote[length++] = (char)(bytes == 0 ? '?' : (unsigned char)*text < 0x20 ? ' ' : *text);
    }
    return strstr(message, quote) != NULL;
}

/* A number in quotes, as messages repeat what was meant for a key. */
static bool has_number(const char *message, double number)
{
    for (const char *at = strchr(message, '"'); at != NULL; at = strchr(at + 1, '"')) {
        const double quoted = strtod(at + 1, NULL);
        if (quoted == number || (isnan(quoted) && isnan(number)))
            return true;
    }
    return false;
}

static bool names(const char *message, const struct parameter *parameter, const struct value *value)
{
    if (has_word(message, parameter->name))
        return true;
    /* Other words for the same: a capacity is wrong for its buffer alone, and of a file and of options the text is known. */
    static const char *const words[][2] = {
        {"capacity", "buffer"}, {"bytes", "file"},    {"bytes", "(memory)"},
        {"size", "file"},       {"size", "(memory)"}, {"options_or_null", "option"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(parameter->name, words[i][0]) == 0 && has_word(message, words[i][1]))
            return true;
    switch (parameter->kind) {
    case KIND_TEXT:
        return value->argument.pointer != NULL && has_quote(message, value->argument.pointer);
    case KIND_INTEGER:
        return has_number(message, (double)value->argument.integer);
    case KIND_REAL:
        return has_number(message, value->argument.number);
    default:
        return false;
    }
}

static bool is_plain(const char *message)
{
    for (const char *at = message; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            return false;
    return *message != '\0' && utf8_is_valid(message, (int64_t)strlen(message));
}

/* ---- verdicts ---- */

/* NULL for an output that need not be there, with a size of it that may be 0 then. */
static bool is_only_asked(const struct attempt *attempt)
{
    for (int i = 0; i < attempt->function->count; i++)
        if (attempt->function->parameters[i].null == NULL_SOMETIMES && attempt->values[i] != NULL &&
            attempt->values[i]->shift == 0)
            return true;
    return false;
}

/* What the values ask for together. */
static enum verdict verdict_of(const struct attempt *attempt)
{
    enum verdict worst = SUCCEEDS_ALONE;
    int count = 0;
    for (int i = 0; i < attempt->function->count; i++) {
        if (attempt->values[i] == NULL)
            continue;
        count++;
        const enum verdict verdict = attempt->values[i]->verdict;
        if (verdict == FAILS)
            worst = FAILS;
        else if (worst != FAILS && (verdict == MAY_FAIL || count > 1))
            worst = MAY_FAIL;
        else if (worst != FAILS)
            worst = verdict;
    }
    if (attempt->function->is_refused || (worst == FAILS && is_only_asked(attempt)))
        return MAY_FAIL;
    return worst;
}

static void check_message(const struct attempt *attempt, bool must_name)
{
    const char *message = dnn_last_error();
    if (strstr(message, MARKER) != NULL) {
        finding("an error without a message");
        return;
    }
    if (!is_plain(message))
        finding("the message is no line of UTF-8: \"%s\"", message);
    for (int i = 0; i < attempt->function->count; i++)
        if (attempt->values[i] != NULL && names(message, &attempt->function->parameters[i], attempt->values[i]))
            return;
    if (must_name)
        finding("the message names no argument that is wrong: \"%s\"", message);
}

static bool check_status(const struct attempt *attempt, int64_t status, enum verdict verdict)
{
    if (status < DNN_ERROR_NOT_FINITE || status > DNN_STOPPED) {
        finding("status %" PRId64, status);
        return true;
    }
    if (status >= 0) {
        if (verdict == FAILS || verdict == FAILS_ALONE || attempt->function->is_refused)
            finding("succeeded");
        destroy_outputs(attempt);
        return true;
    }
    if (verdict == SUCCEEDS_ALONE)
        finding("failed with %" PRId64 ": %s", status, dnn_last_error());
    check_message(attempt, verdict == FAILS || verdict == FAILS_ALONE);
    check_untouched(attempt);
    return false;
}

/* What says "no such thing" in a function that returns something else than a status. */
static bool is_nothing(const struct attempt *attempt, const struct result *result)
{
    switch (attempt->function->returns) {
    case RETURNS_INTEGER:
        return result->integer == -1;
    case RETURNS_NUMBER:
        return isnan(result->number);
    case RETURNS_TEXT:
        return result->text == NULL;
    default:
        return true;
    }
}

bool attempt_make(struct attempt *attempt)
{
    latest = attempt;
    const struct function *function = attempt->function;
    const enum verdict verdict = verdict_of(attempt);
    struct result result = {0};
    prepare_outputs(attempt);
    mark_last_error();
    call_count++;
    function->call(attempt->arguments, &result);
    latest_status = function->returns == RETURNS_STATUS ? (int32_t)result.integer : DNN_OK;
    if (function->returns == RETURNS_STATUS)
        return check_status(attempt, result.integer, verdict);
    const bool must_fail = verdict == FAILS || verdict == FAILS_ALONE;
    if (function->count > 0 && function->returns != RETURNS_NOTHING && must_fail != is_nothing(attempt, &result) &&
        verdict != MAY_FAIL)
        finding("returned %s, %g, %" PRId64, result.text == NULL ? "NULL" : result.text, result.number, result.integer);
    return true;
}
