"""Keras and TensorFlow: `.keras`, `.weights.h5`, `.h5`, SavedModel, checkpoints, TFLite."""

from __future__ import annotations

from typing import Any

PRODUCER = "keras"


def models(keras: Any) -> dict[str, Any]:
    layers = keras.layers
    image = keras.Input((8, 8, 3))
    hidden = layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2")(image)
    pooled = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(layers.MaxPooling2D()(hidden)))
    words = keras.Input((6,), dtype="int32")
    embedded = layers.Embedding(20, 8)(words)
    attended = layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(embedded, embedded) + embedded)
    left, right = keras.Input((3,)), keras.Input((3,))
    joined = layers.Concatenate()([layers.Dense(4)(left), layers.Dense(4)(right)])
    return {
        "dense": keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dropout(0.2), layers.Dense(2, activation="softmax")]),
        "convolutional": keras.Model(image, layers.Dense(2)(pooled)),
        "recurrent": keras.Sequential([keras.Input((5, 3)), layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.GRU(3), layers.Dense(1)]),
        "attention": keras.Model(words, layers.Dense(2)(layers.GlobalAveragePooling1D()(attended))),
        "two_inputs": keras.Model([left, right], layers.Dense(1, activation="sigmoid")(joined)),
        "time_distributed": keras.Sequential([keras.Input((5, 3)), layers.TimeDistributed(layers.Dense(4)), layers.Flatten()]),
        "augmented": keras.Sequential([keras.Input((8, 8, 3)), layers.Rescaling(1 / 255), layers.RandomFlip(), layers.ZeroPadding2D(), layers.DepthwiseConv2D(3), layers.ReLU(), layers.Flatten()]),
        "nested": keras.Sequential([keras.Input((4,)), keras.Sequential([layers.Dense(3), layers.PReLU()], name="inner"), layers.Dense(1)]),
    }


def produce(zoo: Any) -> None:
    keras = zoo.use("keras")
    keras.utils.set_random_seed(7)
    for name, model in models(keras).items():
        model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        zoo.make(PRODUCER, f"{name}.keras", lambda path, m=model: m.save(path))
        zoo.make(PRODUCER, f"{name}.h5", lambda path, m=model: m.save(path))
        zoo.make(PRODUCER, f"{name}.weights.h5", lambda path, m=model: m.save_weights(path))
        zoo.make(PRODUCER, f"{name}.json", lambda path, m=model: path.write_text(m.to_json()) and None)
    try:
        tensorflow_files(zoo, models(keras)["dense"])
    except ImportError as error:
        zoo.skip("tensorflow", f"not installed: {error.name}")


def tensorflow_files(zoo: Any, model: Any) -> None:
    tf = zoo.use("tensorflow")

    class Doubler(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = tf.Variable([[1.0, 2.0]], name="weight")

        @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32)])
        def __call__(self, x: Any) -> Any:
            return tf.matmul(x, self.weight) * 2.0

    doubler = Doubler()
    zoo.make(PRODUCER, "saved_model", lambda path: tf.saved_model.save(doubler, str(path)))
    zoo.make(PRODUCER, "exported_keras", lambda path: model.export(str(path), verbose=False))
    zoo.make(PRODUCER, "tf_checkpoint", lambda path: tf.train.Checkpoint(w=doubler.weight).save(str(path / "ckpt")) and None)
    concrete = [doubler.__call__.get_concrete_function()]
    zoo.make(PRODUCER, "doubler.tflite", lambda path: path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions(concrete, doubler).convert()) and None)
    graph = concrete[0].graph.as_graph_def()
    zoo.make(PRODUCER, "frozen_graph.pb", lambda path: path.write_bytes(graph.SerializeToString()) and None)

    def records(path: Any) -> None:
        with tf.io.TFRecordWriter(str(path)) as writer:
            writer.write(tf.train.Example().SerializeToString() or b"row")

    zoo.make(PRODUCER, "data.tfrecord", records)
