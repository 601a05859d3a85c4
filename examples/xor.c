/* xor.c - the smallest whole program: learns XOR, and prints what the network answers to 00, 01, 10 and 11. */
#include <dnn.h>
#include <stdio.h>

int main(void)
{
    const int64_t layers[] = {2, 4, 1};
    const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
    double answer[4];
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    int failed = dnn_config_create("tutorial", &config) || dnn_config_set(config, "activation", "tanh") ||
                 dnn_config_set(config, "init", "glorot_uniform") || dnn_config_set(config, "sigmoid_slope", "1") ||
                 dnn_config_set(config, "learning_rate", "1") || dnn_model_create(layers, 3, config, &model) ||
                 dnn_trainer_create(model, NULL, &trainer);
    for (int i = 0; i < 2000 && !failed; i++) {
        failed = dnn_trainer_step(trainer, x, y, 4, NULL);
    }
    failed = failed || dnn_model_predict(model, x, 4, answer);
    if (failed) {
        fprintf(stderr, "xor: %s\n", dnn_last_error());
    } else {
        printf("%.2f %.2f %.2f %.2f\n", answer[0], answer[1], answer[2], answer[3]);
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return failed;
}
