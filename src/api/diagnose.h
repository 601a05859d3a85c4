/*
 * api/diagnose.h - the parts of dnn_trainer_diagnose: each looks at one thing, and says what it finds.
 */
#ifndef DNN_API_DIAGNOSE_H
#define DNN_API_DIAGNOSE_H

#include "api/trainer.h"
#include "base/text.h"

/* The arena that holds the latest gradient, still to be multiplied by latest_scale. It is made now if only the pass
 * knows it. */
const void *trainer_latest_gradient(dnn_trainer *trainer);

/* Takes the samples of weight 0, which zeros have taken the place of, out of the latest pass, but leaves it as it is if all of them
 * weigh nothing. Returns how many weigh more. */
int64_t trainer_drop_weightless(dnn_trainer *trainer);

/* ‖α A + β B‖, A and B: of one shape. */
double diagnose_norm(const struct core *core, struct matrix a, double alpha, struct matrix b, double beta);

/* Three digits of a number, between two texts. */
void diagnose_append_number(struct text *text, const char *before, double number, const char *after);

/* What can be seen in the samples of the latest pass, all of which weigh something, from the inputs to the loss. Return how many
 * findings there are. */
int32_t diagnose_inputs(const dnn_trainer *trainer, struct text *text);
int32_t diagnose_targets(const dnn_trainer *trainer, struct text *text);
int32_t diagnose_activations(const dnn_trainer *trainer, struct text *text);
int32_t diagnose_outputs(const dnn_trainer *trainer, struct text *text);

/* The sum of the weights of the samples of the latest pass; how many they are, if they have none. */
double diagnose_weight(const dnn_trainer *trainer);

/* The root mean square of the targets. */
double diagnose_target_size(const dnn_trainer *trainer);

/* True if the outputs of the latest pass are the targets, or nearly so: there is no more to learn from it. */
bool diagnose_is_learned(const dnn_trainer *trainer);

/* Updates that are too large; or too small, if nothing else was found. *found: grows by the findings. */
int32_t diagnose_updates(dnn_trainer *trainer, struct text *text, int32_t *found);

#endif
