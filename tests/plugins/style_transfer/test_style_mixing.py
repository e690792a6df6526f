"""Mixing weights are read and normalized."""

from __future__ import annotations

import pytest

from core.errors import UserError
from plugins.style_transfer.style_mixing import normalize_weights, parse_weights


def test_mixing_weights_are_read_from_text() -> None:
    assert parse_weights("2 1 .5", 3) == (2.0, 1.0, 0.5)
    for text in ("much", "1", "0,5 0,5", ""):
        with pytest.raises(UserError, match="give 2 numbers"):
            parse_weights(text, 2)


def test_mixing_weights_sum_to_one_and_are_equal_by_default() -> None:
    assert normalize_weights((2, 1, 1), 3) == (0.5, 0.25, 0.25)
    assert normalize_weights((), 4) == (0.25,) * 4
