"""Upscales a whole photo in the background, where the page itself shows only a crop."""

from __future__ import annotations

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from core.progress import Progress, Steps, then
from core.web import pages
from core.web.pages import Dropped

from ..resampling import CLEAN_CHECKPOINTS, REAL_CHECKPOINT
from . import cropping, quality

MAX_OUTPUT = 110.0  # megapixels: 12 three times larger; each takes about 35 bytes of memory (measured at 48)

LABEL = "Enlarge the whole photo"
EXPLANATION = "In the background: go on using the page, and download the file at the end."
TOO_LARGE = (
    "The whole photo would have {:.0f} megapixels, {:.0f} are possible here: choose a smaller scale, or use the "
    "command line, which has no such limit."
)


def upscale_whole(plugin: Plugin, photo: Dropped, scale: int = 4, input_quality: str = quality.AUTOMATIC) -> Steps[str]:
    """Upscale a whole photo, and return the path of the file.

    Args:
        plugin: the plugin.
        photo: the photo.
        scale: the upscaling factor, 2, 3 or 4.
        input_quality: see `quality.judge`.

    Raises:
        UserError: if the result would be too large.
    """
    photo, scale = pages.require(photo, "photo"), int(scale)
    image = images.load(photo)
    megapixels = cropping.megapixels(image) * scale**2
    if megapixels > MAX_OUTPUT:
        raise UserError(TOO_LARGE.format(megapixels, MAX_OUTPUT))
    is_real, _ = quality.judge(input_quality, image, photo)
    checkpoint = REAL_CHECKPOINT if is_real else CLEAN_CHECKPOINTS[scale]

    def write(high: images.Image) -> Steps[str]:
        yield Progress(0, 1, unit=pages.WRITING)
        return pages.write_result(high, photo, f"x{scale}")

    return (yield from then(plugin.stream("upscale", image, scale=scale, checkpoint=checkpoint), write, 1))
