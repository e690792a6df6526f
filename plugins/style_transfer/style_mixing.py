"""How several styles are mixed: each has a share."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UserError
from core.imaging.images import Image

MOST_STYLES = 4


def check(styles: Sequence[Image], shares: Sequence[float], strength: float) -> None:
    """Raise UserError where what `stylise` is given makes no sense."""
    if len(styles) > MOST_STYLES:
        raise UserError(f"There are {len(styles)} styles: mix {MOST_STYLES} at the most.")
    if len(shares) != len(styles):
        raise UserError(f"There are {len(shares)} shares for {len(styles)} styles: give each its own.")
    if not (min(shares) >= 0 and 0 < sum(shares) < float("inf")):
        raise UserError(f"The shares are {tuple(shares)}: use numbers of at least 0 that are not all 0.")
    if not 0 <= strength <= 1:
        raise UserError(f"The strength is {strength:g}: use 0 to 1.")


def read_shares(words: str, count: int) -> tuple[float, ...]:
    """Return the first `count` numbers in `words`. Raises UserError where there are fewer."""
    try:
        numbers = tuple(float(number) for number in (words or "").split())
    except ValueError:
        numbers = ()
    if len(numbers) < count:
        raise UserError(f"The shares are {words[:40]!r}: give {count} numbers, one for each painting, such as 2 1 0.5.")
    return numbers[:count]
