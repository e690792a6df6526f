"""Settings of the training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import UserError, check_range
from core.training import settings

from ..networks.decoder import WIDTHS


@dataclass(frozen=True)
class Config(settings.OptimizerSettings):
    """Settings of the training of AdaIN's decoder, or of the student."""

    checkpoint: Literal["adain", "student"] = "adain"
    """What to train: AdaIN's decoder, or the student, which is not bundled."""
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
    """Channels of AdaIN's decoder at full, half and quarter resolution."""
    width: int = 64
    """Channels of the student at a quarter of the resolution."""
    blocks: int = 5
    """Residual blocks of the student there."""
    style_crops: int = 2000
    """Crops of paintings that the student is trained on; each takes 1 MB of memory."""
    style_side: int = 256
    """Side of these crops in pixels."""
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
        for flag, side in (("--side", self.side), ("--style-side", self.style_side)):
            if side < 64 or side % 8:
                raise UserError(f"{flag} is {side}: use a multiple of 8, at least 64.")
        for flag, count in (("--width", self.width), ("--blocks", self.blocks), ("--style-crops", self.style_crops)):
            check_range(flag, count, 1)
        for name in ("style", "moments", "variation"):
            check_range(f"--{name}", getattr(self, name), 0)
