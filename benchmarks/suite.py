"""All that is measured without data sets and peers, in a few minutes: `make bench`.

python -m benchmarks.suite [--out runs/bench] [--only NAME …]

Each benchmark runs in a process of its own, one after the other. Prints the tables, and writes them to suite.md and
suite.json in the folder of the results.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks import first_page, machine_rate, memory, overhead, precision, tables, training, whole_picture
from benchmarks.tables import Table

BENCHMARKS: dict[str, Callable[[], Table]] = {
    "machine_rate": machine_rate.measure,
    "precision": precision.measure,
    "whole_picture": whole_picture.measure,
    "first_page": first_page.measure,
    "overhead": overhead.measure,
    "memory": memory.measure,
    "training": training.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/bench"), help="folder of the results")
    parser.add_argument("--only", nargs="*", choices=list(BENCHMARKS), default=list(BENCHMARKS), metavar="NAME")
    options = parser.parse_args()
    began = time.perf_counter()
    measured = []
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        for name in options.only:
            table = processes.submit(BENCHMARKS[name]).result()
            print(table.markdown(), flush=True)
            measured.append(table)
    tables.write(options.out / "suite.json", measured)
    lines = [f"- {name}: {value}" for name, value in tables.machine().items()]
    text = "\n".join([*lines, *(table.markdown() for table in measured)])
    (options.out / "suite.md").write_text(text + "\n")
    print(f"\n{time.perf_counter() - began:.0f} s; written to {options.out}/suite.md and suite.json")


if __name__ == "__main__":
    main()
