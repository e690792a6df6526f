"""What the training of the painter can be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import UserError
from core.training import settings

from ..networks.decoder import WIDTHS


@dataclass(frozen=True)
class Config(settings.Settings):
    """What the training of the painter can be told."""

    checkpoint: Literal["painter"] = "painter"
    """The one there is."""
    data: Path | None = Path("data/photos/train")
    """Folder of photographs."""
    paintings: Path | None = Path("data/paintings/train")
    """Folder of paintings."""
    test: Path | None = None
    """Folder of other photographs to score the result on; left out, every so many of --data are kept for it."""
    test_paintings: Path | None = None
    """Folder of other paintings to score it with; left out, every so many of --paintings are kept for it."""
    vgg: Path | None = None
    """File of the VGG's numbers (safetensors, as in the model card); left out, those that are bundled."""
    decoder: Path | None = None
    """File of an AdaIN decoder's numbers (likewise) for the brush to start from; left out, from random ones."""
    side: int = 256
    """Pixels each side of what is learnt from, a multiple of 8."""
    style: float = 30.0
    """How much the Gram matrices' loss counts beside the content's."""
    moments: float = 5.0
    """How much the loss of means and deviations counts: AdaIN's, which leads where Gram matrices are far apart."""
    variation: float = 2.0
    """How much unsteadiness from pixel to pixel counts."""
    widths: tuple[int, int, int] = WIDTHS
    """Channels at the whole, a half and a quarter of the resolution."""
    batch: int = 8
    """Pairs of a photo and a style in a batch."""
    start: Path | None = None
    """Folder of a checkpoint of the same widths to start from."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.widths) < 1:
            raise UserError(f"--widths are {self.widths}: use at least 1 each.")
        if self.paintings is None:
            raise UserError("--paintings is None: name a folder of paintings to learn from.")
        for name in ("vgg", "decoder"):
            if self.start and (file := getattr(self, name)):
                raise UserError(f"--start {self.start} has a {name} of its own: leave --{name} {file} out.")
        if self.side < 64 or self.side % 8:
            raise UserError(f"--side is {self.side}: use a multiple of 8, at least 64.")
        for name in ("style", "moments", "variation"):
            if not 0 <= getattr(self, name) < math.inf:
                raise UserError(f"--{name} is {getattr(self, name)}: use 0 or more.")
