"""Scores: of a data set, which every plugin's `evaluate` returns, and their mean over images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

Scores = dict[str, float]


@dataclass(frozen=True)
class Evaluation:
    """Scores of a whole data set and of each image in it.

    Attributes:
        scores: of the whole set, by name.
        per_image: of each image, with its name under "image".
        count: number of images; if None, the length of `per_image`.
        unit: what was scored, in the plural: "images", or "melodies", …
        checkpoint: which checkpoints were scored, if not only the plugin's default one.
    """

    scores: Scores
    per_image: list[dict[str, float | str]] = field(default_factory=list)
    count: int | None = None
    checkpoint: str | None = None
    unit: str = "images"


def rows(names: Sequence[str], scores: Iterable[Scores]) -> list[dict[str, float | str]]:
    """Return the scores of each image with its name under "image", and show the progress on standard error meanwhile.

    Args:
        names: of the images.
        scores: of each, in the same order, such as what `Plugin.map` yields.
    """
    each = zip(names, scores, strict=True)
    with tqdm(each, desc="scored", total=len(names), disable=None, leave=False) as bar:
        return [{"image": name} | found for name, found in bar]


def mean(scores: Iterable[Mapping[str, float | str]]) -> Scores:
    """Return the mean of each score over all images, rounded to four decimals; strings are left out."""
    rows = list(scores)
    names = [name for name, value in rows[0].items() if not isinstance(value, str)]
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in names}
