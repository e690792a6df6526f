"""The data sets that the page's generators were trained on, and the names of their classes."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from core.errors import UserError, choose
from core.training.datasets import DIGITS

from .. import reference_set
from ..reference_set import ReferenceSet

ANY = "any"


@dataclass(frozen=True)
class Subject:
    """A data set: the checkpoint that was trained on it, and its classes."""

    checkpoint: str
    classes: tuple[str, ...]
    """Names, in the order of the class indices."""
    side: int
    """Pixels of an image's side."""

    def labels(self, class_name: str) -> tuple[int, ...]:
        """Return the class index of `class_name`, as verbs take it: empty for "any".

        Raises:
            UserError: for another name.
        """
        if class_name not in (ANY, *self.classes):
            raise UserError(f"The class is {class_name!r}: choose one of {', '.join((ANY, *self.classes))}.")
        return () if class_name == ANY else (self.classes.index(class_name),)


SUBJECTS = {
    "tiles of a game": Subject(
        "crawl", ("walls and floors", "effects", "items", "miscellany", "monsters", "players"), 32
    ),
    "digits": Subject("mnist", DIGITS, 28),
}


def find(name: str) -> Subject:
    """Return the data set called `name`. Raises UserError where there is none."""
    return choose(SUBJECTS, name, "data set")


@functools.cache
def read_reference(checkpoint: str) -> ReferenceSet:
    """Return the bundled reference set of a generator's checkpoint."""
    return reference_set.read(reference_set.EXAMPLES / f"{checkpoint}.npz")
