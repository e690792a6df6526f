"""The settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError, check_range
from core.training.settings import RecipeSettings

from . import recipes
from .priors import PLANAR, Prior
from .recipes import Kind, Loss

LARGEST_SIDE = 256  # pixels


@dataclass(frozen=True)
class Config(RecipeSettings):
    """Settings of a training run. Flags that are left out are as the checkpoint's recipe has them."""

    RECIPES = recipes.RECIPES

    checkpoint: str = "mnist_vae_2"
    """Which of the checkpoints in plugin.toml to train."""
    data: Path | None = None
    """Folder of the data set's files: idx files, or robohash's wheel; left out, Keras downloads (Fashion-)MNIST."""
    images: Path | None = None
    """Folder of your own images in place of the data set, or of one folder for each class; broken files are skipped."""
    side: int = 32
    """Pixels that each side of an image of --images is resized to, a multiple of 4."""
    kind: Kind | None = None
    """ae: autoencoder; aae: adversarial; vae: variational; cvae: variational, conditional on the class; pca: principal
    components."""
    prior: Prior = "gaussian"
    """What the latent vectors of an aae are shaped to: gaussian, ring, or (ten) blobs; of a vae gaussian, or vamp: a
    mixture that is learned (VampPrior, https://arxiv.org/abs/1705.07120)."""
    pseudo_inputs: int = 200
    """Components of the prior vamp."""
    samples: int = 1
    """Latent vectors for each image; above 1 a vae is trained on the importance-weighted bound of so many
    (https://arxiv.org/abs/1509.00519)."""
    dimensions: int | None = None
    """Size of the latent vector."""
    loss: Loss | None = None
    """Reconstruction error, summed over an image: squared (mse), absolute (mae), binary cross-entropy (bce); or the
    negative log-likelihood of a distribution whose scale is fitted to the errors (gaussian, laplace)."""
    beta: float = 1.0
    """Weight of the KL divergence (beta-VAE, https://openreview.net/forum?id=Sy2fzU9gl)."""
    warm_up: int = 5
    """Epochs over which that weight grows linearly to --beta."""
    width: int = 16
    """Channels at half the resolution."""
    hidden: tuple[int, ...] = (128,)
    """Units of each dense layer of the encoder."""
    batch: int = 128
    """Examples in a batch."""
    steps: int = 468
    """Batches in an epoch; with the default, about as many images as MNIST has."""
    start: Path | None = None
    """Folder of a checkpoint with similar layers to start from; left out, random weights."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("--beta", self.beta, 0)
        check_range("--warm-up", self.warm_up, 0)
        check_range("--side", self.side, 4, LARGEST_SIDE)
        if self.side % 4:
            raise UserError(f"--side is {self.side}: use a multiple of 4.")
        if not self.hidden:
            raise UserError("--hidden is empty: give the units of at least one layer, such as 64.")
        check_range("--width", self.width, 1)
        check_range("--dimensions", self.recipe.dimensions, 1)
        if self.prior in PLANAR and (self.recipe.kind, self.recipe.dimensions) != ("aae", 2):
            raise UserError(f"--prior is {self.prior}: that is for a network of --kind aae and --dimensions 2.")
        check_range("--samples", self.samples, 1)
        check_range("--pseudo-inputs", self.pseudo_inputs, 1)
        if (self.prior == "vamp" or self.samples > 1) and self.recipe.kind != "vae":
            raise UserError(f"--prior is {self.prior}, --samples {self.samples}: both are for a network of --kind vae.")
        check_range("--hidden", min(self.hidden), 1)

    @property
    def trial(self) -> str:
        """See `RecipeSettings`."""
        return f"sample OUT.png{' --labels 0' if self.recipe.kind == 'cvae' else ''}"
