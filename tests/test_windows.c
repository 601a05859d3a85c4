/*
 * test_windows.c - files as Windows has them: names in UTF-8 and of any length, devices with the names of files, files that are in
 * use, and handles that no child gets.
 *
 * In the place of test_file and test_file_write, which need a POSIX system. That each call of the system fails in turn is
 * test_system_calls.c, here too.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "file_support.h"
#include "support.h"

#include <io.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#define WIN32_LEAN_AND_MEAN
#include <wchar.h>
#include <windows.h>

#include <cmocka.h>

enum { PATH_CAPACITY = 2048 };

/* Text mode would drop the return, and end at the byte 26. */
static uint8_t old_bytes[] = "old\r\n\x1a", new_bytes[] = "new\n\r\n\x1a and more";
static const struct bytes old_file = {old_bytes, sizeof old_bytes}, new_file = {new_bytes, sizeof new_bytes};

static int32_t save(const char *path)
{
    return file_write(path, new_file.data, new_file.size);
}

static bool holds(const char *path, struct bytes expected)
{
    uint8_t *bytes = NULL;
    int64_t size = 0;
    assert_ok(file_read(path, &bytes, &size));
    const bool is_same = same_bytes((struct bytes){bytes, size}, expected);
    memory_free(bytes);
    return is_same;
}

/* DNN_ERROR_IO, with the path and the reason. */
static void assert_refused(int32_t status, const char *path, const char *reason)
{
    assert_int_equal(status, DNN_ERROR_IO);
    if (strstr(status_message(), path) == NULL || strstr(status_message(), reason) == NULL)
        fail_msg("\"%s\" does not tell of %s and %s", status_message(), path, reason);
}

static const wchar_t *wide(const char *utf8)
{
    static wchar_t text[PATH_CAPACITY];
    assert_true(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, text, PATH_CAPACITY) > 0);
    return text;
}

/* ---- names ---- */

/* The name that others see is the one that was meant: no code page comes between. */
static void test_names_are_utf8(void **state)
{
    (void)state;
    const char *const names[] = {"gr\xc3\xb6\xc3\x9f"
                                 "e",
                                 "\xe6\xa8\xa1\xe5\x9e\x8b.dnn", "\xf0\x9f\x98\x80 with spaces"};
    const wchar_t *const wide_names[] = {L"gr\u00f6\u00dfe", L"\u6a21\u578b.dnn", L"\U0001f600 with spaces"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = scratch_path(names[i]);
        WIN32_FIND_DATAW found;
        assert_ok(save(path));
        assert_true(holds(path, new_file));
        const HANDLE search = FindFirstFileW(wide(path), &found);
        assert_true(search != INVALID_HANDLE_VALUE);
        assert_int_equal(wcscmp(found.cFileName, wide_names[i]), 0);
        assert_int_equal(found.nFileSizeLow, new_file.size); /* and each byte is one */
        FindClose(search);
        assert_true(DeleteFileW(wide(path)));
    }
    assert_int_equal(scratch_count(), 0);
}

static void test_what_is_no_utf8_is_no_name(void **state)
{
    (void)state;
    const int32_t status = save(scratch_path("gr\xf6\xdf"
                                             "e"));
    assert_int_equal(status, DNN_ERROR_IO);
    assert_int_equal(scratch_count(), 0);
}

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    uint8_t *bytes = NULL;
    int64_t size = 0;
    const char *const paths[] = {"no such file", "no such folder/file", "", "a*b?c"};
    for (size_t i = 0; i < 4; i++) {
        const char *path = i == 2 ? "" : scratch_path(paths[i]);
        assert_refused(file_read(path, &bytes, &size), path, "No such file");
    }
    assert_refused(save(scratch_path("no such folder/file")), "no such folder/file", "No such file");
    assert_refused(save(""), "\"\"", "No such file");
}

static void test_a_folder_is_no_file(void **state)
{
    (void)state;
    uint8_t *bytes = NULL;
    int64_t size = 0;
    assert_refused(file_read(scratch(), &bytes, &size), scratch(), "Is a directory");
    assert_refused(save(scratch()), scratch(), "Is a directory");
    assert_int_equal(scratch_count(), 0);
}

