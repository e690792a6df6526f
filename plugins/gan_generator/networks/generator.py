"""The generator: a code and a class become a picture, which grows from 4 × 4 pixels.

A DCGAN (https://arxiv.org/abs/1511.06434) as one would build it today: in every convolution the code says how strong
each channel is, as StyleGAN's styles do (https://arxiv.org/abs/1812.04948), and each size adds to the picture of the
one below (https://arxiv.org/abs/1912.04958). What is made stronger or weaker has unit length, in place of StyleGAN2's
demodulated kernels, which would need a layer of our own. There is no network from codes to styles: in trainings as
short as ours, all styles soon grew alike, and with them all pictures.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

SMALLEST = 4  # pixels


def grow(side: int) -> int:
    """Return the smallest side of at least `side` pixels that doubling leads to."""
    grown = SMALLEST
    while grown < side:
        grown *= 2
    return grown


def assemble_generator(
    shape: tuple[int, int, int], dimensions: int, classes: int, width: int, scales: int
) -> keras.Model:
    """Return the network from codes (n, dimensions), and classes (n, classes), to pictures of square `shape`.

    They are (n, h, w, c · scales), black 0 and white 1; what lies beyond is cut off where they are shown. (A function
    that bent it into the range would have no gradient at its ends, where a generator then stays, all black.) `scales`
    pictures lie one behind the other: the finest first, then those of half the side and so on, enlarged.
    """
    side, channels = grow(shape[0]), shape[2]
    code = keras.Input((dimensions,), name="code")
    label = [keras.Input((classes,), name="label")] if classes else []
    style = code
    if label:
        known = layers.Dense(dimensions, use_bias=False, name="generator_class")(label[0])
        known = layers.RMSNormalization(name="generator_class_unit")(known)  # as long as a code
        style = layers.Concatenate(name="generator_style")([code, known])
    x = layers.Dense(SMALLEST**2 * 4 * width, use_bias=False, name="generator_seed")(style)
    x = layers.Reshape((SMALLEST, SMALLEST, 4 * width), name="generator_size4")(x)
    x = _convolve(x, style, 4 * width, "generator_size4_a")
    picture = _paint(x, channels, "generator_size4")
    grown = [picture]
    size = SMALLEST
    while size < side:
        size *= 2
        name, filters = f"generator_size{size}", width * min(4, side // size)
        x = layers.UpSampling2D(name=f"{name}_up")(x)
        x = _convolve(x, style, filters, f"{name}_a")
        y = _convolve(x, style, filters, f"{name}_b")
        x = layers.Add(name=name)([x, y])
        picture = layers.UpSampling2D(interpolation="bilinear", name=f"{name}_picture_up")(picture)
        picture = layers.Add(name=f"{name}_picture")([picture, _paint(x, channels, name)])
        grown.append(picture)
    pictures = [
        layers.UpSampling2D(2**i, name=f"generator_shown{i}")(each) if i else each
        for i, each in enumerate(grown[: -scales - 1 : -1])
    ]
    stacked = layers.Concatenate(name="generator_pictures")(pictures) if scales > 1 else pictures[0]
    if side > shape[0]:
        stacked = layers.CenterCrop(*shape[:2], name="generator_middle")(stacked)
    pixels = layers.Rescaling(0.5, 0.5, dtype="float32", name="generator_pixels")(stacked)
    return keras.Model([code, *label] if label else code, pixels, name="generator")


def _convolve(x: Any, style: Any, filters: int, name: str) -> Any:
    """Return `x` brought to unit length at each pixel, each channel as strong as the style says, and convolved."""
    strength = layers.Dense(x.shape[-1], bias_initializer="ones", name=f"{name}_strength")(style)
    x = layers.RMSNormalization(name=f"{name}_unit")(x) * ops.expand_dims(strength, (1, 2))
    return layers.LeakyReLU(0.2, name=f"{name}_bend")(layers.Conv2D(filters, 3, padding="same", name=name)(x))


def _paint(x: Any, channels: int, name: str) -> Any:
    return layers.Conv2D(channels, 1, name=f"{name}_paint")(x)
