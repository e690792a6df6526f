"""The classifier: from an image to features and class probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import keras
from keras import layers

from .labels import suffix

FEATURES = 64


def build_classifier(shape: tuple[int, ...], groups: Sequence[int], width: int) -> keras.Model:
    """Return the network from images (n, *`shape`) to features and the probabilities of each group of classes."""
    images = keras.Input(shape, name="images")
    x = layers.Rescaling(2, -1, name="classifier_rescaling")(images)
    for i in range(3):
        for part in "ab":
            x = layers.Conv2D(width * 2**i, 3, padding="same", use_bias=False, name=f"classifier_size{i}_{part}")(x)
            x = layers.BatchNormalization(name=f"classifier_size{i}_{part}_norm")(x)
            x = layers.Activation("relu", name=f"classifier_size{i}_{part}_act")(x)
        x = layers.MaxPooling2D(2, name=f"classifier_size{i}_pool")(x)
    x = layers.Dropout(0.3, name="classifier_dropout")(layers.Flatten(name="classifier_flatten")(x))
    features = layers.Dense(FEATURES, activation="tanh", dtype="float32", name="features")(x)
    softmax = partial(layers.Dense, activation="softmax", dtype="float32")
    probabilities = [softmax(each, name=f"probabilities{suffix(i)}")(features) for i, each in enumerate(groups)]
    return keras.Model(images, [features, *probabilities], name="classifier")
