#!/usr/bin/env python3
"""Makes schedules_expected.h: the learning rate of every batch of a fit by PyTorch's own schedulers, and the weight
that a fit at these rates comes to. test_schedule.c takes the same batches. Needs PyTorch.

    schedules.py            writes schedules_expected.h beside this file
    schedules.py --check    runs everything again and compares with the committed file, within 1e-12

The network is the smallest whose loss a plateau can watch: one input that is always 0, so of x = w · 0 + b the bias
learns alone, from 1 by plain descent towards the targets. These are 7 and not stored: splitmix64 of seed 1, uniform
in [0, 1), in batches of 2 with one left over. Validation, if there is one, has a single target, VALIDATION.
"""
import math
import os
import sys
import warnings

import torch
from torch.optim import lr_scheduler

from generate import HERE, Generator, numbers

PATH = os.path.join(HERE, "schedules_expected.h")
SAMPLES, BATCH_SIZE, VALIDATION = 7, 2, 0.75
BATCHES = math.ceil(SAMPLES / BATCH_SIZE)
DEFAULTS = {"schedule_factor": 0.1, "schedule_rate": 0.95, "schedule_every": 10, "schedule_length": 0,
            "schedule_warmup": 1, "schedule_minimum": 0, "min_delta": 0}


class Case:
    def __init__(self, name, settings, fits=1, validation=False):
        self.name, self.settings, self.fits, self.validation = name, settings, fits, validation
        self.values = dict(item.split("=") for item in settings.split())
        self.epochs = int(self.values["epochs"])  # of one fit
        self.length = int(self.number("schedule_length")) or self.epochs

    def number(self, key):
        return float(self.values.get(key, DEFAULTS.get(key, "not set")))

    def scheduler(self, optimizer):
        """Those that know epochs: stepped once after each."""
        kind = self.values["schedule"]
        if kind == "step":
            return lr_scheduler.StepLR(optimizer, int(self.number("schedule_every")), self.number("schedule_factor"))
        if kind == "exponential":
            return lr_scheduler.ExponentialLR(optimizer, self.number("schedule_rate"))
        if kind == "plateau":  # whose patience is the epochs that may pass before the one that cuts
            return lr_scheduler.ReduceLROnPlateau(
                optimizer, factor=self.number("schedule_factor"), patience=int(self.number("schedule_every")) - 1,
                threshold=self.number("min_delta"), threshold_mode="abs", min_lr=self.number("schedule_minimum"), eps=0)
        return None

    def scheduler_of_batches(self, optimizer, epoch, scheduler):
        """Those that know batches. PyTorch warms up once: at the start of a round it gets a new scheduler."""
        kind, bottom = self.values["schedule"], self.number("schedule_minimum")
        if kind == "cosine" and epoch == 0:
            return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, self.length, eta_min=bottom)
        if kind == "warmup_cosine" and epoch % self.length == 0:
            for group in optimizer.param_groups:
                group["lr"] = self.number("learning_rate")
                group.pop("initial_lr", None)
            warm = round(self.number("schedule_warmup") * BATCHES)
            assert warm > 1 and warm == self.number("schedule_warmup") * BATCHES
            return lr_scheduler.SequentialLR(optimizer, milestones=[warm], schedulers=[
                lr_scheduler.LinearLR(optimizer, start_factor=1 / warm, total_iters=warm - 1),
                lr_scheduler.CosineAnnealingLR(optimizer, self.length * BATCHES - warm, eta_min=bottom)])
        return scheduler

    def run(self):
        """The rate of each batch, and the bias at the end."""
        targets = torch.tensor(Generator(1).array(SAMPLES))
        bias = torch.nn.Parameter(torch.ones(()))
        optimizer = torch.optim.SGD([bias], lr=self.number("learning_rate"))
        by_epoch, by_batch, rates = self.scheduler(optimizer), None, []
        for epoch in range(self.fits * self.epochs):
            by_batch, loss_sum = self.scheduler_of_batches(optimizer, epoch, by_batch), 0.0
            for batch, y in enumerate(targets.split(BATCH_SIZE)):
                if self.values["schedule"] == "cosine":
                    by_batch.step(epoch + batch / BATCHES)
                rates.append(optimizer.param_groups[0]["lr"])
                loss = ((bias - y) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss_sum += loss.item() * len(y)
                if self.values["schedule"] == "warmup_cosine":
                    by_batch.step()
            if self.values["schedule"] == "plateau":
                by_epoch.step((bias.item() - VALIDATION) ** 2 if self.validation else loss_sum / SAMPLES)
            elif by_epoch is not None:
                by_epoch.step()
        return rates, bias.item()


def settings(schedule, epochs, more=""):
    return ("schedule=%s epochs=%d learning_rate=0.05 %s" % (schedule, epochs, more)).strip()


CASES = [
    Case("constant", settings("constant", 3)),
    Case("step", settings("step", 8, "schedule_every=3 schedule_factor=0.25")),
    Case("step_over_two_fits", settings("step", 4, "schedule_every=3 schedule_factor=0.25"), fits=2),
    Case("exponential", settings("exponential", 6, "schedule_rate=0.8")),
    Case("exponential_over_two_fits", settings("exponential", 3, "schedule_rate=0.8"), fits=2),
    Case("cosine", settings("cosine", 6, "schedule_minimum=0.004")),
    Case("cosine_begins_again", settings("cosine", 8, "schedule_length=3")),
    Case("cosine_over_two_fits", settings("cosine", 3, "schedule_length=4 schedule_minimum=0.004"), fits=2),
    Case("warmup_cosine", settings("warmup_cosine", 6, "schedule_warmup=2 schedule_minimum=0.004")),
    Case("warmup_cosine_of_part_of_an_epoch", settings("warmup_cosine", 4, "schedule_warmup=1.5")),
    Case("warmup_cosine_begins_again", settings("warmup_cosine", 5, "schedule_length=3"), fits=2),
    Case("plateau", settings("plateau", 24, "schedule_every=3 schedule_factor=0.5 min_delta=0.0001")),
    Case("plateau_cuts_at_once", settings("plateau", 16, "schedule_every=1 schedule_factor=0.7 min_delta=0.001")),
    Case("plateau_stops_at_the_minimum", settings(
        "plateau", 24, "schedule_every=2 schedule_factor=0.3 min_delta=0.01 schedule_minimum=0.002")),
    Case("plateau_of_validation", settings("plateau", 24, "schedule_every=3 schedule_factor=0.5"), validation=True),
    Case("plateau_over_two_fits", settings("plateau", 8, "schedule_every=5 schedule_factor=0.5"), fits=2,
         validation=True),
]


def render():
    lines = ["/* Made by tests/parity/schedules.py; not edited by hand. */", "/* clang-format off */", ""]
    entries = []
    for case in CASES:
        rates, bias = case.run()
        changes = sum(a != b for a, b in zip(rates, rates[1:]))
        assert case.name == "constant" or changes > 1, "%s does not change twice" % case.name
        lines.append("static const double %s_rates[] = {" % case.name)
        texts = [float(rate).hex() for rate in rates]
        lines += ["    " + ", ".join(texts[i:i + BATCHES]) + "," for i in range(0, len(texts), BATCHES)] + ["};", ""]
        entries.append('    {"%s",\n     "%s",\n     %d, %d, %d, %s_rates, %s},' % (
            case.name, case.settings, case.fits, case.epochs, case.validation, case.name, bias.hex()))
    return "\n".join(lines + ["static const struct schedule_case schedule_cases[] = {"] + entries + ["};", ""])


def check(text):
    with open(PATH, encoding="ascii") as file:
        old, new = numbers(file.read()), numbers(text)
    if old.size == 0 or old.shape != new.shape:
        sys.exit("schedules_expected.h holds other cases than this program makes")
    worst = abs(old - new).max()
    print("%d numbers, largest difference %.2g" % (new.size, worst))
    if not worst <= 1e-12:
        sys.exit("schedules_expected.h does not come from this program")


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # a scheduler inside SequentialLR is stepped before the optimizer
    text = render()
    if "--check" in sys.argv[1:]:
        check(text)
        return
    with open(PATH, "w", encoding="ascii") as file:
        file.write(text)


if __name__ == "__main__":
    main()
