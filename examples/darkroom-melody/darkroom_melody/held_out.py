"""The melodies that were held out from training, and some of them by the names of their tunes, for the page."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np

from .melody import Tokens, parse

FOLDER = Path(__file__).parent / "examples"
MELODIES, TUNES = "held_out.npz", "tunes.json"


@functools.cache
def melodies() -> Tokens:
    """Return all held-out melodies (n, 32)."""
    with np.load(FOLDER / MELODIES) as stored:
        return np.asarray(stored["melodies"], np.int64)


@functools.cache
def tunes() -> dict[str, str]:
    """Return two bars of some tunes, as texts, by the tune's title."""
    found: dict[str, str] = json.loads((FOLDER / TUNES).read_text(encoding="utf-8"))
    return found


def read(choice: str) -> Tokens:
    """Return the melody of a tune, or the one that a text describes. Raises UserError where it is neither."""
    return parse(tunes().get(choice, choice))


def write(folder: Path, held_out: Tokens) -> None:
    """Store melodies in `folder` as `melodies` reads them."""
    np.savez_compressed(folder / MELODIES, melodies=held_out.astype(np.uint8))
