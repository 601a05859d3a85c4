/*
 * test_file_write.c - a file that is replaced is the old one or the new one, whole, whatever fails and whenever the process
 * is killed.
 *
 * Each system call of a save is made to fail, to do less than it was asked for, or to be the last thing that the process
 * does, one after the other. How: base/file_write.c is compiled into this program with the calls replaced by those below.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The calls in the order of their making; a call that fails has its own number too. */
enum deed { NOTHING, FAIL, SHORTEN, KILL_BEFORE, KILL_AFTER };
static struct {
    int calls;  /* since it was last set to 0 */
    int chosen; /* the call, from 1, that something is done to; 0: none */
    enum deed deed;
    int error;         /* for FAIL */
    int times;         /* that it fails, from the chosen one on */
    const char *which; /* the chosen call's name, once it was made */
} script;

/* True if this call is to fail. */
static int begin(const char *name)
{
    const int number = ++script.calls;
    if (script.chosen == 0 || number < script.chosen || number >= script.chosen + script.times)
        return 0;
    script.which = name;
    if (script.deed == KILL_BEFORE)
        _exit(77);
    errno = script.error;
    return script.deed == FAIL;
}

static int end(int result)
{
    const int error = errno;
    if (script.calls == script.chosen && script.deed == KILL_AFTER)
        _exit(77);
    errno = error;
    return result;
}

/* The permissions that files had when they were made. */
static mode_t first_modes;

static int tried_open(const char *path, int flags, mode_t mode)
{
    struct stat about;
    const int descriptor = begin("open") ? -1 : end(open(path, flags, mode));
    if (descriptor >= 0 && (flags & O_CREAT) != 0 && fstat(descriptor, &about) == 0)
        first_modes |= about.st_mode & 07777;
    return descriptor;
}

static ssize_t tried_write(int descriptor, const void *bytes, size_t size)
{
    if (begin("write"))
        return -1;
    if (script.calls == script.chosen && script.deed != NOTHING && size > 1)
        size = size / 2; /* also what a kill leaves behind */
    const ssize_t count = write(descriptor, bytes, size);
    end(0);
    return count;
}

static int tried_fsync(int descriptor)
{
    return begin("fsync") ? -1 : end(fsync(descriptor));
}

static int tried_fchmod(int descriptor, mode_t mode)
{
    return begin("fchmod") ? -1 : end(fchmod(descriptor, mode));
}

/* A close that fails has closed, on Linux. */
static int tried_close(int descriptor)
{
    const int fails = begin("close"), error = errno;
    const int result = close(descriptor);
    errno = error;
    return fails ? -1 : end(result);
}

static int tried_rename(const char *from, const char *to)
{
    return begin("rename") ? -1 : end(rename(from, to));
}

static int tried_unlink(const char *path)
{
    return begin("unlink") ? -1 : end(unlink(path));
}

static int tried_lstat(const char *path, struct stat *about)
{
    return begin("lstat") ? -1 : end(lstat(path, about));
}

static int tried_stat(const char *path, struct stat *about)
{
    return begin("stat") ? -1 : end(stat(path, about));
}

#define open tried_open
#define write tried_write
#define fsync tried_fsync
#define fchmod tried_fchmod
#define close tried_close
#define rename tried_rename
#define unlink tried_unlink
#define lstat tried_lstat
#define stat(path, about) tried_stat(path, about)
#undef _XOPEN_SOURCE
#include "base/file_write.c" /* NOLINT: on purpose */
#undef open
#undef write
#undef fsync
#undef fchmod
#undef close
#undef rename
#undef unlink
#undef lstat
#undef stat

#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { SIZE = 5000 };
static uint8_t old_bytes[SIZE - 700], new_bytes[SIZE];
static const struct bytes old_file = {old_bytes, sizeof old_bytes}, new_file = {new_bytes, sizeof new_bytes};

static void do_to(int chosen, enum deed deed, int error, int times)
{
    script.calls = 0;
    script.chosen = chosen;
    script.deed = deed;
    script.error = error;
    script.times = times;
    script.which = NULL;
}

/* Whole, or in that many parts. */
static int parts = 1;

