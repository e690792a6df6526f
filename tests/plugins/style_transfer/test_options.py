"""Options that make no sense are refused, with the value and the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import UserError
from core.plugin import Plugin
from plugins.style_transfer.options import OptimizeOptions, ReconstructOptions, StylizeOptions


@pytest.mark.parametrize(
    ("options", "settings", "message"),
    [
        (StylizeOptions, {"strength": 2.0}, "The strength is 2: use 0 to 1"),
        (StylizeOptions, {"strength": float("nan")}, "The strength is nan"),
        (StylizeOptions, {"colors": "nobody's"}, "The choice of colors is nobody's: use painting or"),
        (OptimizeOptions, {"size": 20}, "The size is 20: use 64 to 1024"),
        (OptimizeOptions, {"steps": 0}, "The number of steps is 0"),
        (OptimizeOptions, {"style_weight": -1.0}, "The style weight is -1"),
        (OptimizeOptions, {"style_weight": 1e30}, "The style weight is 1e.30: use 0 to 1000000"),
        (OptimizeOptions, {"content_weight": float("nan")}, "The content weight is nan"),
        (OptimizeOptions, {"optimizer": "magic"}, "The optimizer is magic: use adam or lbfgs"),
        (OptimizeOptions, {"start": "nothing"}, "The start is nothing"),
        (OptimizeOptions, {"start": "noise", "seed": -1}, "The seed is -1"),
        (OptimizeOptions, {"features": "mine"}, "The VGG is mine"),
        (ReconstructOptions, {"layer": "block9"}, "The layer is block9: use one of block1_conv1, "),
        (ReconstructOptions, {"target": "both"}, "The target is both: use content or style"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: Any, settings: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        options(**settings)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ((1.0, 2.0), "2 mixing weights for 1 styles"),
        ((0.0,), "not all 0"),
        ((float("inf"),), "not all 0"),
        ((float("nan"),), "not all 0"),
        ((-1.0,), "not all 0"),
    ],
)
def test_mixing_weights_that_make_no_sense_are_refused(
    plugin: Plugin, photo: Any, style: Any, weights: tuple[float, ...], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        plugin.run("stylize", photo, style, options=StylizeOptions(mixing_weights=weights))


def test_too_many_styles_are_refused(plugin: Plugin, photo: Any, style: Any) -> None:
    with pytest.raises(UserError, match="There are 5 styles: mix 4"):
        plugin.run("stylize", photo, style, more_styles=(style,) * 4)
