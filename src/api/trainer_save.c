/*
 * api/trainer_save.c - checkpoints: everything that the next update depends on, so that training goes on bit for bit.
 *
 * That is the model, what the optimizer keeps, the state of both generators, the schedule's and early stopping's memory,
 * the best weights, a sum that was accumulated, and the history. What a trainer only shows (the latest gradient) is not.
 */
#include "api/check.h"
#include "api/model_content.h"
#include "api/trainer.h"
#include "api/trainer_team.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/model_file.h"
#include "format/settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The arenas of a trainer, in the order of their prefixes. */
enum { GROUP_STATES, GROUP_BEST = UPDATE_MOST_STATES, GROUP_SUM, GROUP_COUNT };
static const char *const prefixes[] = {"optimizer.0.", "optimizer.1.", "best.", "gradient."};
_Static_assert(UPDATE_MOST_STATES == 2 && sizeof prefixes / sizeof prefixes[0] == (size_t)GROUP_COUNT,
               "a prefix a group");
_Static_assert((int)GROUP_COUNT <= (int)MODEL_FILE_MOST_GROUPS, "a file has room for them");
_Static_assert(sizeof(struct epoch) == MODEL_FILE_HISTORY_COLUMNS * sizeof(double), "an epoch is a row of numbers");

/* A number of a trainer, and the key that it has in a file. */
struct number_entry {
    const char *key;
    double *value;
};
struct integer_entry {
    const char *key;
    int64_t *value;
};

enum { NUMBER_ENTRIES = 6, INTEGER_ENTRIES = 7 };

static void list_numbers(dnn_trainer *trainer, struct number_entry entries[NUMBER_ENTRIES])
{
    const struct number_entry list[NUMBER_ENTRIES] = {
        {"state_bound", &trainer->state_bound},     {"learning_rate", &trainer->eta},
        {"learning_rate_base", &trainer->eta_base}, {"sum_bound", &trainer->sum_bound},
        {"patience_best", &trainer->patience.best}, {"plateau_best", &trainer->plateau.best}};
    memcpy(entries, list, sizeof list);
}

static void list_integers(dnn_trainer *trainer, struct integer_entry entries[INTEGER_ENTRIES])
{
    const struct integer_entry list[INTEGER_ENTRIES] = {{"updates", &trainer->updates},
                                                        {"patience_waiting", &trainer->patience.waiting},
                                                        {"cuts", &trainer->cuts},
                                                        {"plateau_waiting", &trainer->plateau.waiting},
                                                        {"best_epoch", &trainer->best_epoch},
                                                        {"epochs_done", &trainer->epochs_done},
                                                        {"history_count", &trainer->history_count}};
    memcpy(entries, list, sizeof list);
}

/* ------------------------------------------------- writing ------------------------------------------------- */

static int32_t add_integer(struct settings *state, const char *key, int64_t value)
{
    char text[TEXT_NUMBER_CAPACITY];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return settings_add(state, key, text);
}

/* The generator's four words, as hexadecimal digits with spaces between. */
enum { WORDS = 4, WORD_DIGITS = 16, RANDOM_CAPACITY = WORDS * (WORD_DIGITS + 1) };

static int32_t add_random(struct settings *state, const char *key, const struct random *random)
{
    char text[RANDOM_CAPACITY];
    for (int i = 0; i < WORDS; i++) {
        const int at = (WORD_DIGITS + 1) * i;
        snprintf(text + at, sizeof text - (size_t)at, "%016llx%s", (unsigned long long)random->state[i],
                 i < WORDS - 1 ? " " : "");
    }
    return settings_add(state, key, text);
}