/* The temporary file is in the folder of the file, whichever the slash. */
static void test_either_slash_will_do(void **state)
{
    (void)state;
    char path[PATH_CAPACITY];
    struct writing *writing = NULL;
    snprintf(path, sizeof path, "%s\\file", scratch());
    assert_ok(file_write_begin(path, &writing));
    assert_int_equal(scratch_count(), 1);
    assert_ok(file_write_end(writing, file_write_add(writing, new_file.data, new_file.size)));
    assert_int_equal(scratch_count(), 1);
    assert_true(holds(scratch_path("file"), new_file));
    assert_int_equal(unlink(path), 0);
}

/* Beyond the 260 characters of old. */
static void test_names_may_be_long(void **state)
{
    (void)state;
    enum { FOLDERS = 4 };
    char paths[FOLDERS + 1][PATH_CAPACITY];
    snprintf(paths[0], PATH_CAPACITY, "%s", scratch());
    for (int i = 1; i <= FOLDERS; i++) {
        wchar_t prefixed[PATH_CAPACITY] = L"\\\\?\\";
        snprintf(paths[i], PATH_CAPACITY, "%s/%0*d", paths[i - 1], 100, i);
        assert_true(GetFullPathNameW(wide(paths[i]), PATH_CAPACITY - 4, prefixed + 4, NULL) > 0);
        assert_true(CreateDirectoryW(prefixed, NULL));
    }
    char file[PATH_CAPACITY + 8];
    snprintf(file, sizeof file, "%s/file", paths[FOLDERS]);
    assert_ok(save(file));
    assert_true(holds(file, new_file));
    assert_ok(save(file));
    for (int i = FOLDERS; i >= 0; i--) {
        wchar_t prefixed[PATH_CAPACITY] = L"\\\\?\\";
        GetFullPathNameW(wide(i == FOLDERS ? file : paths[i + 1]), PATH_CAPACITY - 4, prefixed + 4, NULL);
        assert_true(i == FOLDERS ? DeleteFileW(prefixed) : RemoveDirectoryW(prefixed));
    }
    char *const far_too_long = allocate_or_fail(20000, 1);
    memset(far_too_long, 'x', 19999);
    assert_int_equal(save(far_too_long), DNN_ERROR_IO);
    free(far_too_long);
    assert_int_equal(scratch_count(), 0);
}

/* ---- devices ---- */

static void test_devices_are_no_files(void **state)
{
    (void)state;
    const char *const names[] = {"NUL", "nul", "CON", "COM1", "\\\\.\\NUL", "\\\\.\\pipe\\dnn-test-windows"};
    uint8_t *bytes = NULL;
    int64_t size = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_refused(save(names[i]), names[i], "it is a device");
    assert_refused(file_read("NUL", &bytes, &size), "NUL", "it is a device");
    assert_int_equal(scratch_count(), 0);
}

/* ---- files in use ---- */

static void test_a_file_is_replaced(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    assert_ok(save(path));
    assert_true(holds(path, new_file));
    assert_int_equal(scratch_count(), 1);
    unlink(path);
}

static void test_bytes_that_are_given_up_leave_the_old_file(void **state)
{
    (void)state;
    struct writing *writing = NULL;
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    assert_ok(file_write_begin(path, &writing));
    assert_ok(file_write_add(writing, new_file.data, 5));
    assert_int_equal(file_write_end(writing, DNN_ERROR_FORMAT), DNN_ERROR_FORMAT);
    assert_true(holds(path, old_file));
    assert_int_equal(scratch_count(), 1);
    unlink(path);
}

static void test_a_file_that_may_not_be_written_is_not_replaced(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    assert_true(SetFileAttributesW(wide(path), FILE_ATTRIBUTE_READONLY));
    assert_refused(save(path), path, "Permission denied");
    assert_true(holds(path, old_file));
    assert_int_equal(scratch_count(), 1);
    assert_true(SetFileAttributesW(wide(path), FILE_ATTRIBUTE_NORMAL));
    unlink(path);
}

/* Whoever reads a file now reads the old one to its end, and then it is replaced, or it stays. */
static void test_a_file_that_is_being_read_stays_whole(void **state)
{
    (void)state;
    struct file file;
    uint8_t *bytes = NULL;
    int64_t size = 0;
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    assert_ok(file_open(path, &file));
    const int32_t status = save(path);
    assert_true(status == DNN_OK || status == DNN_ERROR_IO);
    assert_ok(file_read_all(&file, &bytes, &size));
    assert_true(same_bytes((struct bytes){bytes, size}, old_file));
    memory_free(bytes);
    file_close(&file);
    assert_true(holds(path, status == DNN_OK ? new_file : old_file));
    assert_int_equal(scratch_count(), 1);
    unlink(path);
}

