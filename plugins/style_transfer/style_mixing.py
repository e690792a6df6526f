"""Mixing several styles by weights."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UserError

MAX_STYLES = 4


def normalize_weights(weights: Sequence[float], count: int) -> tuple[float, ...]:
    """Return the mixing weights of `count` styles, scaled to sum to 1.

    Args:
        weights: one per style, of any positive sum; empty, all styles weigh the same.
        count: how many styles there are.

    Raises:
        UserError: where there are too many styles, not one weight per style, or weights that cannot be normalized.
    """
    weights = weights or (1.0,) * count
    if count > MAX_STYLES:
        raise UserError(f"There are {count} styles: mix {MAX_STYLES} at the most.")
    if len(weights) != count:
        raise UserError(f"There are {len(weights)} mixing weights for {count} styles: give one for each.")
    total = sum(weights)
    if not (min(weights) >= 0 and 0 < total < float("inf")):
        raise UserError(f"The mixing weights are {tuple(weights)}: use numbers of at least 0 that are not all 0.")
    return tuple(weight / total for weight in weights)


def parse_weights(text: str | None, count: int) -> tuple[float, ...]:
    """Return the first `count` numbers of `text`, separated by spaces. Raises UserError where there are fewer."""
    text = text or ""
    try:
        numbers = tuple(float(number) for number in text.split())
    except ValueError:
        numbers = ()
    if len(numbers) < count:
        raise UserError(
            f"The mixing weights are {text[:40]!r}: give {count} numbers, one for each painting, such as 2 1 0.5."
        )
    return numbers[:count]
