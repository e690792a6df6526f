"""VGG-19 up to block4_conv1 (Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556).

The bundled weights are normalized (Gatys et al. 2015, https://arxiv.org/abs/1505.07376): every channel has a mean
activation of 1, so that all layers contribute to a loss on the same scale.
"""

from __future__ import annotations

import functools

import keras
from keras import layers

from core.networks import device

from ..vgg_layers import CHANNELS, LAYERS, STYLE_LAYERS, block_of

VGG = "vgg19"


def assemble_vgg() -> keras.Model:
    """Return VGG-19, frozen, from images (n, h, w, 3) in 0 to 1 to the features of `STYLE_LAYERS`."""
    image = keras.Input((None, None, 3))
    features = []
    x = layers.Conv2D(3, 1, name="preprocess", dtype="float32")(image)  # RGB in 0-1 to BGR in 0-255, mean subtracted
    for name in LAYERS:
        block = block_of(name)
        if name.endswith("_conv1") and block > 1:
            x = layers.MaxPooling2D(name=f"block{block - 1}_pool")(x)
        dtype = "float32" if name == LAYERS[0] else None  # bfloat16 rounds its input, a pixel, by up to 0.5/255
        x = layers.Conv2D(CHANNELS[name], 3, padding="same", activation="relu", dtype=dtype, name=name)(x)
        if name in STYLE_LAYERS:
            features.append(x)
    vgg = keras.Model(image, features, name=VGG)
    vgg.trainable = False
    return vgg


@functools.lru_cache(2)
def in_float32(vgg: keras.Model) -> keras.Model:
    """Return a copy of a VGG that computes in float32, whatever precision `vgg` computes in."""
    with device.precision("float32"):
        copy = assemble_vgg()
    copy.set_weights(vgg.get_weights())
    return copy


@functools.lru_cache(32)  # each network is traced once
def feature_extractor(vgg: keras.Model, names: tuple[str, ...] = STYLE_LAYERS) -> keras.Model:
    """Return the network from images (n, h, w, 3) to a dictionary of the features of the layers `names`."""
    return keras.Model(vgg.input, {name: vgg.get_layer(name).output for name in names})
