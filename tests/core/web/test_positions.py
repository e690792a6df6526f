"""Positions that a text names: what is unclear is refused, instead of read as other positions."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.web import positions


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        (None, []),
        ("20 50, 80.5 30", [[20, 50], [80.5, 30]]),
        ("20 50,80 30", [[20, 50], [80, 30]]),
        ("20, 50; 80, 30, 7", [[20, 50], [80, 30]]),
        ("150 50", [[100, 50]]),
    ],
)
def test_positions_are_read_and_an_incomplete_one_is_left_out(text: str | None, percent: list[list[float]]) -> None:
    read = positions.read(text, 10)
    assert (100 * read).ravel().tolist() == pytest.approx([number for each in percent for number in each])
    assert positions.read(positions.write(read), 1).tolist() == read[:1].tolist()


@pytest.mark.parametrize("text", ["20,5 30,5", "20 50, 80,5 30"])
def test_a_comma_that_may_be_that_of_a_number_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"“\d0,5” may be one number or two"):
        positions.read(text, 10)
