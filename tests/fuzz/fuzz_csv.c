/*
 * fuzz_csv.c - any bytes as a CSV file, plain or gzip. The first byte chooses the options; the rest is the file. What is
 * accepted must be sound: finite numbers, labels in range, names that are UTF-8 and in order.
 */
#include "base/memory.h"
#include "base/status.h"
#include "base/utf8.h"
#include "data/csv.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const options[] = {
    NULL,
    "missing=drop",
    "missing=mean header=true",
    "separator=space missing=mean",
    "targets=none header=false",
    "decimal=comma classes=true",
    "targets=0,1 missing=mean ignore=2",
    "classes=true targets=first missing=drop",
};

/* The fuzzer takes an abort for a finding. */
static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check(const struct csv *csv)
{
    demand(csv->n >= 1 && csv->n_in >= 1);
    for (int64_t i = 0; i < csv->n * csv->n_in; i++)
        demand(isfinite(csv->x[i]));
    for (int64_t i = 0; csv->y != NULL && i < csv->n * csv->n_out; i++)
        demand(isfinite(csv->y[i]));
    for (int64_t i = 0; csv->labels != NULL && i < csv->n; i++)
        demand(csv->labels[i] >= 0 && csv->labels[i] < csv->n_out);
    for (int64_t i = 0; csv->class_names != NULL && i < csv->n_out; i++)
        demand(utf8_is_valid(csv->class_names[i], (int64_t)strlen(csv->class_names[i])));
    demand((csv->labels != NULL) == (csv->class_names != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct csv csv = {0};
    if (size == 0)
        return 0;
    const char *const chosen = options[bytes[0] % (sizeof options / sizeof *options)];
    if (csv_read_memory(bytes + 1, (int64_t)size - 1, "input", chosen, &csv) == DNN_OK)
        check(&csv);
    memory_free(csv.x);
    memory_free(csv.y);
    memory_free(csv.labels);
    memory_free(csv.class_names);
    return 0;
}
