/*
 * api/trainer_team.h - a step of one sample by several threads.
 */
#ifndef DNN_API_TRAINER_TEAM_H
#define DNN_API_TRAINER_TEAM_H

#include "api/trainer.h"
#include "base/team.h"

/* Makes the trainer's team, if its config and the size of its network ask for one. */
int32_t trainer_make_team(dnn_trainer *trainer);

/* As many shares as a step of one sample can be divided in; 1 if it is not. */
int64_t trainer_most_shares(const dnn_trainer *trainer);

/* From now on a step of one sample is divided in so many shares, 1 to trainer_most_shares, whatever the team has threads: their number
 * decides the last bits of a sum. */
int32_t trainer_set_shares(dnn_trainer *trainer, int32_t count);

/* Forward, back and update for the one sample in the pass. *loss_sum: E before it. False if no weight was changed, because
 * something could not be known to stay finite: the pass then holds forward's results. */
bool trainer_team_step(dnn_trainer *trainer, double eta, double *loss_sum);

#endif