static int32_t make_state(dnn_trainer *trainer, struct settings *state)
{
    struct number_entry numbers[NUMBER_ENTRIES];
    struct integer_entry integers[INTEGER_ENTRIES];
    list_numbers(trainer, numbers);
    list_integers(trainer, integers);
    int32_t status = settings_from_config(trainer->config, trainer->network->depth, state);
    for (int i = 0; status == DNN_OK && i < NUMBER_ENTRIES; i++) {
        char key[TEXT_NUMBER_CAPACITY];
        snprintf(key, sizeof key, "trainer.%s", numbers[i].key);
        if (isfinite(*numbers[i].value)) { /* infinity, which means none, is left out */
            status = settings_add_numbers(state, key, numbers[i].value, 1);
        }
    }
    for (int i = 0; status == DNN_OK && i < INTEGER_ENTRIES; i++) {
        char key[TEXT_NUMBER_CAPACITY];
        snprintf(key, sizeof key, "trainer.%s", integers[i].key);
        status = add_integer(state, key, *integers[i].value);
    }
    if (status == DNN_OK && trainer->share_count > 1) { /* 1 is left out */
        status = add_integer(state, "trainer.shares", trainer->share_count);
    }
    if (status == DNN_OK) {
        status = add_random(state, "trainer.shuffle", &trainer->shuffle);
    }
    return status == DNN_OK ? add_random(state, "trainer.dropout", &trainer->dropout) : status;
}

static struct training_snapshot snapshot_of(const dnn_trainer *trainer, const struct settings *state)
{
    struct training_snapshot training = {
        .state = state, .history = (const double *)trainer->history, .epochs = trainer->history_count};
    const bool has_best = trainer->best != NULL && trainer->best_epoch >= 0;
    const void *const arenas[GROUP_COUNT] = {trainer->states[0], trainer->states[1], has_best ? trainer->best : NULL,
                                             trainer->has_sum ? trainer->sum : NULL};
    for (int32_t i = 0; i < GROUP_COUNT; i++) {
        if (arenas[i] != NULL) {
            training.groups[training.group_count++] = (struct group){prefixes[i], arenas[i]};
        }
    }
    return training;
}

int32_t trainer_write(const dnn_trainer *trainer, const char *path)
{
    struct settings config = {0}, state = {0};
    uint8_t *bytes = NULL;
    int64_t size = 0;
    int32_t status = settings_from_config(trainer->model->config, trainer->network->depth, &config);
    if (status == DNN_OK) {
        status = make_state((dnn_trainer *)trainer, &state); /* which reads the numbers that it lists */
    }
    if (status == DNN_OK) {
        const struct snapshot model = model_snapshot(trainer->model, &config);
        const struct training_snapshot training = snapshot_of(trainer, &state);
        status = model_file_write(&model, &training, &bytes, &size);
    }
    if (status == DNN_OK) {
        status = file_write(path, bytes, size);
    }
    memory_free(bytes);
    settings_clear(&config);
    settings_clear(&state);
    return status;
}

int32_t dnn_trainer_save(const dnn_trainer *trainer, const char *path)
{
    REQUIRE(trainer);
    REQUIRE(path);
    return trainer_write(trainer, path);
}

/* ------------------------------------------------- reading ------------------------------------------------- */

static int32_t wrong(const char *path, const char *key)
{
    return status_error(DNN_ERROR_FORMAT, "\"%s\": %s is missing from its dnn.trainer, or is wrong", path, key);
}

/* The settings whose keys do, or do not, begin with "trainer.". */
static int32_t divide(const struct settings *all, struct settings *config, struct settings *state)
{
    static const char prefix[] = "trainer.";
    int32_t status = DNN_OK;
    for (int64_t i = 0; status == DNN_OK && i < all->count; i++) {
        const struct setting *item = &all->items[i];
        const bool is_state = strncmp(item->key, prefix, sizeof prefix - 1) == 0;
        status = is_state ? settings_add(state, item->key + sizeof prefix - 1, item->value)
                          : settings_add(config, item->key, item->value);
    }
    return status;
}