static int32_t save(const char *path)
{
    if (parts == 1)
        return file_write(path, new_file.data, new_file.size);
    struct writing *writing = NULL;
    int32_t status = file_write_begin(path, &writing);
    if (status != DNN_OK)
        return status;
    for (int i = 0; status == DNN_OK && i < parts; i++)
        status = file_write_add(writing, new_file.data + SIZE / parts * i, SIZE / parts);
    return file_write_end(writing, status);
}

static bool holds(const char *path, struct bytes expected)
{
    struct bytes now = read_whole(path);
    const bool is_same = same_bytes(now, expected);
    free(now.data);
    return is_same;
}

static int open_descriptors(void)
{
    int count = 0;
    for (int d = 0; d < 256; d++)
        count += fcntl(d, F_GETFD) >= 0;
    return count;
}

/* Removes what killed processes leave behind: files of the names that dnn.h tells. Returns how many. */
static int remove_temporaries(void)
{
    int count = 0;
    for (bool found = true; found;) {
        char name[300] = "";
        DIR *directory = opendir(scratch());
        for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
            if (strncmp(entry->d_name, ".dnn-", 5) == 0)
                snprintf(name, sizeof name, "%s", entry->d_name);
        closedir(directory);
        found = name[0] != '\0';
        if (found) {
            assert_string_equal(name + strlen(name) - 4, ".tmp");
            char path[400];
            snprintf(path, sizeof path, "%s/%s", scratch(), name);
            assert_int_equal(unlink(path), 0);
            count++;
        }
    }
    return count;
}

/* ---- calls that fail ---- */

/* One save over an old file (or over none), with that done to it; returns its status. */
static int32_t save_through(const char *path, bool has_old)
{
    const int before = open_descriptors();
    if (has_old)
        write_whole(path, old_file);
    else
        unlink(path);
    mark_last_error();
    const int32_t status = save(path);
    const int chosen = script.chosen;
    script.chosen = 0;
    assert_int_equal(open_descriptors(), before);
    if (status != DNN_OK)
        check_error(status, DNN_ERROR_IO, path, __FILE__, __LINE__);
    script.chosen = chosen;
    return status;
}

static void fail_each_call(void)
{
    const int errors[] = {EIO, ENOSPC, EACCES, EMFILE, EDQUOT, EPERM, EROFS};
    const char *path = scratch_path("file");
    int tried = 0;
    for (int has_old = 0; has_old < 2; has_old++)
        for (size_t e = 0; e < COUNT(errors); e++)
            for (int call = 1;; call++) {
                do_to(call, FAIL, errors[e], 1);
                const int32_t status = save_through(path, has_old);
                if (script.which == NULL) {
                    assert_int_equal(status, DNN_OK);
                    assert_in_range(call, 8, 20);
                    break;
                }
                tried++;
                const bool is_there = access(path, F_OK) == 0;
                assert_true(is_there || !has_old);
                if (is_there && !holds(path, new_file))
                    assert_true(has_old && holds(path, old_file));
                if (status == DNN_OK)
                    assert_true(is_there && holds(path, new_file));
                else
                    assert_non_null(strstr(dnn_last_error(), strerror(errors[e])));
                assert_int_equal(scratch_count(), is_there);
            }
    do_to(0, NOTHING, 0, 0);
    unlink(path);
    assert_true(tried > 100);
}

static void test_a_call_that_fails_leaves_the_old_file_or_the_new(void **state)
{
    (void)state;
    for (parts = 1; parts <= 2; parts++)
        fail_each_call();
    parts = 1;
}

/* Even where everything fails from some call on. */
static void test_calls_that_go_on_failing_leave_the_old_file_or_the_new(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    for (int call = 1;; call++) {
        do_to(call, FAIL, EIO, 1000);
        const int32_t status = save_through(path, true);
        if (script.which == NULL)
            break;
        assert_true(holds(path, status == DNN_OK ? new_file : old_file) || holds(path, new_file));
        /* The temporary file stays if even its removal fails. */
        assert_in_range(remove_temporaries(), 0, 1);
        assert_int_equal(scratch_count(), 1);
    }
    do_to(0, NOTHING, 0, 0);
    unlink(path);
}

