/*
 * seeds_model.c - made the seeds of fuzz_model and fuzz_checkpoint: small whole files of each kind. Not part of any build.
 *
 * usage: cc seeds_model.c -ldnn && ./a.out      (in tests/fuzz/corpus)
 */
#include <dnn.h>

#include <stdio.h>
#include <stdlib.h>

static void check(int32_t status)
{
    if (status != DNN_OK) {
        fprintf(stderr, "%s\n", dnn_last_error());
        exit(1);
    }
}

static void make(const char *recipe, const char *const *settings, const int64_t *layers, int64_t count,
                 const char *model_path, const char *checkpoint_path)
{
    const double x[4] = {0.5, -1, 2, 1}, y[4] = {1, 0, 0, 1};
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    dnn_dataset *data = NULL;
    check(dnn_config_create(recipe, &config));
    for (; *settings != NULL; settings += 2)
        check(dnn_config_set(config, settings[0], settings[1]));
    check(dnn_model_create(layers, count, config, &model));
    check(dnn_dataset_create(x, 2, layers[0], y, layers[count - 1], &data));
    if (model_path != NULL && layers[0] > 1)
        check(dnn_model_standardize(model, data));
    if (model_path != NULL)
        check(dnn_model_save(model, model_path));
    if (checkpoint_path != NULL) {
        check(dnn_trainer_create(model, NULL, &trainer));
        check(dnn_trainer_fit(trainer, data, NULL));
        check(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
        check(dnn_trainer_save(trainer, checkpoint_path));
    }
    dnn_trainer_destroy(trainer);
    dnn_dataset_destroy(data);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

int main(void)
{
    const int64_t least[] = {1, 1}, wide[] = {2, 3, 2};
    static const char *const none[] = {NULL}, *const tanh1[] = {"activation.1", "tanh", NULL};
    static const char *const rmsprop[] = {"optimizer", "rmsprop", "epochs", "2", NULL};
    static const char *const adam[] = {"epochs", "2", "patience", "3", NULL};
    make("tutorial", none, least, 2, "model/tutorial", "checkpoint/tutorial");
    make("classifier", tanh1, wide, 3, "model/classifier", NULL);
    make("regressor", rmsprop, least, 2, NULL, "checkpoint/rmsprop");
    make("regressor", adam, least, 2, NULL, "checkpoint/adam");
    return 0;
}
