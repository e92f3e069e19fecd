"""Models of Keras in files, with what they give: `keras-zoo.py FOLDER`. Seeded, small, every weight random."""
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
import keras
import numpy as np
from keras import Input, Sequential, layers as L

folder = sys.argv[1]
generator = np.random.default_rng(7)
keras.utils.set_random_seed(7)
zoo = {}


def functional(inputs, outputs, name="net"):
    return keras.Model(inputs, outputs, name=name)


def chain(shape, *layers, dtype=None):
    return Sequential([Input(shape, dtype=dtype), *layers])


zoo["dense"] = chain(
    (6,),
    L.Dense(8, activation="relu", kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.02)),
    L.Dense(5, activation="gelu", kernel_constraint=keras.constraints.MaxNorm(3)),
    L.Dense(4, activation="hard_sigmoid", kernel_regularizer=keras.regularizers.L1L2(0.1, 0.2)),
    L.Dense(3, use_bias=False),
    L.Softmax(),
)
for name in ["elu", "relu6", "selu", "softplus", "softsign", "silu", "mish", "exponential", "leaky_relu", "hard_silu", "log_softmax", "tanh"]:
    zoo["activation_" + name] = chain((4,), L.Dense(4), L.Activation(name))
zoo["conv2d"] = chain(
    (12, 11, 3),
    L.Conv2D(4, 3, padding="same", strides=2, activation="relu"),
    L.BatchNormalization(momentum=0.8, epsilon=0.01),
    L.DepthwiseConv2D(3, depth_multiplier=2),
    L.SeparableConv2D(5, (3, 2), padding="same", depth_multiplier=2, activation="tanh"),
    L.Conv2DTranspose(3, 3, strides=2, padding="same"),
    L.Conv2D(2, 2, dilation_rate=2, use_bias=False),
    L.GlobalAveragePooling2D(),
)
zoo["conv1d"] = chain(
    (20, 3),
    L.Conv1D(4, 3, padding="same"),
    L.Conv1D(4, 3, padding="causal", dilation_rate=2),
    L.MaxPooling1D(2),
    L.AveragePooling1D(3, strides=2, padding="same"),
    L.SpatialDropout1D(0.3),
    L.GlobalMaxPooling1D(),
)
zoo["pools"] = chain(
    (13, 12, 2),
    L.MaxPooling2D((3, 2), strides=2, padding="same"),
    L.AveragePooling2D(2, padding="same", strides=1),
    L.ZeroPadding2D(((1, 2), (0, 3))),
    L.Cropping2D(((1, 0), (1, 1))),
    L.UpSampling2D((2, 1)),
    L.UpSampling2D(2, interpolation="bilinear"),
    L.Permute((2, 1, 3)),
    L.Resizing(7, 9),
    L.Reshape((-1, 9, 2)),
    L.SpatialDropout2D(0.5),
    L.GlobalMaxPooling2D(),
)
zoo["keepdims"] = chain(
    (6, 5, 4), L.Conv2D(3, 2), L.GlobalAveragePooling2D(keepdims=True), L.Conv2D(2, 1), L.Flatten(), L.Dense(2)
)
zoo["scaled"] = chain((5, 5, 1), L.Rescaling(1 / 127.5, offset=-1), L.Conv2D(2, 3), L.Flatten(), L.Dense(2))
zoo["rectifiers"] = chain(
    (6, 4),
    L.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.2),
    L.LeakyReLU(negative_slope=0.15),
    L.PReLU(shared_axes=[1]),
    L.ELU(alpha=0.7),
    L.Dense(4),
    L.ReLU(6.0),
    L.Identity(),
    L.Softmax(axis=1),
)
zoo["norms"] = chain(
    (5, 6),
    L.LayerNormalization(epsilon=1e-4),
    L.Dense(6),
    L.BatchNormalization(scale=False),
    L.GaussianNoise(0.2),
    L.GaussianDropout(0.2),
    L.AlphaDropout(0.2),
    L.LayerNormalization(center=False),
    L.Dropout(0.4, seed=3),
    L.Flatten(),
    L.RepeatVector(3),
)
zoo["words"] = chain(
    (7,), L.Embedding(20, 6), L.Bidirectional(L.LSTM(5, return_sequences=True)), L.GRU(4), L.Dense(3), dtype="int32"
)
zoo["masked"] = chain((7,), L.Embedding(20, 6, mask_zero=True), L.LSTM(5), L.Dense(3), dtype="int32")
zoo["masked_mean"] = chain((7,), L.Embedding(20, 6, mask_zero=True), L.GlobalAveragePooling1D(), L.Dense(1))
zoo["steps_masked"] = chain((6, 3), L.Masking(0.0), L.GRU(5, return_sequences=True), L.SimpleRNN(3))
zoo["recurrent"] = chain(
    (6, 3),
    L.GRU(5, return_sequences=True, reset_after=True, dropout=0.1, recurrent_dropout=0.2),
    L.GRU(4, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid"),
    L.Bidirectional(L.GRU(4, return_sequences=True), merge_mode="sum"),
    L.LSTM(3, go_backwards=True, return_sequences=True, unit_forget_bias=False),
    L.SimpleRNN(4, use_bias=False),
)
zoo["pictures"] = chain((3, 7, 6, 2), L.ConvLSTM2D(3, 3, padding="same", return_sequences=True), L.ConvLSTM2D(2, 2), L.Flatten())
zoo["normalized"] = chain(
    (4, 4, 3),
    known := L.Normalization(),
    L.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 1.0, 2.0], invert=True),
    L.Conv2D(3, 1),
    L.Dropout(0.4, noise_shape=(None, 1, 1, 1)),
)
known.adapt(generator.normal(2, 3, (9, 4, 4, 3)))
zoo["two_ways"] = chain(
    (6, 3),
    L.Bidirectional(L.LSTM(3, return_sequences=True), backward_layer=L.LSTM(3, activation="relu", go_backwards=True, return_sequences=True)),
    L.Dense(2),
)
zoo["time_distributed"] = chain(
    (4, 8, 8, 1),
    L.TimeDistributed(Sequential([Input((8, 8, 1)), L.Conv2D(2, 3), L.BatchNormalization(), L.Flatten()])),
    L.TimeDistributed(L.Dense(3)),
    L.LSTM(2),
)
x = Input((5,), name="first")
y = Input((4,), name="second")
shared = L.Dense(3, name="shared")
a, b = shared(L.Dense(4)(x)), shared(y)
merged = L.Concatenate()([L.Add()([a, b]), L.Multiply()([a, b]), L.Subtract()([a, b]), L.Average()([a, b]), L.Maximum()([a, b]), L.Minimum()([a, b])])
dot = L.Dot(axes=1)([a, b])
zoo["merges"] = functional([x, y], [L.Dense(2, name="out")(merged), dot])
# A model within a model within a model, two of them called twice.
inner = Sequential([Input((6,)), L.Dense(6, activation="relu"), L.BatchNormalization()], name="block")
deep = functional(i := Input((6,)), L.Add()([inner(i), i]), name="residual")
i = Input((6,), name="in")
other = Sequential([Input((6,)), L.Dense(6), L.BatchNormalization()], name="other")
zoo["nested"] = functional(i, L.Dense(2)(deep(other(deep(other(i))))))
# Transfer learning as Keras's guides write it.
base = functional(i := Input((8, 8, 3)), L.BatchNormalization()(L.Conv2D(4, 3)(i)), name="base")
base.trainable = False
i = Input((8, 8, 3))
zoo["transfer"] = functional(i, L.Dense(2)(L.GlobalAveragePooling2D()(base(i, training=False))))
part = functional(i := Input((6,)), L.Dense(3)(L.BatchNormalization()(L.Dense(5, name="held")(i))), name="part")
part.get_layer("held").trainable = False
zoo["partly_frozen"] = functional(i := Input((6,)), L.Dense(2)(part(i)))
encoder_in, decoder_in = Input((5, 3)), Input((4, 2))
_, h, c = L.LSTM(4, return_state=True)(encoder_in)
zoo["states"] = functional([encoder_in, decoder_in], L.LSTM(4, return_sequences=True)(decoder_in, initial_state=[h, c]))
# Attention, with masks that Keras 3 writes into a functional model as operations and hands on by itself.
words, others = Input((7,), dtype="int32"), Input((5,), dtype="int32")
seen = L.Embedding(20, 8, mask_zero=True)
h = L.Add()([seen(words), L.MultiHeadAttention(2, 4, dropout=0.1)(seen(words), seen(words), use_causal_mask=True)])
h = L.LayerNormalization()(h)
h = L.Bidirectional(L.GRU(4, return_sequences=True))(h)
h, scores = L.MultiHeadAttention(3, 2, value_dim=5, output_shape=8, use_bias=False)(query=h, value=seen(others), return_attention_scores=True)
h = L.Concatenate()([L.GlobalAveragePooling1D()(h), L.Flatten()(L.AdditiveAttention()([h, h]))])
zoo["attention"] = functional([words, others], [L.Dense(3)(h), scores])
left, right = Input((5, 6)), Input((4, 6))
zoo["attention_scaled"] = functional(
    [left, right],
    [L.Attention(use_scale=True)([left, right]), L.Attention(score_mode="concat", use_scale=True)([left, right, right]), L.Attention()([left, left], use_causal_mask=True)],
)
zoo["steps"] = chain(
    (20, 4),
    L.SeparableConv1D(6, 3, padding="same", depth_multiplier=2, activation="celu"),
    L.Conv1D(6, 3, groups=3, padding="same"),
    L.DepthwiseConv1D(3, depth_multiplier=2, dilation_rate=2),
    L.Conv1DTranspose(4, 3, strides=2, padding="same"),
    L.ZeroPadding1D(2),
    L.Cropping1D((1, 0)),
    L.UpSampling1D(2),
    L.Conv1D(4, 3, padding="causal", dilation_rate=4),
    L.GlobalMaxPooling1D(),
)
zoo["groups"] = chain(
    (9, 8, 6),
    L.Conv2D(6, 3, groups=3, padding="same", activation="hard_tanh"),
    L.BatchNormalization(axis=1),
    L.Conv2D(12, 3, groups=6, dilation_rate=2, padding="same"),
    L.GroupNormalization(4),
    L.DepthwiseConv2D(2, dilation_rate=2),
    L.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=1),
    L.CenterCrop(6, 5),
    L.Rescaling([0.5, 1.0, 2.0, 4.0], offset=[0.1, 0.2, 0.3, 0.4]),
    L.UnitNormalization(),
    L.RMSNormalization(),
    L.EinsumDense("abcd,de->abce", output_shape=(None, None, 3), bias_axes="e", activation="tanh"),
    L.Flatten(),
)
zoo["cubes"] = chain(
    (4, 4, 4, 2), L.ZeroPadding3D((1, 0, 2)), L.Conv3D(3, 2), L.UpSampling3D((1, 2, 1)), L.Cropping3D(1), L.GlobalAveragePooling3D()
)
zoo["volume"] = chain((6, 6, 6, 1), L.Conv3D(2, 2), L.MaxPooling3D(2), L.Conv3DTranspose(2, 2), L.AveragePooling3D(2), L.Flatten())
# What people write between layers: operations, which Keras 3 saves beside them.
o = keras.ops
first, second = Input((6, 4), name="left"), Input((6, 1), name="right")
h = (L.Dense(4)(first) + second) * 2.0 - first / 3
h = o.concatenate([1.0 - h, o.gelu(-h), o.leaky_relu(h, 0.1), abs(h) ** 1.5], axis=-1)
h = L.Dense(4)(o.softmax(o.transpose(h, (0, 2, 1)), axis=1)[:, 1:9:2, :])
h = o.matmul(h, o.transpose(h, (0, 2, 1))) + L.Add()([h, o.maximum(h, 0.1)])
one, other = o.split(o.where(h > 0, h, o.negative(h)), 2, axis=-1)
h = h + o.einsum("bij,bkj->bik", o.flip(one, axis=1), other) * np.linspace(0, 1, 4, dtype="float32")
h = o.normalize(o.swapaxes(h, 1, 2), axis=-1) + o.var(h, axis=-1, keepdims=True) + o.cast(h > 1, "float32")
h = o.reshape(o.stack([h, o.clip(h, -1.0, 1.0)], axis=1), (-1, 8, 4))
zoo["operations"] = functional([first, second], [L.Dense(2)(o.mean(h, axis=1)), o.squeeze(o.expand_dims(h[:, -1], 1), 1)])
keras.config.set_dtype_policy("mixed_float16")
zoo["mixed"] = chain((6,), L.Dense(4), L.Dense(3))
keras.config.set_dtype_policy("float32")
if "--applications" in sys.argv:
    A = keras.applications
    for make, size in [(A.ResNet50, 64), (A.MobileNetV2, 64), (A.VGG16, 32), (A.DenseNet121, 64), (A.Xception, 71), (A.MobileNet, 64), (A.InceptionV3, 75)]:
        zoo["app_" + make.__name__] = make(weights=None, input_shape=(size, size, 3), classes=5)

