#include <dnn.h>
#include <stdio.h>

/* Learns a table, says how well on rows it has not seen, and keeps the network in a file: iris TABLE.csv MODEL.dnn */
int main(int argc, char **argv)
{
    const int64_t layers[] = {4, 16, 3}; /* four measurements in, three species out */
    double accuracy = 0;
    dnn_dataset *all = NULL, *training = NULL, *test = NULL;
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    int failed = argc != 3 || dnn_dataset_read_csv(argv[1], NULL, &all) ||
                 dnn_dataset_split(all, 0.8, 0, &training, &test) || dnn_config_create("classifier", &config) ||
                 dnn_config_set(config, "epochs", "100") || dnn_model_create(layers, 3, config, &model) ||
                 dnn_model_standardize(model, training) || dnn_trainer_create(model, NULL, &trainer) ||
                 dnn_trainer_fit(trainer, training, NULL) || dnn_model_evaluate(model, test, NULL, &accuracy) ||
                 dnn_model_save(model, argv[2]);
    if (failed) {
        fprintf(stderr, "iris: %s\n", argc != 3 ? "usage: iris TABLE.csv MODEL.dnn" : dnn_last_error());
    } else {
        printf("%.0f %% of %d new rows are right\n", 100 * accuracy, (int)dnn_dataset_size(test));
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    dnn_dataset_destroy(test);
    dnn_dataset_destroy(training);
    dnn_dataset_destroy(all);
    return failed;
}
