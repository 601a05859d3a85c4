/* From the table of irises to a network in a file, with all that should happen on the way: train_table TABLE.csv MODEL.dnn */
#include <dnn.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUTS = 4, SPECIES = 3 };

/* A failure ends this program. One that has more to do looks at the status instead, as examples/iris.c does. */
static void must(int32_t status)
{
    if (status < DNN_OK) {
        fprintf(stderr, "train_table: %s\n", dnn_last_error());
        exit(1);
    }
}

/* Called after each batch; the last call of an epoch knows the validation's loss. 1: go on. */
static int32_t tell(void *user, const dnn_progress *progress)
{
    const int64_t every = *(const int64_t *)user;
    if (dnn_progress_batch(progress) == dnn_progress_batches(progress) && dnn_progress_epoch(progress) % every == 0) {
        printf("epoch %3d: loss %.3f, of the validation %.3f\n", (int)dnn_progress_epoch(progress),
               dnn_progress_loss(progress), dnn_progress_validation_loss(progress));
    }
    return 1;
}

/* How good it is at rows that it has not seen, and which species it takes for which. */
static void report(const dnn_model *model, const dnn_dataset *test)
{
    int64_t counts[SPECIES][SPECIES];
    double accuracy;
    must(dnn_model_evaluate(model, test, NULL, &accuracy));
    must(dnn_model_confusion(model, test, &counts[0][0]));
    for (int truth = 0; truth < SPECIES; truth++) {
        printf("%-10s is taken for:  %2d  %2d  %2d\n", dnn_dataset_class_name(test, truth), (int)counts[truth][0],
               (int)counts[truth][1], (int)counts[truth][2]);
    }
    printf("%.0f %% of %d new rows are right\n", 100 * accuracy, (int)dnn_dataset_size(test));
}

/* Another program, later: the model alone is needed, and knows how to standardize. */
static void use(const char *path)
{
    const double flower[INPUTS] = {5.1, 3.5, 1.4, 0.2};
    int32_t species;
    dnn_model *model;
    must(dnn_model_load(path, &model));
    must(dnn_model_classify(model, flower, 1, &species));
    printf("a flower of 5.1, 3.5, 1.4 and 0.2 cm is species %d\n", (int)species);
    dnn_model_destroy(model);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: train_table TABLE.csv MODEL.dnn\n");
        return 2;
    }

    dnn_dataset *table, *seen, *training, *validation, *test;
    must(dnn_dataset_read_csv(argv[1], "targets=last missing=drop", &table));
    must(dnn_dataset_split(table, 0.8, 0, &seen, &test));
    must(dnn_dataset_split(seen, 0.8, 0, &training, &validation));
    if (dnn_dataset_inputs(table) != INPUTS || dnn_dataset_outputs(table) != SPECIES) {
        fprintf(stderr, "train_table: the table is not one of irises\n");
        return 1;
    }

    dnn_config *config;
    must(dnn_config_create("classifier", &config));
    must(dnn_config_set(config, "epochs", "300"));
    must(dnn_config_set(config, "patience", "30"));

    const int64_t layers[] = {INPUTS, 16, SPECIES};
    dnn_model *model;
    must(dnn_model_create(layers, 3, config, &model));
    must(dnn_model_standardize(model, training));

    int64_t every = 20;
    dnn_trainer *trainer;
    must(dnn_trainer_create(model, config, &trainer));
    must(dnn_trainer_set_progress(trainer, tell, &every));
    must(dnn_trainer_fit(trainer, training, validation));

    char why[4096];
    must(dnn_trainer_diagnose(trainer, why, sizeof why, NULL));
    printf("%s", why);
    report(model, test);
    must(dnn_model_save(model, argv[2]));
    use(argv[2]);

    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    dnn_dataset_destroy(test);
    dnn_dataset_destroy(validation);
    dnn_dataset_destroy(training);
    dnn_dataset_destroy(seen);
    dnn_dataset_destroy(table);
    return 0;
}
