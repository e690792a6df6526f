"""What a thousand pictures cost on rented machines, from measured milliseconds of processor time and public prices.

python -m benchmarks.cost [runs/bench/suite.json] [--prices benchmarks/prices.toml]

The milliseconds are those of the table that `python -m benchmarks.suite` writes, or are measured now. The cost is that
of a machine which is kept busy, whose cores (vCPUs) are as fast as one of the machine that was measured. For a GPU, of
which nothing is measured here, the table says how many of these cores it must replace to cost the same.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import precision, tables
from benchmarks.tables import Cell, Table
from core import registry
from core.engine import LocalEngine
from core.plugin import Plugin

PRICES = Path(__file__).with_name("prices.toml")
VERBS = "Verbs: milliseconds of processor time"
HOUR = 3_600_000  # milliseconds
Row = tuple[str, str, float]  # a plugin, what is called, and milliseconds of processor time


@dataclass(frozen=True)
class Hardware:
    """A machine for rent: its name, US dollars for an hour, and how many cores it has; None for one with a GPU."""

    name: str
    hourly: float
    cores: int | None = None

    def cost(self, milliseconds: float, calls: int = 1000) -> float:
        """Return the dollars of so many calls, each of which takes some milliseconds of one core."""
        assert self.cores
        return calls * milliseconds / HOUR * self.hourly / self.cores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", type=Path, nargs="?", help="JSON of the suite; measured now if left out")
    parser.add_argument("--prices", type=Path, default=PRICES)
    options = parser.parse_args()
    if options.suite and not options.suite.is_file():
        parser.error(f"{options.suite} is no file: run python -m benchmarks.suite first, or leave it out")
    prices = tomllib.loads(options.prices.read_text())
    hardware = [Hardware(**each) for each in prices["hardware"]]
    machine, calls = read(options.suite) if options.suite else (tables.machine(), measure())
    print(f"{machine['device']}, {machine['date']}; prices of {prices['date']}:")
    print("\n".join(prices["sources"]))
    for each in (of_calls(calls, hardware), of_gpus(hardware)):
        print(each.markdown())


def read(suite: Path) -> tuple[dict[str, Any], list[Row]]:
    """Return the machine that the suite was measured on, and the milliseconds of each call there."""
    content = json.loads(suite.read_text())
    table = next(Table(**each) for each in content["tables"] if each["title"] == VERBS)
    columns = [table.columns.index(_column(str(row[0]), content["machine"])) for row in table.rows]
    rows = [(str(row[0]), str(row[1]), float(row[i])) for row, i in zip(table.rows, columns, strict=True)]
    return content["machine"], rows


def measure(repeat: int = 3) -> list[Row]:
    """Return the milliseconds of each call, in the precision that the plugin chooses here."""
    rows = []
    for name, label, call in precision.calls():
        plugin = Plugin(registry.find(name), LocalEngine())
        call(plugin)  # the first one traces the network
        rows.append((name, label, 1000 * min(precision.processor_seconds(call, plugin) for _ in range(repeat))))
    return rows


def of_calls(calls: Sequence[Row], hardware: Sequence[Hardware]) -> Table:
    """Return what a thousand calls of each verb cost, in cents, on each machine without a GPU."""
    rented = [each for each in hardware if each.cores]
    rows: list[tuple[Cell, ...]] = [(*call, *(f"{100 * each.cost(call[-1]):.2g}" for each in rented)) for call in calls]
    columns = "plugin", "call", "ms of a core", *(each.name for each in rented)
    return Table("A thousand calls: US cents", columns, rows)


def of_gpus(hardware: Sequence[Hardware]) -> Table:
    """Return how many cores of the cheapest machine without a GPU cost as much as each one with a GPU."""
    core = min(each.hourly / each.cores for each in hardware if each.cores)
    rows = [(each.name, each.hourly, each.hourly / core) for each in hardware if not each.cores]
    return Table("Machines with a GPU", ("machine", "US dollars an hour", "cores for the same price"), rows)


def _column(plugin: str, machine: Mapping[str, Any]) -> str:
    """Return the column of the precision that a plugin's networks have on the machine that was measured."""
    is_half = machine["bfloat16"] and registry.find(plugin).ready_manifest.precision == "mixed_bfloat16"
    return "bfloat16, ms" if is_half else "float32, ms"


if __name__ == "__main__":
    main()
