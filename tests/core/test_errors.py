"""Checks of user input name the thing, the value and the remedy."""

from __future__ import annotations

import math

import pytest

from core.errors import UserError, check_range, choose


@pytest.mark.parametrize(
    ("value", "low", "high", "message"),
    [
        (76, 0, 75, "sigma is 76: use 0 to 75."),
        (-0.5, 0, 75, "sigma is -0.5: use 0 to 75."),
        (0, 1, math.inf, "sigma is 0: use at least 1."),
        (math.nan, 0, 1, "sigma is nan: use 0 to 1."),
        (math.inf, 1, math.inf, "sigma is inf: use at least 1."),
        (2**33, 0, 2**32, "sigma is 8589934592: use 0 to 4294967296."),
    ],
)
def test_a_value_out_of_range_is_refused(value: float, low: float, high: float, message: str) -> None:
    with pytest.raises(UserError) as raised:
        check_range("sigma", value, low, high)
    assert str(raised.value) == message


@pytest.mark.parametrize("value", [0, 75, 1.5])
def test_a_value_in_range_is_accepted(value: float) -> None:
    check_range("sigma", value, 0, 75)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    assert choose({"a": 1, "b": 2}, "b", "loss") == 2
    with pytest.raises(UserError, match=r"The loss is 'c': choose one of a, b\."):
        choose({"a": 1, "b": 2}, "c", "loss")
