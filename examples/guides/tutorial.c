/* The tutorial's class, call by call: one sample goes forward, the network learns from it, and what changed is shown. */
#include <dnn.h>
#include <stdio.h>

enum { DATA = 2, HIDDEN = 3, ANSWERS = 1, WEIGHTS = HIDDEN * (DATA + 1) + ANSWERS * (HIDDEN + 1) };

static void print(const char *name, const double *numbers, int count)
{
    printf("%s:", name);
    for (int i = 0; i < count; i++) {
        printf(" %.17g", numbers[i]);
    }
    printf("\n");
}

int main(void)
{
    const int64_t layers[] = {DATA, HIDDEN, ANSWERS};
    const double data[DATA] = {0.5, -1}, y_true[ANSWERS] = {0.25};
    double weights[WEIGHTS], gradient[WEIGHTS], x_1[HIDDEN], y[ANSWERS], error = 0;
    dnn_model *model = NULL;
    dnn_workspace *workspace = NULL;
    dnn_trainer *trainer = NULL;

    /* network = DNN(layers); NULL: the recipe "tutorial" */
    int failed = dnn_model_create(layers, 3, NULL, &model) || dnn_trainer_create(model, NULL, &trainer) ||
                 dnn_model_get_parameters(model, weights);
    if (!failed) {
        print("weights", weights, WEIGHTS);
    }

    /* network.predict(data), and what it leaves in network.x_s */
    failed = failed || dnn_workspace_create(model, 1, &workspace) || dnn_workspace_predict(workspace, data, 1, y) ||
             dnn_workspace_activations(workspace, 1, x_1);
    if (!failed) {
        print("x_1", x_1, HIDDEN);
        print("y", y, ANSWERS);
    }

    /* network.train(data, y_true), in one call; error is what it was before */
    failed = failed || dnn_trainer_step(trainer, data, y_true, 1, &error) || dnn_model_get_parameters(model, weights);
    if (!failed) {
        print("error", &error, 1);
        print("weights", weights, WEIGHTS);
    }

    /* once more, in its two halves: all gradients, then the update */
    failed = failed || dnn_trainer_accumulate(trainer, data, y_true, 1, NULL) ||
             dnn_trainer_get_gradient(trainer, gradient) || dnn_trainer_apply(trainer, 1) ||
             dnn_model_get_parameters(model, weights);
    if (!failed) {
        print("gradient", gradient, WEIGHTS);
        print("weights", weights, WEIGHTS);
    } else {
        fprintf(stderr, "tutorial: %s\n", dnn_last_error());
    }

    dnn_trainer_destroy(trainer);
    dnn_workspace_destroy(workspace);
    dnn_model_destroy(model);
    return failed;
}