static void *close_later(void *file)
{
    Sleep(100);
    file_close(file);
    return NULL;
}

static void test_a_reader_that_is_done_soon_is_waited_for(void **state)
{
    (void)state;
    struct file file;
    pthread_t thread;
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    assert_ok(file_open(path, &file));
    assert_int_equal(pthread_create(&thread, NULL, close_later, &file), 0);
    assert_ok(save(path));
    pthread_join(thread, NULL);
    assert_true(holds(path, new_file));
    assert_int_equal(scratch_count(), 1);
    unlink(path);
}

/* Nor is a file locked against others while it is read. */
static void test_a_file_that_is_being_read_may_be_removed(void **state)
{
    (void)state;
    struct file file;
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    assert_ok(file_open(path, &file));
    assert_true(DeleteFileW(wide(path)));
    file_close(&file);
    assert_int_equal(scratch_count(), 0);
}

/* ---- handles ---- */

static int inherited_descriptors(void)
{
    int count = 0;
    for (int d = 3; d < 64; d++) {
        DWORD flags = 0;
        const intptr_t handle = _get_osfhandle(d);
        if (handle != -1 && GetHandleInformation((HANDLE)handle, &flags))
            count += (flags & HANDLE_FLAG_INHERIT) != 0;
    }
    return count;
}

static void test_no_child_inherits_what_is_open(void **state)
{
    (void)state;
    struct file file;
    struct writing *writing = NULL;
    const char *path = scratch_path("file");
    const int before = inherited_descriptors();
    const FILE *other = fopen(scratch_path("other"), "wb"); /* which one would */
    assert_int_equal(inherited_descriptors(), before + 1);
    write_whole(path, old_file);
    assert_ok(file_open(path, &file));
    assert_ok(file_write_begin(scratch_path("another"), &writing));
    assert_int_equal(inherited_descriptors(), before + 1);
    assert_int_equal(file_write_end(writing, DNN_ERROR_FORMAT), DNN_ERROR_FORMAT);
    file_close(&file);
    fclose((FILE *)(uintptr_t)other);
    unlink(path);
    unlink(scratch_path("other"));
}

/* ---- links ---- */

/* Whether a link can be made here: for Wine 8 it is enough to say so. */
static bool make_link(const wchar_t *link, const char *to)
{
    wchar_t target[PATH_CAPACITY];
    wcscpy(target, wide(to));
    return CreateSymbolicLinkW(link, target, SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE) &&
           GetFileAttributesW(link) != INVALID_FILE_ATTRIBUTES;
}

static void test_links_are_followed(void **state)
{
    (void)state;
    wchar_t link[PATH_CAPACITY];
    const char *path = scratch_path("file");
    write_whole(path, old_file);
    wcscpy(link, wide(scratch_path("link")));
    if (make_link(link, path)) {
        assert_ok(save(scratch_path("link")));
        assert_true((GetFileAttributesW(link) & FILE_ATTRIBUTE_REPARSE_POINT) != 0);
        assert_true(holds(path, new_file));
        assert_int_equal(scratch_count(), 2);
    } else {
        print_message("no link can be made here, so none is followed\n");
    }
    DeleteFileW(link);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_utf8),
        cmocka_unit_test(test_what_is_no_utf8_is_no_name),
        cmocka_unit_test(test_a_missing_file_is_named),
        cmocka_unit_test(test_a_folder_is_no_file),
        cmocka_unit_test(test_either_slash_will_do),
        cmocka_unit_test(test_names_may_be_long),
        cmocka_unit_test(test_devices_are_no_files),
        cmocka_unit_test(test_a_file_is_replaced),
        cmocka_unit_test(test_bytes_that_are_given_up_leave_the_old_file),
        cmocka_unit_test(test_a_file_that_may_not_be_written_is_not_replaced),
        cmocka_unit_test(test_a_file_that_is_being_read_stays_whole),
        cmocka_unit_test(test_a_reader_that_is_done_soon_is_waited_for),
        cmocka_unit_test(test_a_file_that_is_being_read_may_be_removed),
        cmocka_unit_test(test_no_child_inherits_what_is_open),
        cmocka_unit_test(test_links_are_followed),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
