"""What makes each checkpoint: on which set, which kind of network, how many numbers in a code, which loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Loss = Literal["mse", "mae", "bce"]
Kind = Literal["ae", "vae", "cvae", "pca"]


DIMENSIONS = 2, 4, 8, 16, 32  # of the networks that are compared


@dataclass(frozen=True)
class Recipe:
    """What makes one checkpoint."""

    subject: str
    kind: Kind
    dimensions: int
    loss: Loss = "mse"
    binary: bool = False  # each pixel drawn black or white, as bright as often: what a Bernoulli likelihood is of
    mirrored: bool = False  # half of the pictures, left for right: where there are few, and they may face either way
    storage: Literal["float16", "int8"] = "float16"  # int8 costs 0.02 % of the loss; of codes of two numbers, 0.2 %


RECIPES = {
    "mnist_vae_2": Recipe("mnist", "vae", 2),
    "mnist_ae_2": Recipe("mnist", "ae", 2),
    **{f"mnist_ae_{count}": Recipe("mnist", "ae", count) for count in DIMENSIONS[1:]},
    **{f"mnist_vae_{count}": Recipe("mnist", "vae", count) for count in DIMENSIONS[1:]},
    "mnist_vae_binary": Recipe("mnist", "vae", 32, "bce", binary=True, storage="int8"),
    "mnist_cvae": Recipe("mnist", "cvae", 8),
    "mnist_pca": Recipe("mnist", "pca", 32),
    "mnist_ae_bce": Recipe("mnist", "ae", 8, "bce"),
    "mnist_ae_mae": Recipe("mnist", "ae", 8, "mae"),
    "fashion_vae_2": Recipe("fashion", "vae", 2),
    "fashion_ae_2": Recipe("fashion", "ae", 2),
    "fashion_vae_16": Recipe("fashion", "vae", 16),
    "tiles_vae_32": Recipe("tiles", "vae", 32, mirrored=True, storage="int8"),
}