static void test_calls_that_are_interrupted_are_made_again(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    static const char *const may_fail[] = {"open", "write", "fsync", "close"};
    for (int call = 1;; call++) {
        do_to(call, FAIL, EINTR, 1);
        const int32_t status = save_through(path, true);
        if (script.which == NULL)
            break;
        for (size_t i = 0; i < COUNT(may_fail); i++)
            if (strcmp(script.which, may_fail[i]) == 0)
                assert_ok(status);
        assert_true(holds(path, status == DNN_OK ? new_file : old_file));
        assert_int_equal(scratch_count(), 1);
    }
    do_to(0, NOTHING, 0, 0);
    unlink(path);
}

static void test_a_write_that_does_less_is_gone_on_with(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    for (int call = 1; call < 20; call++) {
        do_to(call, SHORTEN, 0, 1);
        assert_ok(save_through(path, true));
        assert_true(holds(path, new_file));
    }
    do_to(0, NOTHING, 0, 0);
    unlink(path);
}

/* ---- a process that is killed ---- */

static void kill_at_each_call(void)
{
    const char *path = scratch_path("file");
    int killed = 0, left_behind = 0;
    for (int call = 1, is_over = 0; !is_over; call++)
        for (int after = 0; after < 2; after++) {
            int result;
            write_whole(path, old_file);
            fflush(NULL);
            const pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0) {
                do_to(call, after ? KILL_AFTER : KILL_BEFORE, 0, 1);
                _exit(save(path) == DNN_OK ? 0 : 1);
            }
            assert_int_equal(waitpid(child, &result, 0), child);
            assert_true(WIFEXITED(result) && (WEXITSTATUS(result) == 77 || WEXITSTATUS(result) == 0));
            is_over = WEXITSTATUS(result) == 0;
            killed += !is_over;
            assert_true(holds(path, old_file) || holds(path, new_file));
            const int others = remove_temporaries();
            assert_in_range(others, 0, 1);
            left_behind += others;
            assert_int_equal(scratch_count(), 1);
        }
    unlink(path);
    assert_true(killed >= 16 && left_behind >= 6);
}

static void test_a_process_that_is_killed_leaves_the_old_file_or_the_new(void **state)
{
    (void)state;
    for (parts = 1; parts <= 2; parts++)
        kill_at_each_call();
    parts = 1;
}

/* Whoever makes the bytes found that they cannot be made. */
static void test_bytes_that_are_given_up_leave_the_old_file(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    struct writing *writing = NULL;
    write_whole(path, old_file);
    assert_ok(file_write_begin(path, &writing));
    assert_ok(file_write_add(writing, new_file.data, new_file.size));
    assert_int_equal(scratch_count(), 2);
    assert_int_equal(file_write_end(writing, DNN_ERROR_UNSUPPORTED), DNN_ERROR_UNSUPPORTED);
    assert_true(holds(path, old_file));
    unlink(path);
    assert_int_equal(scratch_count(), 0);
}

/* A name that a killed process left behind is passed over. */
static void test_a_temporary_file_of_the_dead_is_no_obstacle(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    do_to(3, FAIL, EEXIST, 5); /* after lstat and stat */
    assert_ok(save_through(path, false));
    assert_string_equal(script.which, "open");
    assert_true(holds(path, new_file));
    do_to(3, FAIL, EEXIST, 1000); /* not for ever */
    assert_int_equal(save_through(path, true), DNN_ERROR_IO);
    assert_true(holds(path, old_file));
    do_to(0, NOTHING, 0, 0);
    unlink(path);
    assert_int_equal(scratch_count(), 0);
}

/* ---- places ---- */

static void refuse(const char *path, const char *reason)
{
    const int before = scratch_count();
    expect_error(save(path), DNN_ERROR_IO, reason);
    assert_non_null(strstr(dnn_last_error(), path));
    assert_int_equal(scratch_count(), before);
}

