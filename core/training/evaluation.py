"""What scoring a plugin on a folder yields, in the one form that every plugin's `evaluate` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

Scores = dict[str, float]


@dataclass(frozen=True)
class Evaluation:
    """Scores over a whole set, those of each picture (its name under "image"), and how many pictures there were."""

    scores: Scores
    per_image: list[dict[str, float | str]] = field(default_factory=list)
    count: int | None = None
    """Left out, as many as are in `per_image`."""
    checkpoint: str | None = None
    """Which were scored, where it was not only the plugin's default one."""


def mean(scores: Iterable[Mapping[str, float | str]]) -> Scores:
    """Return the mean of each score over several pictures, rounded to four decimals."""
    rows = list(scores)
    names = [name for name, value in rows[0].items() if not isinstance(value, str)]
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in names}
