"""Positions on a picture as a text that a visitor can read and change, and that a link holds: "20 50, 80.5 30"."""

from __future__ import annotations

import re

import numpy as np

from core.errors import UserError
from core.imaging.images import Floats

NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
COMMA = re.compile(r"\d+,\d+")  # between two numbers, or within one
UNCLEAR = "“{}” may be one number or two: write a point in a number, and a space after a comma, as in “20.5 50, 80 30”."


def read(text: str | None, most: int) -> Floats:
    """Return the first `most` positions (n, 2) that a text names, as fractions; an incomplete one is left out.

    Args:
        text: x and y of each, in % of the picture's width from the left and of its height from the top.
        most: how many at most.

    Raises:
        UserError: if a comma may be that of a number.
    """
    text = text or ""
    unclear = COMMA.search(text)
    if unclear and any(len(NUMBER.findall(part)) % 2 for part in text.split(",")[:-1]):
        raise UserError(UNCLEAR.format(unclear[0]))
    numbers = [float(number) for number in NUMBER.findall(text)]
    complete = numbers[: min(len(numbers) // 2, most) * 2]
    return np.asarray(np.array(complete).reshape(-1, 2).clip(0, 100) / 100, np.float32)


def write(positions: Floats) -> str:
    """Return the text that names positions (n, 2), given as fractions."""
    return ", ".join(f"{x:.1f} {y:.1f}" for x, y in (100 * positions).tolist())
