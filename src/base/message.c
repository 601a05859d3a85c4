/*
 * base/message.c - see message.h.
 *
 * The first failure of a thread takes one of the places below, by an exchange of a flag. Where all are taken the
 * place is malloc's. It is given back when the thread ends. A child of a fork has the places of threads that it has
 * not: there malloc is asked sooner. Where the host had made 32 keys before this library was loaded, the C library
 * asks for memory, once a thread, to keep a place.
 *
 * Rejected: _Thread_local. Of a library that was loaded at run time (by a binding, as a plug-in) the C library
 * allocates such variables at a thread's first touch, and glibc ends the process where it gets no memory. Also
 * rejected: the same with the model initial-exec, for which glibc keeps little room, and without room loading fails.
 */
#include "base/message.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

struct message {
    char text[MESSAGE_CAPACITY];
    atomic_int is_taken; /* 0 or 1: of a single byte GCC makes a call for riscv64, of a library that nobody links */
};

enum { PLACES = 32 };
static struct message places[PLACES];

/* The place of all threads for which there is none. */
static struct message lost = {.text = "not enough memory for the message of a failure"};

/* The key of the threads' places, and 1: no_key before it is made, and gone after that. */
static const uintptr_t no_key = 0, gone = UINTPTR_MAX;
static atomic_uintptr_t key_and_one;

/* Some thread failed, and could not keep any place. */
static atomic_bool is_lost;

static bool is_of_places(const struct message *message)
{
    const uintptr_t at = (uintptr_t)message;
    return at >= (uintptr_t)places && at < (uintptr_t)(places + PLACES);
}

static void give_back(void *argument)
{
    struct message *message = argument;
    if (is_of_places(message)) {
        atomic_store_explicit(&message->is_taken, 0, memory_order_release);
    } else if (message != &lost) {
        memory_system_free(message);
    }
}

/* Whoever comes second throws his own key away: a lock would stay locked in the child of a fork. */
static bool find_key(pthread_key_t *key)
{
    uintptr_t known = atomic_load_explicit(&key_and_one, memory_order_acquire);
    if (known == no_key) {
        if (pthread_key_create(key, give_back) != 0) {
            return false;
        }
        if (atomic_compare_exchange_strong(&key_and_one, &known, (uintptr_t)*key + 1)) {
            return true;
        }
        pthread_key_delete(*key);
    }
    *key = (pthread_key_t)(known - 1);
    return known != gone;
}

/* Early, while there are few keys. Whatever calls before that, or is refused here, makes it then. */
__attribute__((constructor)) static void make_key(void)
{
    pthread_key_t key;
    (void)find_key(&key);
}

/* A process that ends has stopped all other threads, with whatever they had locked. */
static bool is_process_ending(void)
{
#if defined(_WIN32)
    typedef BOOLEAN(WINAPI * question)(void);
    const FARPROC found = GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlDllShutdownInProgress");
    question is_ending = NULL;
    memcpy(&is_ending, &found, sizeof is_ending);
    return is_ending != NULL && is_ending();
#else
    return false;
#endif
}

/* The library may be unloaded next, and threads that end later must not call what is gone. What malloc gave to those that are still
 * there is forgotten. */
__attribute__((destructor)) static void forget_key(void)
{
    const uintptr_t known = atomic_exchange(&key_and_one, gone);
    if (known != no_key && known != gone && !is_process_ending()) {
        pthread_key_delete((pthread_key_t)(known - 1));
    }
}

static struct message *take(void)
{
    struct message *message = NULL;
    for (int i = 0; message == NULL && i < PLACES; i++) {
        if (atomic_exchange_explicit(&places[i].is_taken, 1, memory_order_acquire) == 0) {
            message = &places[i];
        }
    }
    message = message == NULL ? memory_system_new(sizeof *message) : message;
    if (message == NULL) {
        return &lost;
    }
    message->text[0] = '\0';
    return message;
}

/* This thread's place, taken if it has none. If there is none to be had, `lost` for a failure, which is kept; NULL for a look, or if
 * nothing can be kept. */
static struct message *own_place(bool is_failure)
{
    pthread_key_t key;
    if (!find_key(&key)) {
        return NULL;
    }
    struct message *message = pthread_getspecific(key);
    if (message == NULL || (is_failure && message == &lost)) {
        message = take();
        if (message == &lost && !is_failure) {
            return NULL;
        }
        if (pthread_setspecific(key, message) != 0) {
            give_back(message);
            return NULL;
        }
    }
    return message;
}

void message_write(const char text[MESSAGE_CAPACITY])
{
    struct message *message = own_place(true);
    if (message == NULL) {
        atomic_store_explicit(&is_lost, true, memory_order_relaxed);
    } else if (message != &lost) {
        memcpy(message->text, text, strlen(text) + 1);
    }
}

/* Takes a place, too: what is read before a failure and after it is in the same place, as in f(status(), message()). */
const char *message_read(void)
{
    const struct message *message = own_place(false);
    if (message != NULL) {
        return message->text;
    }
    return atomic_load_explicit(&is_lost, memory_order_relaxed) ? lost.text : "";
}
