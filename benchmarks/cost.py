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
from benchmarks.tables import Table
from core import registry

PRICES = Path(__file__).with_name("prices.toml")
VERBS = "Verbs: milliseconds of processor time"
HOUR = 3_600_000  # milliseconds


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
    content = json.loads(options.suite.read_text()) if options.suite else measure()
    table = next(Table(**each) for each in content["tables"] if each["title"] == VERBS)
    print(f"{content['machine']['device']}, {content['machine']['date']}; prices of {prices['date']}:")
    print("\n".join(prices["sources"]))
    for each in (of_calls(table, content["machine"], hardware), of_gpus(hardware)):
        print(each.markdown())


def measure() -> dict[str, Any]:
    """Return what the suite writes of the verbs."""
    return {"machine": tables.machine(), "tables": [vars(precision.measure())]}


def of_calls(table: Table, machine: Mapping[str, Any], hardware: Sequence[Hardware]) -> Table:
    """Return what a thousand calls of each verb cost, in cents, on each machine without a GPU."""
    rented = [each for each in hardware if each.cores]
    rows = []
    for row in table.rows:
        milliseconds = float(row[table.columns.index(_column(str(row[0]), machine))])
        rows.append((*row[:2], milliseconds, *(f"{100 * each.cost(milliseconds):.2g}" for each in rented)))
    columns = *table.columns[:2], "ms of a core", *(each.name for each in rented)
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
