#!/usr/bin/env python3
"""Learns which points of a square lie in a circle."""
import numpy as np

import dnn

u, v = (a.ravel() for a in np.meshgrid(np.linspace(-0.95, 0.95, 20), np.linspace(-0.95, 0.95, 20)))
points = np.column_stack([u, v])
inside = u**2 + v**2 < 0.5

config = dnn.Config("classifier", epochs=200)
model = dnn.Model([2, 16, 2], config)  # a point in; how likely outside and inside it is, out


def progress(p):  # after each batch; False stops
    if p.batch < p.batches:
        return True
    if p.epoch % 10 == 0:
        print("epoch %d: loss %.3f" % (p.epoch, p.loss))
    return p.loss > 0.15


trainer = dnn.Trainer(model)
finished = trainer.fit(dnn.Dataset.from_labels(points, inside), progress=progress)
print("%s after %d epochs" % ("done" if finished else "stopped", len(trainer.history)))

for point, probability in zip(["(0, 0)", "(0.9, 0.9)"], model.predict([[0, 0], [0.9, 0.9]])):
    print("%s is inside with probability %.3f" % (point, probability[1]))

model.save("circle.dnn")
print("loaded from circle.dnn: %.3f" % dnn.Model.load("circle.dnn").predict([0, 0])[1])

try:
    config["epochs"] = "many"  # an error, on purpose
except dnn.Error as error:
    print("error:", error)
