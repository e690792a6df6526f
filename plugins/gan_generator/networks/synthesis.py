"""The generator in two parts, as in StyleGAN: from inputs to the style, and from the style to an image.

The style is the vector that modulates all convolutions. In between it can be changed, and taken from another image from
some resolution on. All networks here share the layers of the generator, and are cached, as each is traced once.
"""

from __future__ import annotations

import functools

import keras
import numpy as np

from core.imaging.images import Floats

from .generator import BASE_SIDE

CACHED = 8  # networks
STYLE = "generator_style"


@functools.lru_cache(CACHED)
def mapping(generator: keras.Model) -> keras.Model:
    """Return the network from a generator's inputs to styles (n, d)."""
    return keras.Model(generator.inputs, generator.get_layer(STYLE).output, name="mapping")


@functools.lru_cache(CACHED)
def synthesis(generator: keras.Model) -> keras.Model:
    """Return the network from styles (n, d) to images."""
    return keras.Model(generator.get_layer(STYLE).output, generator.outputs[0], name="synthesis")


@functools.lru_cache(CACHED)
def halves(generator: keras.Model, size: int) -> tuple[keras.Model, keras.Model]:
    """Return the network from inputs to features and image at `size` pixels, and that from these and styles to images.

    Style mixing (https://arxiv.org/abs/1812.04948) takes the first part's inputs from one image, and the style of the
    second part from another one.
    """
    skip = "generator_size4_to_rgb" if size == BASE_SIDE else f"generator_size{size}_image"
    features = [generator.get_layer(name).output for name in (f"generator_size{size}", skip)]
    style = generator.get_layer(STYLE).output
    return keras.Model(generator.inputs, features), keras.Model([*features, style], generator.outputs[0])


def sizes(generator: keras.Model) -> list[int]:
    """Return the resolutions, in pixels, at which the style can change: all but the last one."""
    names, found, size = [layer.name for layer in generator.layers], [], BASE_SIDE
    while f"generator_size{2 * size}" in names:
        found.append(size)
        size *= 2
    return found


def principal_directions(styles: Floats, count: int) -> Floats:
    """Return directions of styles (count, d): their first principal components, one standard deviation long.

    GANSpace (https://arxiv.org/abs/2004.02546). The largest number of each is positive, so that their signs are fixed.

    Args:
        styles: of many images, (n, d).
        count: how many components.
    """
    centered = (styles - styles.mean(axis=0)).astype(np.float64)
    variances, vectors = np.linalg.eigh(centered.T @ centered / len(styles))
    directions = vectors.T[::-1][:count]
    largest = directions[np.arange(count), np.abs(directions).argmax(axis=1)]
    scaled: Floats = directions * (np.sign(largest) * np.sqrt(variances[::-1][:count].clip(0)))[:, None]
    return scaled.astype(np.float32)