static void test_what_is_no_file_is_not_replaced(void **state)
{
    (void)state;
    const char *pipe_path = scratch_path("pipe"), *folder = scratch_path("folder");
    char end_path[32]; /* as /dev/stdout is, in a pipeline */
    int ends[2];
    struct stat about;
    assert_int_equal(pipe(ends), 0);
    snprintf(end_path, sizeof end_path, "/dev/fd/%d", ends[1]);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    refuse(pipe_path, "a device or a pipe");
    refuse("/dev/null", "a device or a pipe");
    refuse(end_path, "a device or a pipe");
    refuse(folder, "Is a directory");
    refuse(scratch_path("folder/"), "Is a directory");
    refuse(scratch(), "Is a directory");
    refuse("/", "Is a directory");
    refuse(".", "Is a directory");
    refuse("", "No such file");
    refuse(scratch_path("none/file"), "No such file");
    refuse(scratch_path("none/"), "No such file");
    assert_true(stat("/dev/null", &about) == 0 && S_ISCHR(about.st_mode));
    assert_true(stat(pipe_path, &about) == 0 && S_ISFIFO(about.st_mode));
    write_whole(scratch_path("file"), old_file);
    refuse(scratch_path("file/"), "Not a directory");
    refuse(scratch_path("file/below"), "Not a directory");
    assert_true(holds(scratch_path("file"), old_file));
    close(ends[0]);
    close(ends[1]);
    unlink(scratch_path("file"));
    unlink(pipe_path);
    rmdir(folder);
}

static void test_links_are_followed(void **state)
{
    (void)state;
    const char *target = scratch_path("target"), *link = scratch_path("link"), *second = scratch_path("second");
    struct stat about;
    write_whole(target, old_file);
    assert_int_equal(symlink("target", link), 0);
    assert_int_equal(symlink(link, second), 0);
    assert_ok(save(second));
    assert_true(holds(target, new_file));
    assert_true(lstat(link, &about) == 0 && S_ISLNK(about.st_mode));
    assert_true(lstat(second, &about) == 0 && S_ISLNK(about.st_mode));
    unlink(target);
    refuse(link, "No such file"); /* a link to nothing: what it is meant for is not known to be a file */
    unlink(link);
    unlink(second);
    assert_int_equal(symlink(link, link), 0);
    refuse(link, strerror(ELOOP));
    unlink(link);
}

static void test_a_file_keeps_its_mode_and_a_new_one_follows_the_mask(void **state)
{
    (void)state;
    const mode_t modes[] = {0600, 0644, 0640, 0400, 0755, 0666};
    const char *path = scratch_path("file");
    struct stat about;
    const mode_t mask = umask(0027);
    assert_ok(save(path));
    assert_true(stat(path, &about) == 0 && (about.st_mode & 07777) == 0640);
    for (size_t m = 0; m < COUNT(modes); m++) {
        assert_int_equal(chmod(path, modes[m]), 0);
        assert_ok(save(path));
        assert_true(stat(path, &about) == 0 && (about.st_mode & 07777) == modes[m]);
    }
    /* A program that runs with its owner's rights is not made of what somebody else has written. For root the system would let it. */
    assert_int_equal(chmod(path, 06755), 0);
    assert_ok(save(path));
    assert_true(stat(path, &about) == 0 && (about.st_mode & 07777) == 0755);
    umask(mask);
    unlink(path);
}

/* fchmod comes too late for whoever has the file open already. */
static void test_what_replaces_a_secret_file_is_secret_from_the_start(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    const mode_t mask = umask(0);
    assert_ok(save(path));
    assert_int_equal(chmod(path, 0600), 0);
    first_modes = 0;
    assert_ok(save(path));
    assert_int_equal(first_modes, 0600);
    umask(mask);
    unlink(path);
}

static void test_names_may_be_as_long_as_the_system_lets_them(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    const char *path = scratch_path(name);
    assert_ok(save(path));
    assert_true(holds(path, new_file));
    unlink(path);
    name[255] = 'n';
    name[256] = '\0';
    expect_error(save(scratch_path(name)), DNN_ERROR_IO, "too long");
    assert_int_equal(scratch_count(), 0);
}

