/* xor.c - the smallest network worth training: two bits in, their exclusive or out. */
#include <dnn.h>

#include <math.h>
#include <stdio.h>

int main(void)
{
    const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
    const int64_t layers[] = {2, 8, 1};
    double out[4] = {0};
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;

    int32_t status = dnn_config_create("tutorial", &config);
    status = status ? status : dnn_config_set(config, "activation", "tanh");
    status = status ? status : dnn_config_set(config, "output_activation", "identity");
    status = status ? status : dnn_config_set(config, "init", "glorot_uniform");
    status = status ? status : dnn_config_set(config, "learning_rate", "0.1");
    status = status ? status : dnn_model_create(layers, 3, config, &model);
    status = status ? status : dnn_trainer_create(model, NULL, &trainer);
    for (int i = 0; i < 2000 && !status; i++) {
        status = dnn_trainer_step(trainer, x, y, 4, NULL);
    }
    status = status ? status : dnn_model_predict(model, x, 4, out);
    printf("%s\n%.2f %.2f %.2f %.2f\n", status ? dnn_last_error() : "xor:", out[0], out[1], out[2], out[3]);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return status || fabs(out[0]) > 0.2 || fabs(out[1] - 1) > 0.2 || fabs(out[2] - 1) > 0.2 || fabs(out[3]) > 0.2;
}