/* A word of 16 hexadecimal digits; false if it is anything else. */
static bool read_word(const char *text, uint64_t *word)
{
    *word = 0;
    for (int i = 0; i < WORD_DIGITS; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);
        if (digit == NULL) {
            return false;
        }
        *word = *word << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

static int32_t read_random(const struct settings *state, const char *key, const char *path, struct random *random)
{
    const char *text = settings_find(state, key);
    bool is_right = text != NULL && strlen(text) == RANDOM_CAPACITY - 1;
    for (int i = 0; is_right && i < WORDS; i++) {
        is_right = read_word(text + (WORD_DIGITS + 1) * i, &random->state[i]) &&
                   text[(WORD_DIGITS + 1) * (i + 1) - 1] == (i < WORDS - 1 ? ' ' : '\0');
    }
    /* A state of zeros would stay so for ever. */
    const uint64_t *state_words = random->state;
    is_right = is_right && (state_words[0] | state_words[1] | state_words[2] | state_words[3]) != 0;
    return is_right ? DNN_OK : wrong(path, key);
}

/* As many as when it was written, for they decide the last bits, whatever the processors are here. */
static int32_t read_shares(const struct settings *state, const char *path, dnn_trainer *trainer)
{
    static const char key[] = "shares";
    const char *text = settings_find(state, key);
    int64_t shares = 1;
    if (text != NULL && (!text_to_integer(text, &shares) || shares < 1 || shares > trainer_most_shares(trainer))) {
        return wrong(path, key);
    }
    return trainer_set_shares(trainer, (int32_t)shares);
}

static int32_t read_state(const struct settings *state, const char *path, dnn_trainer *trainer)
{
    struct number_entry numbers[NUMBER_ENTRIES];
    struct integer_entry integers[INTEGER_ENTRIES];
    list_numbers(trainer, numbers);
    list_integers(trainer, integers);
    for (int i = 0; i < NUMBER_ENTRIES; i++) {
        const char *text = settings_find(state, numbers[i].key);
        *numbers[i].value = INFINITY;
        if (text != NULL && (!text_to_number(text, numbers[i].value) || !isfinite(*numbers[i].value))) {
            return wrong(path, numbers[i].key);
        }
    }
    for (int i = 0; i < INTEGER_ENTRIES; i++) {
        const char *text = settings_find(state, integers[i].key);
        if (text == NULL || !text_to_integer(text, integers[i].value) || *integers[i].value < -1 ||
            *integers[i].value > INT64_MAX / 2) {
            return wrong(path, integers[i].key);
        }
    }
    const int32_t status = read_random(state, "shuffle", path, &trainer->shuffle);
    return status == DNN_OK ? read_random(state, "dropout", path, &trainer->dropout) : status;
}

/* What the rest of the library takes for granted. */
static int32_t check_state(const dnn_trainer *trainer, const struct training_content *content, const char *path)
{
    const struct core *core = trainer->core;
    const int64_t epochs = content->history.rows;
    if (trainer->history_count != epochs || trainer->updates < 0 || trainer->cuts < 0 || trainer->epochs_done < 0 ||
        trainer->epochs_done > epochs || trainer->best_epoch >= epochs || trainer->patience.waiting < 0 ||
        trainer->plateau.waiting < 0) {
        return wrong(path, "a count of epochs");
    }
    /* A schedule comes down to 0, or so near that it is 0. */
    if (!(trainer->eta >= 0 && trainer->eta <= core->largest_number) ||
        !(trainer->eta_base > 0 && trainer->eta_base <= core->largest_number)) {
        return wrong(path, "learning_rate");
    }
    if (!(trainer->state_bound >= 0 && trainer->state_bound <= core->largest_number) ||
        !(trainer->sum_bound >= 0 && trainer->sum_bound <= core->largest_number)) {
        return wrong(path, "a bound");
    }
    return DNN_OK;
}

static int32_t read_history(const struct tensor *history, dnn_trainer *trainer)
{
    trainer->history = memory_new(history->rows < 1 ? 1 : history->rows, sizeof *trainer->history);
    if (trainer->history == NULL) {
        return status_out_of_memory("the history");
    }
    for (int64_t i = 0; i < history->rows; i++) {
        trainer->history[i] =
            (struct epoch){tensor_number(history, i, 0), tensor_number(history, i, 1), tensor_number(history, i, 2)};
    }
    trainer->history_count = trainer->history_capacity = history->rows;
    return DNN_OK;
}

/* The arenas that the file has must be those that the trainer needs. */
static int32_t read_arenas(const struct training_content *content, const char *path, dnn_trainer *trainer)
{
    const int32_t made = content->groups[GROUP_SUM] != NULL ? trainer_make_sum(trainer) : DNN_OK;
    if (made != DNN_OK) {
        return made;
    }
    void *const arenas[GROUP_COUNT] = {trainer->states[0], trainer->states[1], trainer->best, trainer->sum};
    for (int32_t i = 0; i < GROUP_COUNT; i++) {
        const bool is_state = i < UPDATE_MOST_STATES;
        const bool is_needed = is_state ? arenas[i] != NULL : i == GROUP_BEST && arenas[i] && trainer->best_epoch >= 0;
        const bool is_there = content->groups[i] != NULL;
        if ((is_needed && !is_there) || (is_there && arenas[i] == NULL)) {
            return status_error(DNN_ERROR_FORMAT, "\"%s\": the tensors %s… are %s for this optimizer", path,
                                prefixes[i], is_there ? "too much" : "missing");
        }
        const int32_t status =
            is_there ? arena_from_layers(content->groups[i], trainer->model, path, arenas[i]) : DNN_OK;
        if (status != DNN_OK) {
            return status;
        }
    }
    trainer->has_sum = content->groups[GROUP_SUM] != NULL;
    /* The bounds guard against overflow: they are looked at, not believed. */
    trainer->state_bound = fmax(trainer->state_bound, trainer_held_bound(trainer));
    if (isinf(trainer->state_bound)) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\": its tensors %s… and %s… are nothing that this optimizer leaves",
                            path, prefixes[0], prefixes[1]);
    }
    if (trainer->has_sum) {
        trainer->sum_bound = fmax(trainer->sum_bound, trainer->core->largest(trainer_arena(trainer, trainer->sum)));
    }
    return DNN_OK;
}

