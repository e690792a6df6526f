"""Settings of the training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import UserError, check_range
from core.training import settings

from ..networks.decoder import WIDTHS


@dataclass(frozen=True)
class Config(settings.Settings):
    """Settings of the training of AdaIN's decoder."""

    checkpoint: Literal["adain"] = "adain"
    """The only checkpoint."""
    data: Path | None = Path("data/photos/train")
    """Folder of photographs: the content images."""
    paintings: Path | None = Path("data/paintings/train")
    """Folder of paintings: the style images."""
    test: Path | None = None
    """Folder of photographs to compute the scores on; left out, some of --data are held out for it."""
    test_paintings: Path | None = None
    """Folder of paintings to compute the scores on; left out, some of --paintings are held out for it."""
    vgg: Path | None = None
    """VGG-19 weights (safetensors, in the form that the model card describes); left out, the bundled ones."""
    decoder: Path | None = None
    """Weights of an AdaIN decoder (likewise) to start from; left out, random ones."""
    side: int = 256
    """Side of the training crops in pixels, a multiple of 8."""
    style: float = 30.0
    """Weight of the Gram matrices' loss, relative to the content loss."""
    moments: float = 5.0
    """Weight of AdaIN's loss (channel means and deviations), which has the larger gradient far from the style."""
    variation: float = 2.0
    """Weight of the total variation loss."""
    widths: tuple[int, int, int] = WIDTHS
    """Channels of the decoder at full, half and quarter resolution."""
    batch: int = 8
    """Pairs of a content and a style crop in a batch."""
    start: Path | None = None
    """Folder of a checkpoint of the same widths to start from."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.widths) < 1:
            raise UserError(f"--widths are {self.widths}: use at least 1 each.")
        if self.paintings is None:
            raise UserError("--paintings is None: name a folder of paintings to train on.")
        for name in ("vgg", "decoder"):
            if self.start and (file := getattr(self, name)):
                raise UserError(f"--start {self.start} holds a {name} already: leave --{name} {file} out.")
        if self.side < 64 or self.side % 8:
            raise UserError(f"--side is {self.side}: use a multiple of 8, at least 64.")
        for name in ("style", "moments", "variation"):
            check_range(f"--{name}", getattr(self, name), 0)
