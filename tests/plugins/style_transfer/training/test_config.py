"""Settings that make no sense are refused before training starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from plugins.style_transfer.training.config import Config


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"side": 100}, "--side is 100"),
        ({"style_side": 100}, "--style-side is 100"),
        ({"blocks": 0}, "--blocks is 0"),
        ({"widths": (64, 0, 256)}, r"--widths are \(64, 0, 256\)"),
        ({"start": Path("a"), "decoder": Path("b")}, "--start a holds a decoder already: leave --decoder b out"),
        ({"style": -1.0}, "--style is -1"),
        ({"moments": float("nan")}, "--moments is nan"),
    ],
)
def test_an_invalid_setting_is_named(flags: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Config(**flags)
