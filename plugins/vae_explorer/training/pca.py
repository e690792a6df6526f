"""Principal component analysis, fitted by scikit-learn and stored as a Keras network."""

from __future__ import annotations

import keras

from core.errors import UserError
from core.imaging.images import Image


def fit_pca(network: keras.Model, pictures: Image) -> None:
    """Set the weights of `network`, from `build_pca`, to the principal components of `pictures` (n, h, w, c).

    Raises:
        UserError: where scikit-learn is not installed, or there are fewer components than latent dimensions.
    """
    try:
        from sklearn.decomposition import PCA
    except ImportError:
        raise UserError("principal components need scikit-learn: pip install scikit-learn.") from None
    encoder, decoder = (network.get_layer(part).get_layer(f"{part}_components") for part in ("encoder", "decoder"))
    available = min(len(pictures), pictures[0].size)
    if encoder.units > available:
        raise UserError(f"--dimensions is {encoder.units}: these images have at most {available} principal components.")
    pca = PCA(encoder.units, svd_solver="covariance_eigh").fit(pictures.reshape(len(pictures), -1))
    encoder.set_weights([pca.components_.T, -pca.mean_ @ pca.components_.T])
    decoder.set_weights([pca.components_, pca.mean_])
