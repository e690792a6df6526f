"""Keras' own VGG-19, for whoever asks for it where there is a network; normalised as the bundled one is."""

from __future__ import annotations

import functools

import keras
import numpy as np

from core.errors import UserError
from core.imaging import images

from ..gallery import PHOTOS
from ..vgg_layers import LAYERS
from .vgg import assemble_vgg, look_through

MEAN = (103.939, 116.779, 123.68)  # of blue, green, red in ImageNet
SEEN = 256  # pixels of each side of the photos that it is normalised on
SILENT = 1e-3  # the mean of a channel that none of the photos moves


@functools.cache
def fetch() -> keras.Model:
    """Return the VGG of `keras.applications`, fetched once, in the form of the bundled one.

    Its activations are made 1 on average in each channel, over the photos that the page offers, by scaling
    (https://arxiv.org/abs/1505.07376). Raises UserError where it cannot be had.
    """
    try:
        source = keras.applications.VGG19(include_top=False)
    except Exception as error:  # Keras raises plain ones, whatever went wrong
        raise UserError(f"Keras' VGG-19 cannot be had ({error}): take the bundled one.") from None
    vgg = assemble_vgg()
    kernel = np.eye(3, dtype=np.float32)[None, None, :, ::-1] * 255
    vgg.get_layer("preprocess").set_weights([kernel, -np.array(MEAN, np.float32)])
    photos = np.stack([images.load(path)[:SEEN, :SEEN] for path in PHOTOS])
    before = np.ones(3, np.float32)
    for name in LAYERS:
        kernel, bias = source.get_layer(name).get_weights()
        kernel *= before[:, None]
        layer = vgg.get_layer(name)
        layer.set_weights([kernel, bias])
        before = np.maximum(look_through(vgg, (name,)).predict_on_batch(photos)[name].mean((0, 1, 2)), SILENT)
        layer.set_weights([kernel / before, bias / before])
    return vgg
