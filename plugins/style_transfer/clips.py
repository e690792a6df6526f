"""Short video clips: how they are read from files and written to files, with PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.kinds import Kind, Sources

MAX_SECONDS, MAX_RATE = 10, 30  # what is beyond is left out
SIDE, MIN_SIDE = 384, 32  # pixels of a frame's longer side, to which it is shrunk; and of any side
MULTIPLE = 8  # pixels: of a frame's sides
# Demuxers by suffix. FFmpeg is never left to find out itself what a file is: a playlist names other files.
FORMATS = {".mp4": "mov", ".mov": "mov", ".m4v": "mov", ".webm": "matroska", ".mkv": "matroska"}
WRITTEN = ".mp4", ".mov", ".mkv"
CODEC, QUALITY = "libx264", {"crf": "18"}
UNREADABLE = "{} cannot be read as a video ({}): use {}."


@dataclass(frozen=True, eq=False)
class Clip:
    """A video of a few seconds, without its sound."""

    frames: NDArray[np.uint8]
    """(n, h, w, 3), 0 to 255."""
    rate: float
    """Frames in a second."""


def load(path: Path) -> Clip:
    """Return the first seconds of a video file, its frames shrunk.

    Raises:
        UserError: if it is no video, or one without pictures.
    """
    import av

    name, known = Path(path).name, ", ".join(FORMATS)
    if Path(path).suffix.lower() not in FORMATS:
        raise UserError(UNREADABLE.format(name, "its suffix is unknown", known))
    try:
        with av.open(str(path), format=FORMATS[Path(path).suffix.lower()]) as container:
            if not container.streams.video:
                raise UserError(UNREADABLE.format(name, "it holds no pictures", known))
            stream = container.streams.video[0]
            step = max(1, round(float(stream.average_rate or MAX_RATE) / MAX_RATE))
            rate = float(stream.average_rate or MAX_RATE) / step
            frames = islice(container.decode(stream), 0, round(MAX_SECONDS * rate) * step, step)
            read = [_shrink(frame) for frame in frames]
    except av.error.FFmpegError as error:
        raise UserError(UNREADABLE.format(name, error.strerror, known)) from None
    if not read:
        raise UserError(UNREADABLE.format(name, "it holds no pictures", known))
    return Clip(np.stack(read), rate)


def _shrink(frame: Any) -> NDArray[np.uint8]:
    scale = min(1, SIDE / max(frame.width, frame.height))
    width, height = (max(MIN_SIDE, MULTIPLE * round(scale * side / MULTIPLE)) for side in (frame.width, frame.height))
    shrunk: NDArray[np.uint8] = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return shrunk


def save(clip: Clip, path: Path, sources: Sources = Sources()) -> None:  # noqa: B008 - immutable
    """Write a clip to a file, as H.264. Raises UserError for an unknown suffix."""
    import av

    if path.suffix.lower() not in WRITTEN:
        raise UserError(f"{path.name} cannot be written: use one of {', '.join(WRITTEN)}.")
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(CODEC, rate=Fraction(clip.rate).limit_denominator(1001), options=QUALITY)
        stream.height, stream.width, stream.pix_fmt = *clip.frames.shape[1:3], "yuv420p"
        for frame in _packets(stream, clip.frames):
            container.mux(frame)


def _packets(stream: Any, frames: NDArray[np.uint8]) -> Iterator[Any]:
    import av

    for frame in frames:
        yield from stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24"))
    yield from stream.encode()


def make_samples() -> list[Clip]:
    """Return small clips to try a plugin on."""
    random = np.random.default_rng(0)
    return [Clip(random.integers(0, 256, (count, 64, 96, 3)).astype(np.uint8), 25.0) for count in (1, 3)]


Video = Annotated[Clip, Kind("video", tuple(FORMATS), load, save, samples=make_samples)]
