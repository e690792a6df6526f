"""VGG-19 of `keras.applications`, downloaded on request and normalized like the bundled one."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np

from core.errors import UserError

from ..vgg_layers import LAYERS
from .vgg import assemble_vgg

IMAGENET_MEAN = (103.939, 116.779, 123.68)  # of blue, green, red in 0-255
MIN_NORM = 1e-6  # of a kernel: below it, the channel counts as constant


@functools.lru_cache(2)
def load_keras_vgg(reference: keras.Model) -> keras.Model:
    """Return the VGG-19 of `keras.applications`, rescaled channel by channel like `reference`.

    The bundled VGG holds the same network, rescaled so that each channel has a mean activation of 1 over ImageNet
    (https://arxiv.org/abs/1505.07376). Its kernels therefore hold the scales: each channel of Keras' VGG is divided by
    the ratio of the two kernels' norms. No image is needed, and loss weights mean the same for both networks.

    Args:
        reference: a normalized VGG in the form of `assemble_vgg`.

    Raises:
        UserError: where the weights cannot be downloaded.
    """
    try:
        source = keras.applications.VGG19(include_top=False)
    except Exception as error:  # Keras raises plain Exception for every failed download
        raise UserError(f"Keras' VGG-19 cannot be downloaded ({error}): use the bundled one.") from None
    vgg = assemble_vgg()
    rgb_to_bgr = np.eye(3, dtype=np.float32)[None, None, :, ::-1] * 255
    vgg.get_layer("preprocess").set_weights([rgb_to_bgr, -np.array(IMAGENET_MEAN, np.float32)])
    previous = np.ones(3, np.float32)  # what the channels of the layer before were divided by
    for name in LAYERS:
        kernel, bias = source.get_layer(name).get_weights()
        kernel = kernel * previous[:, None]
        scale = _channel_norms(kernel) / _channel_norms(reference.get_layer(name).get_weights()[0])
        vgg.get_layer(name).set_weights([kernel / scale, bias / scale])
        previous = scale
    return vgg


def _channel_norms(kernel: Any) -> Any:
    """Return the Euclidean norm of each output channel (c,) of a kernel (3, 3, channels in, c)."""
    return np.maximum(np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), axis=0), MIN_NORM)
