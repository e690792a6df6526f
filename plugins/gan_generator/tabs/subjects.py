"""The data sets that the page's generators were trained on, and the names of their classes."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import UserError, choose
from core.training import cats
from core.training.cat_names import ACCESSORIES, COLORS, PATTERNS
from core.training.datasets import DIGITS

from .. import latents, reference_set
from ..reference_set import EXAMPLES, ReferenceSet

ANY, CATS = "any", "cats"
COLOR, PATTERN = "color", "pattern"


@dataclass(frozen=True)
class Subject:
    """A data set: the checkpoint that was trained on it, and its classes."""

    checkpoint: str
    groups: dict[str, tuple[str, ...]]
    """The names of the classes in each group, in the order of their indices. A class is chosen from the last group,
    and a color from the group "color", if there is one."""
    side: int
    """Pixels of an image's side."""
    credit: str = ""
    """Who made the images, where the page must say so."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes that can be chosen."""
        return [*self.groups.values()][-1]

    @property
    def colors(self) -> tuple[str, ...]:
        """The names of the colors that can be chosen."""
        return self.groups.get(COLOR, ())

    def labels(self, seeds: Sequence[int], class_name: str = ANY, color: str = ANY) -> tuple[int, ...]:
        """Return the class index of each seed's image, as verbs take it.

        Args:
            seeds: they decide what is not chosen.
            class_name: one of `classes`, or "any".
            color: one of `colors`, or "any".

        Raises:
            UserError: for another name.
        """
        sizes = tuple(map(len, self.groups.values()))
        by_seed = latents.labels_from_seeds(seeds, math.prod(sizes))
        values = dict(zip(self.groups, np.unravel_index(by_seed, sizes), strict=True))
        for group, names, chosen in (
            ([*self.groups][-1], self.classes, class_name),
            (COLOR, self.colors, color),
        ):
            if chosen not in (ANY, *names):
                kind = COLOR if group == COLOR else "class"
                raise UserError(f"The {kind} is {chosen!r}: choose one of {', '.join((ANY, *names))}.")
            if chosen != ANY:
                values[group] = np.full(len(seeds), names.index(chosen))
        return tuple(np.ravel_multi_index(tuple(values.values()), sizes).tolist())

    def name(self, label: int) -> str:
        """Return the names of the classes of a class index, without that of the pattern."""
        values = np.unravel_index(label, tuple(map(len, self.groups.values())))
        named = zip(self.groups.items(), values, strict=True)
        return ", ".join(names[value] for (group, names), value in named if group != PATTERN)


SUBJECTS = {
    CATS: Subject("cats", {COLOR: COLORS, PATTERN: PATTERNS, "accessory": ACCESSORIES}, cats.SIDE, cats.CREDIT),
    "digits": Subject("mnist", {"class": DIGITS}, 28),
}
FIRST = next(iter(SUBJECTS))


def find(name: str) -> Subject:
    """Return the data set called `name`. Raises UserError where there is none."""
    return choose(SUBJECTS, name, "data set")


@functools.cache
def read_reference(checkpoint: str) -> ReferenceSet:
    """Return the bundled reference set of a generator's checkpoint."""
    return reference_set.read(EXAMPLES / f"{checkpoint}.npz")
