/*
 * format/json_read.c - see json.h.
 *
 * Why our own, where a library would do: no library that Debian 12 has survives an allocation that is refused, or takes an
 * allocator for one text alone. jansson 2.14 was used, and left. Where its scanner is refused memory it drops a character
 * and goes on (its issue 362): a string of 14 characters whose closing quote is dropped so is copied past its end until
 * the process dies, and a number ends in assert. Both were seen under the address sanitizer, with one allocation refused. Its
 * allocator is the process's, which belongs to the host. yajl has an allocator for each parser, and does not look at what
 * it returns; cJSON's is the process's again; jsmn needs none, and takes texts that are no JSON. Three million texts with bytes
 * changed, put in and left out were read by jansson too: the same 382765 were taken, with the same values, but for numbers
 * beyond a double, which jansson refuses.
 *
 * The one idea: a text is gone through twice by the same functions. The first pass checks all of it and counts; then one block
 * of the right size is asked for, the only allocation; the second pass fills it. Nothing can fail in the second. A stranger's
 * text cannot ask for much: it is refused as soon as it is nested too deep, or has more values than bytes to speak of.
 */
#include "base/memory.h"
#include "base/status.h"
#include "format/json.h"
#include "format/json_scan.h"

#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------- values -------------------------------------------------- */

static int32_t take_value(struct json_scan *scan, const char *key, struct json_value **out);

/* "key": and its value; or a value alone. */
static int32_t take_member(struct json_scan *scan, bool is_object, struct json_value **out)
{
    const char *key = NULL;
    json_scan_space(scan);
    if (is_object) {
        if (!json_scan_take(scan, '"')) {
            return json_scan_error(scan, "expected a key in quotes");
        }
        const int32_t status = json_scan_text(scan, &key);
        if (status != DNN_OK) {
            return status;
        }
        json_scan_space(scan);
        if (!json_scan_take(scan, ':')) {
            return json_scan_error(scan, "expected : and a value");
        }
    }
    return take_value(scan, key, out);
}

/* The members of a list or object, behind its bracket. Calls itself by take_value, `deepest` times at most. */
static int32_t take_members(struct json_scan *scan, struct json_value *value, char end)
{
    const bool is_object = end == '}';
    struct json_value *last = NULL, *member = NULL;
    int64_t count = 0;
    int32_t status = ++scan->depth > scan->deepest ? json_scan_wrong(scan, "nested too deep") : json_scan_count(scan);
    json_scan_space(scan);
    bool is_ended = status == DNN_OK && json_scan_take(scan, end);
    while (status == DNN_OK && !is_ended) {
        status = take_member(scan, is_object, &member);
        count++;
        if (last != NULL) {
            last->next = member;
        }
        last = member;
        json_scan_space(scan);
        is_ended = status == DNN_OK && json_scan_take(scan, end);
        if (status == DNN_OK && !is_ended) {
            status = json_scan_take(scan, ',') ? json_scan_count(scan)
                                               : json_scan_error(scan, "expected a comma or the end of a list");
        }
    }
    scan->depth--;
    value->kind = is_object ? JSON_OBJECT : JSON_LIST;
    value->as.count = count;
    scan->most_members = is_object && count > scan->most_members ? count : scan->most_members;
    return status;
}

static bool take_word(struct json_scan *scan, const char *word)
{
    const int64_t length = (int64_t)strlen(word);
    const bool is_there =
        scan->source->length - scan->at >= length && memcmp(scan->source->text + scan->at, word, (size_t)length) == 0;
    scan->at += is_there ? length : 0;
    return is_there;
}

/* *out: the value, if there are any to be filled. */
static int32_t take_value(struct json_scan *scan, const char *key, struct json_value **out)
{
    struct json_value unused;
    struct json_value *value = scan->values == NULL ? &unused : &scan->values[scan->value_count];
    *value = (struct json_value){.key = key};
    *out = scan->values == NULL ? NULL : value;
    scan->value_count++;
    json_scan_space(scan);
    if (json_scan_take(scan, '"')) {
        value->kind = JSON_TEXT;
        return json_scan_text(scan, &value->as.text);
    }
    if (json_scan_take(scan, '{')) {
        return take_members(scan, value, '}');
    }
    if (json_scan_take(scan, '[')) {
        return take_members(scan, value, ']');
    }
    if (take_word(scan, "true") || take_word(scan, "false") || take_word(scan, "null")) {
        return DNN_OK;
    }
    const char c = json_scan_peek(scan);
    return c == '-' || (c >= '0' && c <= '9') ? json_scan_number(scan, value)
                                              : json_scan_error(scan, "expected a value");
}

/* All of a text. */
static int32_t take_all(struct json_scan *scan)
{
    struct json_value *root;
    json_scan_space(scan);
    const bool is_object = json_scan_peek(scan) == '{';
    const int32_t status = take_value(scan, NULL, &root);
    if (status != DNN_OK) {
        return status;
    }
    json_scan_space(scan);
    if (scan->at < scan->source->length) {
        return json_scan_error(scan, "more behind its end");
    }
    return is_object ? DNN_OK : json_scan_wrong(scan, "no JSON object");
}

/* ------------------------------------------------ keys, twice ----------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* keys: [count of its members], overwritten */
static int32_t check_keys(const struct json_scan *scan, const struct json_value *object, const char **keys)
{
    int64_t count = 0;
    for (const struct json_value *member = json_first(object); member != NULL; member = member->next) {
        keys[count++] = member->key;
    }
    qsort(keys, (size_t)count, sizeof *keys, by_text);
    for (int64_t i = 1; i < count; i++) {
        if (strcmp(keys[i - 1], keys[i]) == 0) {
            return status_error(DNN_ERROR_FORMAT, "\"%s\": its %s is no JSON: duplicate key \"%.100s\"",
                                scan->source->file, scan->source->part, keys[i]);
        }
    }
    return DNN_OK;
}

int32_t json_read(const struct json_source *source, int64_t deepest, struct json_value **out)
{
    struct json_scan first = {.source = source, .deepest = deepest};
    int32_t status = take_all(&first);
    if (status != DNN_OK) {
        return status;
    }
    /* The values, room to sort the keys of an object, and the texts: less than 20 bytes for each of the source's. */
    const int64_t values_size = first.value_count * (int64_t)sizeof(struct json_value);
    const int64_t keys_size = first.most_members * (int64_t)sizeof(char *);
    struct json_value *values = memory_new(values_size + keys_size + first.byte_count, 1);
    if (values == NULL) {
        return status_error(DNN_ERROR_OUT_OF_MEMORY, "not enough memory for the %s of a file", source->part);
    }
    const char **keys = (const char **)(void *)(values + first.value_count);
    struct json_scan second = {.source = source, .deepest = deepest, .values = values};
    second.bytes = (char *)(keys + first.most_members);
    status = take_all(&second);
    for (int64_t i = 0; status == DNN_OK && i < second.value_count; i++) {
        status = values[i].kind == JSON_OBJECT ? check_keys(&second, &values[i], keys) : DNN_OK;
    }
    if (status != DNN_OK) {
        memory_free(values);
        return status;
    }
    *out = values;
    return DNN_OK;
}
