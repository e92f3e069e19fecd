"""Frozen graphs of Keras models, without the shapes that TensorFlow found, and those shapes beside them; and a
TensorFlow Lite model with a choice and a loop.

python frozen-graphs.py FOLDER
"""

import json
import pathlib
import sys

import keras
import tensorflow as tf
from keras import layers
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

folder = pathlib.Path(sys.argv[1])


def sizes(shape):
    return None if shape.rank is None else [-1 if size is None else size for size in shape.as_list()]


def save(name, function):
    """Its graph, imported anew: TensorFlow infers all shapes in it then."""
    definition = convert_variables_to_constants_v2(function, lower_control_flow=False).graph.as_graph_def()
    for node in definition.node:
        node.attr.pop("_output_shapes", None)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    truth = {one.name: [sizes(output.shape) for output in one.outputs] for one in graph.get_operations()}
    (folder / f"{name}.pb").write_bytes(definition.SerializeToString())
    (folder / f"{name}.json").write_text(json.dumps(truth))


def call(model):
    specs = [tf.TensorSpec([None, *one.shape[1:]], one.dtype) for one in model.inputs]
    return tf.function(lambda one: model(one)).get_concrete_function(*specs)


def transformer():
    x = layers.Input((None,), dtype="int32")
    h = layers.Embedding(50, 16)(x)
    h = layers.LayerNormalization()(h + layers.MultiHeadAttention(2, 8)(h, h))
    return keras.Model(x, layers.Dense(5, "softmax")(layers.GlobalAveragePooling1D()(h)))


def images():
    x = layers.Input((33, 33, 3))
    h = layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2)(layers.ZeroPadding2D(1)(x)))
    a = layers.SeparableConv2D(8, 3, padding="same")(layers.MaxPooling2D(3, 2)(h))
    b = layers.Conv2DTranspose(8, 2, strides=2)(a)
    h = layers.concatenate([b, layers.UpSampling2D(2, interpolation="bilinear")(a)])
    return keras.Model(x, layers.Dense(4)(layers.Flatten()(layers.Reshape((-1, 8))(h))))


def sequences():
    return keras.Sequential(
        [layers.Input((12, 7)), layers.Bidirectional(layers.GRU(9, return_sequences=True)), layers.LSTM(5), layers.Dense(2)]
    )


def gradients(model):
    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, model(x)))
        return [loss, *tape.gradient(loss, model.trainable_variables)]

    return step.get_concrete_function(tf.TensorSpec([8, 6], tf.int32), tf.TensorSpec([8], tf.int32))


save("transformer", call(transformer()))
save("images", call(images()))
save("sequences", call(sequences()))
save("gradients", gradients(transformer()))


@tf.function(input_signature=[tf.TensorSpec([3, 4])])
def choose(x):
    y = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.nn.relu(x) * 2, lambda: tf.exp(x))
    return tf.while_loop(lambda i, y: i < 5, lambda i, y: (i + 1, tf.tanh(y) + y), [tf.constant(0), y])[1]


converter = tf.lite.TFLiteConverter.from_concrete_functions([choose.get_concrete_function()], choose)
(folder / "choose.tflite").write_bytes(converter.convert())
