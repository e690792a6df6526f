"""What a GAN consists of: its parts, its groups of classes, the sizes of its latent vector and its images."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras

from core.errors import UserError
from core.imaging.images import Floats, Image
from core.networks.batching import predict

from .. import latents
from .labels import label_vectors


def part(network: keras.Model, name: str) -> keras.Model:
    """Return the layer, or the network within `network`, called `name`. Raises UserError where there is none."""
    known = [layer.name for layer in network.layers]
    if name not in known:
        raise UserError(f"this checkpoint is a {network.name} without {name}: choose another with --checkpoint.")
    return network.get_layer(name)


def dimensions(network: keras.Model) -> int:
    """Return the dimensions of a latent vector."""
    count: int = part(network, "generator").inputs[0].shape[-1]
    return count


def groups(network: keras.Model) -> tuple[int, ...]:
    """Return how many classes each group has, () for a network without classes."""
    return tuple(label.shape[-1] for label in part(network, "generator").inputs[1:])


def choices(network: keras.Model) -> tuple[int, ...]:
    """Return how many values each choice of the latent vector has, () where it is not one of choices."""
    layers = part(network, "generator").layers
    return tuple(each.kernel.shape[0] for each in layers if each.name.startswith("generator_choice_embedding"))


def channels(network: keras.Model) -> int:
    """Return the channels of one image: the output may have several scales, stacked, or a pixel shuffle before it."""
    generator = part(network, "generator")
    count: int = min(generator.outputs[0].shape[-1], generator.get_layer("generator_size4_to_rgb").filters)
    return count


def run_generator(network: keras.Model, latent: Floats, labels: Sequence[Floats]) -> Image:
    """Return images (n, h, w, c) of latent vectors (n, d) and weights of the classes, (n, classes) of each group."""
    outputs = predict(part(network, "generator"), [latent, *labels])
    images: Image = outputs[..., : channels(network)].clip(0, 1)
    return images


def labels_of_seeds(network: keras.Model, labels: Sequence[int], seeds: Sequence[int]) -> list[Floats]:
    """Return the class of each seed as a one-hot vector (n, classes) of each group; none without classes.

    Args:
        network: a GAN.
        labels: class index of all, or of each; empty: the seeds decide.
        seeds: (n,).
    """
    sizes = groups(network)
    if labels and not sizes:
        raise UserError(f"labels are {tuple(labels)}: leave them out, this checkpoint has no classes.")
    return label_vectors(labels or latents.labels_from_seeds(seeds, math.prod(sizes)), sizes, len(seeds))