facts = {}
for name, model in zoo.items():
    model.set_weights(
        [
            generator.uniform(0.5, 1.5, w.shape) if "variance" in w.path or "gamma" in w.path
            else generator.normal(0, 0.4 if w.ndim < 4 or not name.startswith("app") else (2 / np.prod(w.shape[:-1])) ** 0.5, w.shape)
            for w in model.weights
        ]
    )
    if name == "normalized":
        # What it computes with is worked out of its weights when they are loaded.
        known.finalize_state()
    if name == "dense":
        model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", ["accuracy"])
    xs = []
    for tensor in model.inputs:
        shape = (2, *tensor.shape[1:])
        integers = tensor.dtype == "int32" or name.startswith("masked")
        value = generator.integers(0, 20, shape) if integers else generator.normal(0, 1, shape)
        if name == "attention":
            value[:, -2:] = 0
        if name == "steps_masked":
            value[:, 4:] = 0
        if name == "scaled":
            value = value * 100 + 128
        xs.append(np.asarray(value, "int32" if tensor.dtype == "int32" else "float32"))
    ys = model(xs if len(xs) > 1 else xs[0], training=False)
    ys = [np.asarray(y, "float32") for y in (ys if isinstance(ys, (list, tuple)) else [ys])]
    entry = lambda values: [{"shape": v.shape, "values": v.ravel().tolist()} for v in values]
    facts[name] = {
        "inputs": entry(xs), "outputs": entry(ys), "params": model.count_params(),
        "trainable": int(sum(np.prod(w.shape) for w in model.trainable_weights)),
    }
    model.save(os.path.join(folder, name + ".keras"))
    model.save(os.path.join(folder, name + ".h5"))
    with open(os.path.join(folder, name + ".json"), "w") as out:
        out.write(model.to_json())
with open(os.path.join(folder, "facts.json"), "w") as out:
    json.dump(facts, out)
