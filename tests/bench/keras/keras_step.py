"""Milliseconds a warm step of Keras's `train_on_batch` in graph mode: `keras_step.py cnn|mlp|lstm <steps>`.

The same models, batches and optimizers as the experiments beside this file, on batches that stand ready in memory.
Prints one JSON object: {"median", "steps", "tensorflow", "keras"}.
"""

import json
import os
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

model_name, steps = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(1)

if model_name == "cnn":
    model = keras.Sequential([layers.Input((150, 150, 3))])
    for filters in (64, 64, 128, 128):
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dense(3, activation="softmax"))
    optimizer = keras.optimizers.RMSprop(1e-3)
    shape, batch, classes = (150, 150, 3), 32, 3
elif model_name == "mlp":
    model = keras.Sequential(
        [layers.Input((784,)), layers.Dense(128, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    optimizer = keras.optimizers.Adam(1e-3)
    shape, batch, classes = (784,), 50, 10
elif model_name == "lstm":
    model = keras.Sequential([layers.Input((28, 28)), layers.LSTM(64), layers.Dense(10, activation="softmax")])
    optimizer = keras.optimizers.Adam(1e-3)
    shape, batch, classes = (28, 28), 50, 10
else:
    raise SystemExit(f"there is no model {model_name}")

model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
xs = random.random((batch, *shape), dtype=np.float32)
ys = np.eye(classes, dtype=np.float32)[random.integers(0, classes, batch)]

warm_up = max(3, steps // 5)
times = []
for step in range(warm_up + steps):
    began = time.perf_counter()
    model.train_on_batch(xs, ys)
    if step >= warm_up:
        times.append((time.perf_counter() - began) * 1e3)

print(
    json.dumps(
        {
            "median": statistics.median(times),
            "steps": steps,
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        }
    )
)
