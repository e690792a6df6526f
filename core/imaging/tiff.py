"""TIFF files: opened by Pillow, decoded here where Pillow reads them at 8 bits, wrongly or not at all."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from core.imaging.unsupported import RAW, UnsupportedError

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
SUBFILE_TYPE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, ORIENTATION = 254, 256, 257, 258, 259, 262, 274  # tags
PLANAR, EXTRA_SAMPLES, SAMPLE_FORMAT, DNG_VERSION = 284, 338, 339, 50706
REDUCED, WHITE_IS_ZERO, PREMULTIPLIED, SEPARATE, FLOATING_POINT = 1, 0, 1, 2, 3  # values of these tags
NO_ALPHA = 0  # an extra sample of no stated meaning
SPACES = {0: "gray", 1: "gray", 2: "rgb", 5: "cmyk"}  # by photometric interpretation
COLOR_CHANNELS = {"gray": 1, "rgb": 3, "cmyk": 4}
MAX_CHANNELS = 5
SENSOR = (32803, 34892)  # photometric interpretations of a sensor's values: a color filter array, linear raw
WEBP = 50001  # Pillow knows it, but its wheels do not decode it
DECODED = TiffImagePlugin.COMPRESSION_INFO.keys() - {WEBP}
JPEG = (6, 7)
JPEG_2000 = (33003, 33004, 33005, 34712)
COMPRESSION_NAMES = {int(each): each.name for each in tifffile.COMPRESSION} | dict.fromkeys(JPEG_2000, "JPEG 2000")
FLOATS = "holds floating-point numbers, for which no range is standard: export it as 16-bit PNG"
BITS_32 = "holds 32-bit numbers, for which no range is standard: export it as 16-bit PNG"
UNUSUAL = "is a TIFF of an unusual kind: export it as 16-bit PNG"


class TiffFile(TiffImagePlugin.TiffImageFile):
    """A TIFF opened by Pillow, also one whose pixels Pillow does not know.

    Attributes:
        is_unknown: whether Pillow does not know the pixels of the current page.
    """

    is_unknown = False

    def _setup(self) -> None:
        self.is_unknown = False
        try:
            super()._setup()
        except (KeyError, SyntaxError):  # no compression, or no channels, that Pillow knows
            self.is_unknown, self._mode, self.tile = True, "L", []
            size = self.tag_v2[WIDTH], self.tag_v2[HEIGHT]
            self._size = size[::-1] if self.tag_v2.get(ORIENTATION) in (5, 6, 7, 8) else size

    def value(self, tag: int, default: Any) -> Any:
        """Return the value of a tag of the current page."""
        found = self.tag_v2.get(tag)
        return default if found is None else found

    @property
    def is_read_by_pillow(self) -> bool:
        """Whether Pillow decodes the current page rightly: not always where each channel is a plane, or has 16 bits."""
        is_planar = self.value(PLANAR, 1) == SEPARATE and self.value(PHOTOMETRIC, 1) in SPACES
        return not self.is_unknown and self.bits <= 8 and not is_planar

    @property
    def bits(self) -> int:
        """The bits per channel of the current page."""
        return int(max(self.value(BITS, (1,))))


def open_tiff(data: bytes) -> TiffFile:
    """Return a TIFF opened at its first page that is no reduced copy.

    Raises:
        UnsupportedError: for raw files, and compressions that are not decoded here.
        SyntaxError: if it is no TIFF.
        Exception: whatever Pillow raises for a damaged file.
    """
    file = TiffFile(BytesIO(data))
    file.seek(_find_page(file))
    compression = file.value(COMPRESSION, 1)
    if compression not in DECODED:
        name = COMPRESSION_NAMES.get(compression, f"number {compression}")
        raise UnsupportedError(f"is a TIFF compressed as {name}, which cannot be read here: export it as PNG")
    return file


def decode(file: TiffFile, data: bytes) -> tuple[NDArray[np.uint16], str]:
    """Return the current page, whose file's bytes are `data`, as (h, w, c) of 16 bits, and its color space's name.

    The channels are those of "gray", "rgb" or "cmyk", then alpha if there is one. The orientation is not applied.

    Raises:
        UnsupportedError: if the range, or the meaning, of the values is none that we know.
    """
    space = SPACES.get(file.value(PHOTOMETRIC, 1))
    if FLOATING_POINT in file.value(SAMPLE_FORMAT, (1,)):
        raise UnsupportedError(FLOATS)
    if file.bits > 16:
        raise UnsupportedError(BITS_32)
    with tifffile.TiffFile(BytesIO(data)) as tiff:
        page = tiff.pages[file.tell()]
        channels = page.size // max(1, file.width * file.height)
        is_plain = page.dtype in (np.uint8, np.uint16) and page.ndim in (2, 3) and channels <= MAX_CHANNELS
        is_bounded = page.compression not in JPEG  # tifffile takes any number of scans, Pillow's libtiff 100
        values = page.asarray() if is_plain and is_bounded and space else None
    if values is None or space is None:
        raise UnsupportedError(UNUSUAL)
    if values.ndim == 3 and file.value(PLANAR, 1) == SEPARATE:
        values = np.moveaxis(values, 0, -1)
    values = values if values.ndim == 3 else values[..., None]
    return _interpret(file, _to_16_bit(values, file.bits), COLOR_CHANNELS[space]), space


def _find_page(file: TiffFile) -> int:
    """Return the number of the first page that is no reduced copy. Raises UnsupportedError for raw files."""
    if file.value(DNG_VERSION, None) is not None:
        raise UnsupportedError(RAW)
    for number in range(file.n_frames):
        file.seek(number)
        if file.value(PHOTOMETRIC, None) in SENSOR:
            break
        if not file.value(SUBFILE_TYPE, 0) & REDUCED:
            return number
    raise UnsupportedError(RAW)


def _to_16_bit(values: NDArray[Any], bits: int) -> NDArray[np.uint16]:
    """Return `values` of `bits` bits in the range of 16."""
    return values if bits == 16 else (values.astype(np.uint32) * 65535 // (2**bits - 1)).astype(np.uint16)


def _interpret(file: TiffFile, values: NDArray[np.uint16], colors: int) -> NDArray[np.uint16]:
    """Return `values` (h, w, c) with 0 for black, colors not multiplied by alpha, and no channel but these."""
    if file.value(PHOTOMETRIC, 1) == WHITE_IS_ZERO:
        values = np.concatenate([np.uint16(65535) - values[..., :colors], values[..., colors:]], axis=-1)
    extra = file.value(EXTRA_SAMPLES, (None,))[0]
    if extra == PREMULTIPLIED and values.shape[-1] > colors:
        values = _unmultiply(values, colors)
    return values[..., : colors if extra == NO_ALPHA else colors + 1]


def _unmultiply(values: NDArray[np.uint16], colors: int) -> NDArray[np.uint16]:
    """Return `values` (h, w, c) with the colors divided by the alpha channel that follows them."""
    alpha = np.maximum(values[..., colors : colors + 1], 1).astype(np.float32)
    color = np.minimum(values[..., :colors] * (np.float32(65535) / alpha), 65535).astype(np.uint16)
    return np.concatenate([color, values[..., colors:]], axis=-1)
