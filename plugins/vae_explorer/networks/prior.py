"""A learned prior: images whose latent distributions, mixed, are the prior of a VAE (VampPrior).

Tomczak and Welling 2018, https://arxiv.org/abs/1705.07120. As theirs, the images (pseudo-inputs) are the kernel of a
linear layer that is given one-hot vectors.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers, ops

from ..latents import Encoded
from .decoder import latent_dimensions


def assemble_prior(component: Any, shape: tuple[int, ...]) -> keras.Model:
    """Return the prior, named "prior", from one-hot components (n, components) to pseudo-inputs (n, h, w, c)."""
    pixels = layers.Dense(math.prod(shape), use_bias=False, name="prior_pseudo_inputs")(component)
    return keras.Model(component, layers.Reshape(shape, name="prior_image")(pixels), name="prior")


def has_learned_prior(network: keras.Model) -> bool:
    """Return whether the prior of `network` is learned."""
    return any(layer.name == "prior" for layer in network.layers)


def pseudo_inputs(network: keras.Model) -> Any | None:
    """Return all pseudo-inputs of `network` (components, h, w, c), None where its prior is not learned."""
    if not has_learned_prior(network):
        return None
    prior = network.get_layer("prior")
    return prior(ops.eye(prior.inputs[0].shape[-1]))


def encode_prior(network: keras.Model) -> Encoded | None:
    """Return the components of a learned prior (n, dimensions), None where it is the standard normal distribution."""
    learned, dimensions = pseudo_inputs(network), latent_dimensions(network)
    if learned is None:
        return None
    encoded = ops.convert_to_numpy(network.get_layer("encoder")(learned))
    return Encoded(encoded[:, :dimensions], encoded[:, dimensions:])


def set_pseudo_inputs(network: keras.Model, pictures: Any) -> None:
    """Set the pseudo-inputs of `network` to images (components, h, w, c)."""
    kernel = network.get_layer("prior").get_layer("prior_pseudo_inputs")
    kernel.set_weights([pictures.reshape(len(pictures), -1)])
