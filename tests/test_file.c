/*
 * test_file.c - a file's bytes come whole, however the system hands them over; and what cannot be read is said by name.
 *
 * A pipe stands for a file that grows: its size is unknown, it gives a few bytes a time, and signals interrupt the wait.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/dnn-test-file-XXXXXX";
static char path[sizeof folder + 16]; /* of the one file that each test makes and removes */

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/some file", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static unsigned char *pattern(size_t size)
{
    unsigned char *bytes = allocate_or_fail(size + 1, 1);
    struct generator generator = {size};
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)generator_next(&generator);
    return bytes;
}

static void assert_read(const unsigned char *expected, size_t size)
{
    uint8_t *bytes = NULL;
    int64_t length = -1;
    assert_ok(file_read(path, &bytes, &length));
    assert_int_equal(length, size);
    assert_non_null(bytes);
    assert_memory_equal(bytes, expected, size);
    memory_free(bytes);
}

/* file_read fails with DNN_ERROR_IO, names the path and the reason, and leaves its outputs alone. */
static void assert_refused(const char *name, const char *reason)
{
    uint8_t byte, *bytes = &byte;
    int64_t length = -7;
    assert_int_equal(file_read(name, &bytes, &length), DNN_ERROR_IO);
    assert_ptr_equal(bytes, &byte);
    assert_int_equal(length, -7);
    if (strstr(status_message(), name) == NULL || strstr(status_message(), reason) == NULL)
        fail_msg("\"%s\" does not tell of %s and %s", status_message(), name, reason);
}

/* ---- files ---- */

/* Around the first capacity and its doubling, 64 KiB and 128 KiB, and the empty file. */
static void test_files_of_every_size_are_read_whole(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 2, 4096, 65535, 65536, 65537, 131071, 131072, 131073, 3000000};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        unsigned char *bytes = pattern(sizes[s]);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, sizes[s], file), sizes[s]);
        assert_int_equal(fclose(file), 0);
        assert_read(bytes, sizes[s]);
        free(bytes);
        unlink(path);
    }
}

static void test_a_file_without_a_size_is_read_whole(void **state)
{
    (void)state;
    /* /proc tells size 0 for files that have bytes. */
    uint8_t *bytes = NULL;
    int64_t length = 0;
    if (access("/proc/self/status", R_OK) != 0) {
        print_message("SKIPPED: there is no /proc here\n");
        skip();
    }
    assert_ok(file_read("/proc/self/status", &bytes, &length));
    assert_true(length > 100);
    assert_memory_equal(bytes, "Name:", 5);
    memory_free(bytes);
}

/* ---- what cannot be read ---- */

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    assert_refused(path, "No such file");
    assert_refused("", "No such file");
}

static void test_a_folder_is_no_file(void **state)
{
    (void)state;
    assert_refused(folder, "directory");
}

/* /dev/zero never ends; reading it would take all the memory there is. */
static void test_a_device_is_no_file(void **state)
{
    (void)state;
    assert_refused("/dev/zero", "it is a device");
    assert_refused("/dev/null", "it is a device");
}

static void test_a_file_without_permission_is_named(void **state)
{
    (void)state;
    const int descriptor = open(path, O_CREAT | O_WRONLY, 0);
    assert_true(descriptor >= 0);
    close(descriptor);
    /* Root may read everything, so root becomes nobody for a moment. */
    const uid_t user = geteuid();
    assert_int_equal(chmod(folder, 0755), 0);
    assert_true(user != 0 || seteuid(65534) == 0);
    uint8_t *bytes = NULL;
    int64_t length = 0;
    const int32_t status = file_read(path, &bytes, &length);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(status, DNN_ERROR_IO);
    assert_non_null(strstr(status_message(), "Permission denied"));
    unlink(path);
}

/* The first page of a process is mapped nowhere: it opens, and the read fails. */
static void test_an_error_while_reading_is_told(void **state)
{
    (void)state;
    if (access("/proc/self/mem", R_OK) != 0) {
        print_message("SKIPPED: there is no /proc/self/mem here\n");
        skip();
    }
    assert_refused("/proc/self/mem", "cannot read");
}

/* ---- pipes ---- */

struct writer {
    pthread_t thread;
    pthread_t reader;
    const unsigned char *bytes;
    size_t size;
    size_t piece;
    bool interrupts;
};

static void pause_briefly(void)
{
    const struct timespec moment = {0, 2000000};
    nanosleep(&moment, NULL);
}

/* Several times: the reader may not have come as far as to wait at the first. */
static void interrupt_reader(const struct writer *writer)
{
    for (int i = 0; i < (writer->interrupts ? 5 : 1); i++) {
        pause_briefly();
        if (writer->interrupts)
            pthread_kill(writer->reader, SIGUSR1);
    }
}

static void *write_slowly(void *argument)
{
    const struct writer *writer = argument;
    interrupt_reader(writer); /* it waits in open */
    const int descriptor = open(path, O_WRONLY);
    for (size_t done = 0; descriptor >= 0 && done < writer->size;) {
        const size_t left = writer->size - done;
        interrupt_reader(writer); /* it waits in read */
        const ssize_t count = write(descriptor, writer->bytes + done, left < writer->piece ? left : writer->piece);
        if (count < 0)
            break;
        done += (size_t)count;
    }
    close(descriptor);
    return NULL;
}

static void read_pipe(size_t size, size_t piece, bool interrupts)
{
    unsigned char *bytes = pattern(size);
    struct writer writer = {
        .reader = pthread_self(), .bytes = bytes, .size = size, .piece = piece, .interrupts = interrupts};
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(pthread_create(&writer.thread, NULL, write_slowly, &writer), 0);
    assert_read(bytes, size);
    assert_int_equal(pthread_join(writer.thread, NULL), 0);
    unlink(path);
    free(bytes);
}

static void test_a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    read_pipe(0, 1, false);
    read_pipe(10, 1, false);
    read_pipe(65536, 40000, false);
    read_pipe(400000, 30001, false); /* the buffer doubles twice and more */
}

static volatile sig_atomic_t interruptions;

static void count_interruption(int number)
{
    (void)number;
    interruptions = interruptions + 1;
}

static void test_a_signal_does_not_end_a_read(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = count_interruption}; /* without SA_RESTART: the calls give EINTR */
    struct sigaction before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    read_pipe(100, 7, true);
    assert_true(interruptions > 1);
    sigaction(SIGUSR1, &before, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_every_size_are_read_whole),
        cmocka_unit_test(test_a_file_without_a_size_is_read_whole),
        cmocka_unit_test(test_a_missing_file_is_named),
        cmocka_unit_test(test_a_folder_is_no_file),
        cmocka_unit_test(test_a_device_is_no_file),
        cmocka_unit_test(test_a_file_without_permission_is_named),
        cmocka_unit_test(test_an_error_while_reading_is_told),
        cmocka_unit_test(test_a_pipe_is_read_to_its_end),
        cmocka_unit_test(test_a_signal_does_not_end_a_read),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
