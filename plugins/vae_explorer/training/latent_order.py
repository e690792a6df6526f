"""The order of a variational network's latent dimensions."""

from __future__ import annotations

import keras
import numpy as np

from core.imaging.images import Image

from ..latents import kl_by_dimension
from ..model import encode


def sort_latent_dimensions(network: keras.Model, pictures: Image) -> None:
    """Sort the latent dimensions of a variational network by their mean KL divergence over `pictures`, largest first.

    Weights of the layers before and after the latent vector are permuted; reconstructions stay the same.
    """
    kl = kl_by_dimension(encode(network, pictures)).mean(axis=0)
    order, count = np.argsort(-kl), len(kl)
    to_latent = network.get_layer("encoder").get_layer("encoder_latent")
    kernel, bias = to_latent.get_weights()
    outputs = np.concatenate([order, count + order])  # means, then log variances
    to_latent.set_weights([kernel[:, outputs], bias[outputs]])
    from_latent = network.get_layer("decoder").get_layer("decoder_dense0")
    kernel, bias = from_latent.get_weights()
    from_latent.set_weights([kernel[order], bias])
