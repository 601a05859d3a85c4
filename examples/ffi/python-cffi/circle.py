#!/usr/bin/env python3
"""Learns which points of a square lie in a circle, by the functions of dnn.h themselves."""
import numpy as np

from dnn_cffi import Error, check, ffi, lib, own

u, v = (a.ravel() for a in np.meshgrid(np.linspace(-0.95, 0.95, 20), np.linspace(-0.95, 0.95, 20)))
points = np.column_stack([u, v])
inside = (u**2 + v**2 < 0.5).astype(np.int32)

config = own("config", lib.dnn_config_create, b"classifier")
check(lib.dnn_config_set_integer(config, b"epochs", 200))
model = own("model", lib.dnn_model_create, [2, 16, 2], 3, config)  # a point in; how likely outside and inside, out
dataset = own("dataset", lib.dnn_dataset_create_labels, ffi.from_buffer("double[]", points), len(points), 2,
              ffi.from_buffer("int32_t[]", inside), 2)
trainer = own("trainer", lib.dnn_trainer_create, model, ffi.NULL)


@ffi.callback("int32_t(void *, const dnn_progress *)", error=0)  # an exception stops the training
def progress(_, p):
    if lib.dnn_progress_batch(p) < lib.dnn_progress_batches(p):
        return 1
    epoch, loss = lib.dnn_progress_epoch(p), lib.dnn_progress_loss(p)
    if epoch % 10 == 0:
        print("epoch %d: loss %.3f" % (epoch, loss))
    return loss > 0.15  # go on?


check(lib.dnn_trainer_set_progress(trainer, progress, ffi.NULL))
status = check(lib.dnn_trainer_fit(trainer, dataset, ffi.NULL))
print("%s after %d epochs" % ("stopped" if status == lib.DNN_STOPPED else "done",
                              lib.dnn_trainer_history_count(trainer)))

asked, probability = np.array([[0, 0], [0.9, 0.9]]), np.empty((2, 2))
check(lib.dnn_model_predict(model, ffi.from_buffer("double[]", asked), 2, ffi.from_buffer("double[]", probability)))
print("(0, 0) is inside with probability %.3f" % probability[0, 1])
print("(0.9, 0.9) is inside with probability %.3f" % probability[1, 1])

check(lib.dnn_model_save(model, b"circle.dnn"))
loaded = own("model", lib.dnn_model_load, b"circle.dnn")
check(lib.dnn_model_predict(loaded, ffi.from_buffer("double[]", asked), 1, ffi.from_buffer("double[]", probability)))
print("loaded from circle.dnn: %.3f" % probability[0, 1])

try:
    check(lib.dnn_config_set(config, b"epochs", b"many"))  # an error, on purpose
except Error as error:
    print("error:", error)
