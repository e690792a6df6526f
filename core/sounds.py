"""Sounds: samples and a sampling rate, read from and written to WAV files."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.files import check_output_of, saved
from core.kinds import Kind, Sources
from core.progress import Progress, Steps

SUFFIXES = (".wav",)
BYTES_PER_SAMPLE, FULL_SCALE = 2, 2**15
MAX_SECONDS, MAX_RATE = 600, 192_000
CHUNK = 8192  # samples
SMALLEST_ERROR = 1e-10  # of the power of a sound, for `snr`
Values = NDArray[np.float32]


@dataclass(frozen=True)
class Samples:
    """A sound.

    Attributes:
        values: (n, channels), -1 to 1, float32.
        rate: samples per second.
    """

    values: Values
    rate: int

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return len(self.values) / self.rate


def load(path: str | Path) -> Samples:
    """Return the sound in a WAV file of 16 bits per sample.

    Raises:
        UserError: if the file is not such a sound, or is longer than ten minutes.
    """
    path = Path(path)
    try:
        with wave.open(str(path), "rb") as file:
            _check(file, path.name)
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            rate, channels = file.getframerate(), file.getnchannels()
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: check the name.") from None
    except (OSError, EOFError, wave.Error) as error:
        raise UserError(f"{path.name} is not a sound that can be read ({error}): save it as WAV, 16 bits.") from None
    frames = data[: len(data) - len(data) % channels].reshape(-1, channels)
    return Samples(frames.astype(np.float32) / np.float32(FULL_SCALE), rate)


def save(sound: Samples, path: Path, sources: Sources) -> None:
    """Write `sound`, clipped, as a WAV file of 16 bits per sample; it appears complete or not at all.

    Raises:
        UserError: if the file cannot be written.
    """
    check(path)
    scaled = np.rint(sound.values.reshape(len(sound.values), -1).clip(-1, 1) * (FULL_SCALE - 1)).astype("<i2")
    with saved(path) as temporary, wave.open(str(temporary), "wb") as file:
        file.setnchannels(scaled.shape[1])
        file.setsampwidth(BYTES_PER_SAMPLE)
        file.setframerate(sound.rate)
        file.writeframes(scaled.tobytes())


def apply(function: Callable[[Values], Values], sound: Samples, chunk: int = CHUNK, *, margin: int) -> Steps[Samples]:
    """Yield progress after each chunk of a sound, then return the result of `function` for the whole.

    All chunks have the same length, so that a network is compiled once; beyond its ends, a sound is silent.

    Args:
        function: maps (chunk + 2 × margin, channels) to the same shape.
        sound: of any length.
        chunk: samples that are kept of each result.
        margin: samples that `function` sees beyond each end of a chunk: as many as it needs to leave no seam.
    """
    padded = np.pad(sound.values, ((margin, margin + chunk), (0, 0)))
    starts = range(0, len(sound.values), chunk)
    parts = [sound.values[:0]]
    for done, start in enumerate(starts, 1):
        parts.append(function(padded[start : start + chunk + 2 * margin])[margin : margin + chunk])
        yield Progress(done, len(starts))
    return Samples(np.concatenate(parts)[: len(sound.values)], sound.rate)


def snr(values: Values, reference: Values) -> float:
    """Return the signal-to-noise ratio of samples in dB: the power of `reference` over that of the difference."""
    noise = float(np.square(values.astype(np.float64) - reference).mean())
    return 10 * float(np.log10(max(float(np.square(reference).mean()), SMALLEST_ERROR) / max(noise, SMALLEST_ERROR)))


def check(path: Path) -> None:
    """Raise UserError if no sound could be saved at `path`."""
    check_output_of("a sound", path, SUFFIXES)


def _check(file: wave.Wave_read, name: str) -> None:
    bits, seconds = 8 * file.getsampwidth(), file.getnframes() / max(1, file.getframerate())
    if bits != 8 * BYTES_PER_SAMPLE:
        raise UserError(f"{name} has {bits} bits per sample: save it with 16.")
    if seconds > MAX_SECONDS or not 0 < file.getframerate() <= MAX_RATE:
        raise UserError(
            f"{name} has {seconds:.0f} seconds at {file.getframerate()} samples per second: at most {MAX_SECONDS} "
            f"seconds at up to {MAX_RATE} can be read."
        )


def make_samples() -> list[Samples]:
    """Return short sounds, with one channel and with two."""
    values = np.random.default_rng(0).uniform(-1, 1, (4000, 2)).astype(np.float32)
    return [Samples(values[:, :1], 8000), Samples(values, 44_100)]


def make_large() -> Samples:
    """Return a minute of noise in stereo."""
    return Samples(np.random.default_rng(0).uniform(-1, 1, (60 * 44_100, 2)).astype(np.float32), 44_100)


Sound = Annotated[Samples, Kind("sound", SUFFIXES, load, save, check, make_samples, make_large)]
