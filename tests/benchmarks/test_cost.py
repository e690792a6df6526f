"""The cost of a thousand pictures."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from benchmarks import cost
from benchmarks.cost import Hardware
from benchmarks.tables import Table

COLUMNS = "plugin", "call", "float32, ms", "bfloat16, ms", "ratio"
ROWS = [("denoiser", "denoise 512²", 360.0, 180.0, 2.0), ("vae_explorer", "decode 1", 36.0, 18.0, 2.0)]


def test_a_core_that_is_kept_busy_for_an_hour_costs_its_share_of_the_machine() -> None:
    machine = Hardware("any", hourly=0.80, cores=8)
    assert machine.cost(3600) == pytest.approx(0.10)  # a thousand times 3.6 s are an hour


@pytest.mark.parametrize(("has_bfloat16", "denoiser"), [(False, 360), (True, 180)])
def test_the_precision_is_that_which_a_plugin_chooses_on_the_machine(
    has_bfloat16: bool, denoiser: float, tmp_path: Path
) -> None:
    content = {"machine": {"bfloat16": has_bfloat16}, "tables": [vars(Table(cost.VERBS, COLUMNS, ROWS))]}
    (tmp_path / "suite.json").write_text(json.dumps(content))
    _, calls = cost.read(tmp_path / "suite.json")
    assert calls == [("denoiser", "denoise 512²", denoiser), ("vae_explorer", "decode 1", 36)]
    table = cost.of_calls(calls, [Hardware("any", 0.10, 1), Hardware("GPU", 1.0)])
    assert [float(row[-1]) for row in table.rows] == pytest.approx([denoiser / 360, 0.1])  # cents


def test_the_prices_are_dated_and_name_their_sources() -> None:
    prices = tomllib.loads(cost.PRICES.read_text())
    assert prices["date"].year >= 2026
    assert all(source.startswith("https://") for source in prices["sources"])
    assert cost.of_gpus([Hardware(**each) for each in prices["hardware"]]).rows[0][2] == pytest.approx(0.40 / 0.03 * 8)
