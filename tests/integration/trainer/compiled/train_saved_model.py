"""Loads the SavedModel that a compiled step wrote, trains it with Python's TensorFlow, prints the losses as JSON."""

import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

folder = pathlib.Path(sys.argv[1])
job = json.loads((folder / "feeds.json").read_text())

with tf.compat.v1.Session(graph=tf.Graph()) as session:
    model = tf.compat.v1.saved_model.load(session, ["serve"], str(folder / "model"))
    signature = model.signature_def["train"]
    place = {name: info.name for name, info in signature.inputs.items()}
    batch = {
        place[name]: np.array(feed["values"]).reshape(feed["shape"])
        for name, feed in job["feeds"].items()
        if name != "key"
    }
    batch[place["learning_rate"]] = job["rate"]
    losses = []
    for step in range(job["steps"]):
        batch[place["key"]] = [job["seed"], step]
        values = session.run(signature.outputs["values"].name, batch)
        losses.append(float(values[0]))

graph_def = tf.compat.v1.GraphDef()
graph_def.ParseFromString((folder / "graph.pb").read_bytes())
with tf.Graph().as_default() as graph:
    tf.import_graph_def(graph_def, name="")

loaded = tf.saved_model.load(str(folder / "model"), tags=["serve"])
print(
    json.dumps(
        {
            "losses": losses,
            "ops": len(graph.get_operations()),
            "signatures": list(loaded.signatures),
        }
    )
)
