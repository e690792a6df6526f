"""Codes in order: principal components, and the dimensions of a variational code by what they tell."""

from __future__ import annotations

import keras
import numpy as np

from core.errors import UserError
from core.imaging.images import Image

from ..latents import divergence_by_dimension
from ..model import encode


def fill(network: keras.Model, pictures: Image) -> None:
    """Give `network`, of `build_pca`, the principal components of `pictures` (n, h, w, c), by scikit-learn.

    Raises UserError where that is not installed.
    """
    try:
        from sklearn.decomposition import PCA
    except ImportError:
        raise UserError("principal components need scikit-learn: pip install scikit-learn.") from None
    encoder, decoder = (network.get_layer(part).get_layer(f"{part}_components") for part in ("encoder", "decoder"))
    most = min(len(pictures), pictures[0].size)
    if encoder.units > most:
        raise UserError(f"--dimensions is {encoder.units}: of these pictures there are at most {most} components.")
    found = PCA(encoder.units, svd_solver="covariance_eigh").fit(pictures.reshape(len(pictures), -1))
    encoder.set_weights([found.components_.T, -found.mean_ @ found.components_.T])
    decoder.set_weights([found.components_, found.mean_])


def sort_codes(network: keras.Model, seen: Image) -> None:
    """Put the dimensions of a variational network's codes in order, what tells most of pictures `seen` first."""
    told = divergence_by_dimension(encode(network, seen)).mean(axis=0)
    order, count = np.argsort(-told), len(told)
    to_code = network.get_layer("encoder").get_layer("encoder_code")
    kernel, bias = to_code.get_weights()
    both = np.concatenate([order, count + order])  # means, and logs of variances
    to_code.set_weights([kernel[:, both], bias[both]])
    first = next(layer for layer in network.get_layer("decoder").layers if layer.name.startswith("decoder_dense"))
    kernel, bias = first.get_weights()
    first.set_weights([kernel[order], bias])
