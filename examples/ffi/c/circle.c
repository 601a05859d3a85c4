/*
 * circle.c - learns which points of a square lie in a circle: the program that every folder beside this one holds in its
 * own language, and what those must print.
 */
#include <dnn.h>

#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 20, POINTS = SIDE * SIDE };

/* Ends the program with the library's own words if a call failed. */
static void must(int32_t status)
{
    if (status < 0) {
        fprintf(stderr, "circle: %s\n", dnn_last_error());
        exit(1);
    }
}

/* Called after each batch; 1 = go on, 0 = stop. */
static int32_t show_progress(void *user, const dnn_progress *progress)
{
    (void)user;
    if (dnn_progress_batch(progress) < dnn_progress_batches(progress)) {
        return 1;
    }
    const long long epoch = dnn_progress_epoch(progress);
    const double loss = dnn_progress_loss(progress);
    if (epoch % 10 == 0) {
        printf("epoch %lld: loss %.3f\n", epoch, loss);
    }
    return loss > 0.15;
}

int main(void)
{
    static double points[POINTS][2];
    static int32_t inside[POINTS];
    for (int i = 0; i < POINTS; i++) {
        const double u = (i % SIDE - 9.5) / 10, v = (i / SIDE - 9.5) / 10; /* from -0.95 to 0.95 */
        points[i][0] = u;
        points[i][1] = v;
        inside[i] = u * u + v * v < 0.5;
    }

    dnn_config *config = NULL;
    must(dnn_config_create("classifier", &config));
    must(dnn_config_set(config, "epochs", "200"));
    const int64_t layers[] = {2, 16, 2}; /* a point in; how likely outside and inside it is, out */
    dnn_model *model = NULL;
    must(dnn_model_create(layers, 3, config, &model));

    dnn_dataset *dataset = NULL;
    must(dnn_dataset_create_labels(&points[0][0], POINTS, 2, inside, 2, &dataset));
    dnn_trainer *trainer = NULL;
    must(dnn_trainer_create(model, NULL, &trainer));
    must(dnn_trainer_set_progress(trainer, show_progress, NULL));
    const int32_t status = dnn_trainer_fit(trainer, dataset, NULL);
    must(status);
    printf("%s after %lld epochs\n", status == DNN_STOPPED ? "stopped" : "done",
           (long long)dnn_trainer_history_count(trainer));

    const double asked[2][2] = {{0, 0}, {0.9, 0.9}};
    double probability[2][2];
    must(dnn_model_predict(model, &asked[0][0], 2, &probability[0][0]));
    printf("(0, 0) is inside with probability %.3f\n", probability[0][1]);
    printf("(0.9, 0.9) is inside with probability %.3f\n", probability[1][1]);

    dnn_model *loaded = NULL;
    must(dnn_model_save(model, "circle.dnn"));
    must(dnn_model_load("circle.dnn", &loaded));
    must(dnn_model_predict(loaded, &asked[0][0], 1, &probability[0][0]));
    printf("loaded from circle.dnn: %.3f\n", probability[0][1]);

    if (dnn_config_set(config, "epochs", "many") < 0) { /* an error, on purpose */
        printf("error: %s\n", dnn_last_error());
    }
    dnn_model_destroy(loaded);
    dnn_trainer_destroy(trainer);
    dnn_dataset_destroy(dataset);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return 0;
}
