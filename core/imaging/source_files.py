"""Files of untrusted images: their bytes, their limits, and a sentence for each that cannot be read."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images
from PIL import ImageFile, UnidentifiedImageError

from core.errors import UserError
from core.imaging import decoding
from core.imaging.unsupported import UnsupportedError

READABLE = "JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP"
DEFAULT_MEGAPIXELS = 40.0
LONGEST_SIDE = 30_000  # pixels; a strip one pixel high is padded to a whole tile, and costs a network as much


class ImageError(UserError):
    """A file that cannot be read or written as an image; the message is one sentence for the user."""


def megapixel_limit() -> float:
    """Return how many megapixels an image may have. Raises UserError where the variable that says so is wrong."""
    value = os.environ.get("DARKROOM_MAX_MEGAPIXELS", "")
    with suppress(ValueError):
        limit = float(value or DEFAULT_MEGAPIXELS)
        if 0 < limit < math.inf:
            return limit
    raise UserError(f"DARKROOM_MAX_MEGAPIXELS is {value!r}: use a number above 0, such as 40.")


def name_of(source: str | Path | bytes) -> str:
    """Return what messages call a file."""
    return "the picture" if isinstance(source, bytes) else Path(source).name


def _read(source: str | Path | bytes) -> bytes:
    """Return the bytes of a file. Raises ImageError that names what the system refuses, and the remedy."""
    if isinstance(source, bytes):
        return source
    name = Path(source).name
    try:
        return Path(source).read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{name} does not exist: check the path {str(source)!r}.") from None
    except IsADirectoryError:
        raise ImageError(f"{name} is a folder: name one picture in it.") from None
    except PermissionError:
        raise ImageError(f"{name} may not be read: change its permissions.") from None
    except ValueError:  # a null character
        raise ImageError(f"{name[:30]!r} is no path: name a file.") from None
    except OSError as error:
        shown = f"{name[:30]}…" if error.errno == errno.ENAMETOOLONG else name
        raise ImageError(f"{shown} cannot be opened ({error.strerror}): copy it to another place.") from None


@contextmanager
def opened(source: str | Path | bytes, limit: float = math.inf) -> Iterator[tuple[ImageFile.ImageFile, bytes]]:
    """Yield an image file, not yet decoded, and its bytes.

    Raises:
        ImageError: for whatever is raised within, and where it cannot be opened; the message names it and the remedy.
    """
    name, data = name_of(source), _read(source)
    with _in_words(name, limit), decoding.open_image(data, name) as file:
        yield file, data


@contextmanager
def _in_words(name: str, limit: float) -> Iterator[None]:
    try:
        yield
    except ImageError:
        raise
    except UnsupportedError as error:
        raise ImageError(f"{name} {error}.") from None
    except pillow.DecompressionBombError:
        raise ImageError(f"{name} is far above the limit of {limit:g} megapixels: shrink it first.") from None
    except UnidentifiedImageError:
        raise ImageError(f"{name} is not a picture that can be read: use {READABLE}.") from None
    except MemoryError:
        raise ImageError(f"{name} does not fit into this machine's memory: shrink it first.") from None
    except Exception as error:  # decoders raise whatever a damaged file leads them to
        raise ImageError(f"{name} is damaged and could not be read ({_first_line(error)}): export it again.") from None


def check_size(file: pillow.Image, name: str, limit: float) -> None:
    """Raise ImageError if a file has more than `limit` megapixels, or a side that is too long."""
    if max(file.size) > LONGEST_SIDE:
        raise ImageError(
            f"{name} is {file.width} × {file.height} pixels, the longest side may be {LONGEST_SIDE}: crop it."
        )
    megapixels = file.width * file.height / 1e6
    if megapixels > limit:
        raise ImageError(
            f"{name} has {megapixels:.1f} megapixels, the limit is {limit:g}: shrink it first "
            "(whoever runs this server can raise DARKROOM_MAX_MEGAPIXELS)."
        )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
