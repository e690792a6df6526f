"""What the page's generators draw, and what their classes are called."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from core.errors import UserError, choose
from core.training.datasets import DIGITS

from .. import reference_set
from ..reference_set import Reference

ANY = "any"


@dataclass(frozen=True)
class Subject:
    """A generator, by its checkpoint, and its classes by name, in their order."""

    checkpoint: str
    classes: tuple[str, ...]
    side: int
    """Pixels."""

    def labels(self, name: str) -> tuple[int, ...]:
        """Return the class called `name` as verbs take it: none where it is "any". Raises UserError for others."""
        if name not in (ANY, *self.classes):
            raise UserError(f"The class is {name!r}: choose one of {', '.join((ANY, *self.classes))}.")
        return () if name == ANY else (self.classes.index(name),)


SUBJECTS = {
    "tiles of a game": Subject(
        "crawl", ("walls and floors", "effects", "items", "miscellany", "monsters", "players"), 32
    ),
    "digits": Subject("mnist", DIGITS, 28),
}


def find(name: str) -> Subject:
    """Return the subject called `name`. Raises UserError where there is none."""
    return choose(SUBJECTS, name, "subject")


@functools.cache
def read_reference(checkpoint: str) -> Reference:
    """Return pictures that a generator has learnt from, and what is known of them."""
    return reference_set.read(reference_set.EXAMPLES / f"{checkpoint}.npz")
