"""The cost of a thousand pictures."""

from __future__ import annotations

import tomllib

import pytest

from benchmarks import cost
from benchmarks.cost import Hardware
from benchmarks.tables import Table

VERBS = Table(
    cost.VERBS,
    ("plugin", "call", "float32, ms", "bfloat16, ms", "ratio"),
    [("denoiser", "denoise 512²", 360.0, 180.0, 2.0), ("vae_explorer", "decode 1", 36.0, 18.0, 2.0)],
)


def test_a_core_that_is_kept_busy_for_an_hour_costs_its_share_of_the_machine() -> None:
    machine = Hardware("any", hourly=0.80, cores=8)
    assert machine.cost(3600) == pytest.approx(0.10)  # a thousand times 3.6 s are an hour


@pytest.mark.parametrize(("has_bfloat16", "denoiser"), [(False, 1.0), (True, 0.5)])
def test_the_precision_is_that_which_a_plugin_chooses_on_the_machine(has_bfloat16: bool, denoiser: float) -> None:
    table = cost.of_calls(VERBS, {"bfloat16": has_bfloat16}, [Hardware("any", 0.10, 1), Hardware("GPU", 1.0)])
    assert [float(row[-1]) for row in table.rows] == pytest.approx([denoiser, 0.1])  # cents


def test_the_prices_are_dated_and_name_their_sources() -> None:
    prices = tomllib.loads(cost.PRICES.read_text())
    assert prices["date"].year >= 2026
    assert all(source.startswith("https://") for source in prices["sources"])
    assert cost.of_gpus([Hardware(**each) for each in prices["hardware"]]).rows[0][2] == pytest.approx(0.40 / 0.03 * 8)