static int32_t make_trainer(const struct training_content *content, const char *path, dnn_model *model,
                            dnn_trainer **out)
{
    struct settings keys = {0}, state = {0};
    dnn_config *config = NULL;
    dnn_trainer *trainer = NULL;
    int32_t status = divide(&content->state, &keys, &state);
    if (status == DNN_OK) {
        status = config_from_settings(&keys, NULL, model->network->depth, path, &config);
    }
    if (status == DNN_OK) {
        status = dnn_config_set(config, "checkpoint_path", path);
    }
    if (status == DNN_OK) {
        status = dnn_trainer_create(model, config, &trainer);
    }
    if (status == DNN_OK) {
        status = read_state(&state, path, trainer);
    }
    if (status == DNN_OK) {
        status = read_shares(&state, path, trainer);
    }
    if (status == DNN_OK) {
        status = check_state(trainer, content, path);
    }
    if (status == DNN_OK) {
        status = read_history(&content->history, trainer);
    }
    if (status == DNN_OK) {
        status = read_arenas(content, path, trainer);
    }
    dnn_config_destroy(config);
    settings_clear(&keys);
    settings_clear(&state);
    if (status != DNN_OK) {
        dnn_trainer_destroy(trainer);
        return status == DNN_ERROR_INVALID_ARGUMENT || status == DNN_ERROR_NOT_FINITE
                   ? status_error(DNN_ERROR_FORMAT, "\"%s\": %s", path, status_message())
                   : status;
    }
    *out = trainer;
    return DNN_OK;
}

int32_t trainer_read(const uint8_t *bytes, int64_t size, const char *path, dnn_model **model, dnn_trainer **trainer)
{
    const struct model_file_request request = {.name = path, .prefixes = prefixes, .prefix_count = GROUP_COUNT};
    struct content content = {0};
    struct training_content training = {0};
    dnn_model *made = NULL;
    int32_t status = model_file_read(bytes, size, &request, &content, &training);
    if (status == DNN_OK) {
        status = model_from_content(&content, NULL, path, &made);
    }
    if (status == DNN_OK) {
        status = make_trainer(&training, path, made, trainer);
    }
    content_clear(&content);
    training_content_clear(&training);
    if (status != DNN_OK) {
        model_release(made);
        return status;
    }
    *model = made;
    return DNN_OK;
}

int32_t dnn_trainer_load(const char *path, dnn_model **model, dnn_trainer **trainer)
{
    REQUIRE(path);
    REQUIRE(model);
    REQUIRE(trainer);
    uint8_t *bytes = NULL;
    int64_t size = 0;
    int32_t status = file_read(path, &bytes, &size);
    if (status == DNN_OK) {
        status = trainer_read(bytes, size, path, model, trainer);
    }
    memory_free(bytes);
    return status;
}
