/*
 * api/dataset_csv.c - datasets from CSV files. The reader in data/ gives arrays; they become a dataset as they are.
 */
#include "api/check.h"
#include "api/dataset.h"
#include "base/memory.h"
#include "data/csv.h"

/* What the targets are: labels, numbers, or, without either, to be the inputs. */
static struct numbers targets_of(const struct csv *csv)
{
    if (csv->labels != NULL) {
        return (struct numbers){NUMBER_LABEL, csv->labels, csv->n_out};
    }
    return (struct numbers){NUMBER_F64, csv->y, csv->n_out};
}

int32_t dnn_dataset_read_csv(const char *path, const char *options_or_null, dnn_dataset **out)
{
    REQUIRE(path);
    REQUIRE(out);
    struct csv csv = {0};
    dnn_dataset *dataset = NULL;
    int32_t status = csv_read(path, options_or_null, &csv);
    if (status == DNN_OK) {
        status = dataset_from(csv.n, (struct numbers){NUMBER_F64, csv.x, csv.n_in}, targets_of(&csv), &dataset);
    }
    if (status != DNN_OK) {
        memory_free(csv.class_names);
        return status;
    }
    dataset->store->class_names = csv.class_names;
    if (csv.n_out == 0) {
        dataset->store->y = dataset->store->x;
    }
    *out = dataset;
    return DNN_OK;
}