static void test_paths_may_be_relative(void **state)
{
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch()), 0);
    assert_ok(save("plain"));
    assert_ok(save("./dotted"));
    assert_ok(save("é ü 漢字"));
    const bool is_right = holds("plain", new_file) && holds("dotted", new_file) && holds("é ü 漢字", new_file);
    unlink("plain"), unlink("dotted"), unlink("é ü 漢字");
    assert_int_equal(chdir(before), 0);
    assert_true(is_right);
    assert_int_equal(scratch_count(), 0);
}

/* Root may write everywhere, so root becomes nobody for a moment. */
static void test_without_permission_nothing_is_written(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    const uid_t user = geteuid();
    write_whole(path, old_file);
    assert_int_equal(chmod(scratch(), 0555), 0);
    assert_true(user != 0 || seteuid(65534) == 0);
    mark_last_error();
    const int32_t status = save(path);
    assert_int_equal(seteuid(user), 0);
    check_error(status, DNN_ERROR_IO, "Permission denied", __FILE__, __LINE__);
    assert_int_equal(chmod(scratch(), 0755), 0);
    assert_true(holds(path, old_file));
    unlink(path);
    assert_int_equal(scratch_count(), 0);
}

/* ---- no room ---- */

/* In a child, whose limit ends with it. SIGXFSZ is the program's to ignore: it would end the process. */
static void test_a_file_larger_than_the_limit_is_told(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    int result;
    write_whole(path, old_file);
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {2000, 2000};
        signal(SIGXFSZ, SIG_IGN);
        _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 && save(path) == DNN_ERROR_IO &&
                      strstr(dnn_last_error(), "File too large") != NULL
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    assert_true(holds(path, old_file));
    unlink(path);
    assert_int_equal(scratch_count(), 0);
}

/* A file system of 8 KiB, where one may be mounted; elsewhere ENOSPC of the calls above stands for it. */
static void test_a_full_disk_is_told(void **state)
{
    (void)state;
    const char *disk = scratch_path("disk"), *path = scratch_path("disk/file");
    assert_int_equal(mkdir(disk, 0755), 0);
    if (mount("none", disk, "tmpfs", 0, "size=8192") != 0) {
        print_message("no file system may be mounted here: a full disk is tried by failing calls alone\n");
        rmdir(disk);
        return;
    }
    write_whole(path, old_file);
    const int32_t status = save(path);
    const bool is_old = holds(path, old_file);
    unlink(path);
    assert_int_equal(umount(disk), 0);
    rmdir(disk);
    assert_int_equal(status, DNN_ERROR_IO);
    assert_non_null(strstr(dnn_last_error(), "No space left"));
    assert_true(is_old);
}

static int setup(void **state)
{
    for (size_t i = 0; i < sizeof new_bytes; i++)
        new_bytes[i] = (uint8_t)(7 * i + 1);
    for (size_t i = 0; i < sizeof old_bytes; i++)
        old_bytes[i] = (uint8_t)(5 * i + 3);
    return make_scratch(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_that_fails_leaves_the_old_file_or_the_new),
        cmocka_unit_test(test_calls_that_go_on_failing_leave_the_old_file_or_the_new),
        cmocka_unit_test(test_calls_that_are_interrupted_are_made_again),
        cmocka_unit_test(test_a_write_that_does_less_is_gone_on_with),
        cmocka_unit_test(test_a_process_that_is_killed_leaves_the_old_file_or_the_new),
        cmocka_unit_test(test_bytes_that_are_given_up_leave_the_old_file),
        cmocka_unit_test(test_a_temporary_file_of_the_dead_is_no_obstacle),
        cmocka_unit_test(test_what_is_no_file_is_not_replaced),
        cmocka_unit_test(test_links_are_followed),
        cmocka_unit_test(test_a_file_keeps_its_mode_and_a_new_one_follows_the_mask),
        cmocka_unit_test(test_what_replaces_a_secret_file_is_secret_from_the_start),
        cmocka_unit_test(test_names_may_be_as_long_as_the_system_lets_them),
        cmocka_unit_test(test_paths_may_be_relative),
        cmocka_unit_test(test_without_permission_nothing_is_written),
        cmocka_unit_test(test_a_file_larger_than_the_limit_is_told),
        cmocka_unit_test(test_a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, setup, remove_scratch);
}
