/* A stranger's program: nothing but <dnn.h>. It teaches a small network XOR and returns 0 if that worked and the library is
 * the version it was compiled to expect. It is valid C99 and valid C++17, because both must be able to read dnn.h; the
 * test compiles it as each. */
#include <dnn.h>

#include <stdio.h>
#include <string.h>

#define STEPS 2000

static int failed(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, dnn_last_error());
    return 1;
}

/* The loss of the four samples before and after training. */
static int train(dnn_trainer *trainer, double *first, double *last)
{
    static const double x[] = {0, 0, 0, 1, 1, 0, 1, 1};
    static const double y[] = {0, 1, 1, 0};
    int i;
    for (i = 0; i < STEPS; i++) {
        if (dnn_trainer_step(trainer, x, y, 4, i == 0 ? first : last) != DNN_OK) {
            return failed("step");
        }
    }
    return 0;
}

static int learn_xor(dnn_config *config)
{
    const int64_t layers[] = {2, 8, 1};
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    double first = 0, last = 0;
    int status = 1;
    if (dnn_config_set(config, "activation", "tanh") != DNN_OK ||
        dnn_config_set(config, "output_activation", "identity") != DNN_OK ||
        dnn_config_set(config, "init", "glorot_uniform") != DNN_OK ||
        dnn_config_set_number(config, "learning_rate", 0.1) != DNN_OK) {
        return failed("config");
    }
    if (dnn_model_create(layers, 3, config, &model) != DNN_OK) {
        return failed("model");
    }
    if (dnn_trainer_create(model, NULL, &trainer) != DNN_OK) {
        status = failed("trainer");
    } else if (train(trainer, &first, &last) == 0) {
        printf("loss %g, after %d steps %g\n", first, STEPS, last);
        status = last < 0.5 * first ? 0 : 1;
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    return status;
}

int main(int argc, char **argv)
{
    dnn_config *config = NULL;
    int status;
    printf("%s\n", dnn_build_info());
    if (argc != 2 || strcmp(argv[1], dnn_version_string()) != 0) {
        fprintf(stderr, "expected version %s, the library is %s\n", argc > 1 ? argv[1] : "(none given)",
                dnn_version_string());
        return 1;
    }
    if (dnn_config_create(NULL, &config) != DNN_OK) {
        return failed("config");
    }
    status = learn_xor(config);
    dnn_config_destroy(config);
    return status;
}
