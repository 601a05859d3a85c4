/* bare.c - a trained network for a machine that has no libdnn: learns XOR, and writes it as a file of C: bare NET.c */
#include <dnn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const int64_t layers[] = {2, 4, 1};
    const float x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    int failed = argc != 2 || dnn_config_create("regressor", &config) || dnn_config_set(config, "activation", "tanh") ||
                 dnn_config_set(config, "learning_rate", "0.05") || dnn_model_create(layers, 3, config, &model) ||
                 dnn_trainer_create(model, NULL, &trainer);
    for (int i = 0; i < 500 && !failed; i++) {
        failed = dnn_trainer_step_f32(trainer, x, y, 4, NULL);
    }
    failed = failed || dnn_model_export_c(model, argv[1], "xor");
    if (failed) {
        fprintf(stderr, "bare: %s\n", argc != 2 ? "usage: bare NET.c" : dnn_last_error());
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return failed;
}
