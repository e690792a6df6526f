"""One training run: its folder `runs/<plugin>/<time>/`, its files, its lock."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from pydantic import TypeAdapter

from core.errors import UserError
from core.metadata import METADATA_FILE

RUNS = Path("runs")


AnyConfig = TypeVar("AnyConfig")


class RunError(UserError):
    """A run that cannot be started or resumed; the message says why."""


@dataclass(frozen=True)
class Run:
    """The folder `runs/<plugin>/<time>/` of one training."""

    folder: Path

    @classmethod
    def start(cls, plugin: str, config: Any, runs: Path | None = None) -> Run:
        """Return a new run of `plugin`, its `config` (a dataclass) written down for --resume."""
        folder = (runs or RUNS) / plugin / datetime.now().strftime("%Y-%m-%d_%H-%M-%S.%f")
        folder.mkdir(parents=True)
        run = cls(folder)
        run.config_file.write_bytes(TypeAdapter(type(config)).dump_json(config, indent=2))
        return run

    @property
    def config_file(self) -> Path:
        """The JSON of the `Config` that this run was started with."""
        return self.folder / "config.json"

    @property
    def history_file(self) -> Path:
        """One CSV row an epoch."""
        return self.folder / "history.csv"

    @property
    def checkpoint(self) -> Path:
        """Where the trained network is put at the end."""
        return self.folder / "checkpoint"

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return (self.checkpoint / METADATA_FILE).exists()

    def trains(self, checkpoint: str) -> bool:
        """Return whether this run's network is to become `checkpoint`."""
        return bool(json.loads(self.config_file.read_bytes()).get("checkpoint") == checkpoint)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from training in this run meanwhile. Raises RunError where one does already."""
        try:
            with FileLock(self.folder / "lock", timeout=0):
                yield
        except Timeout:
            raise RunError(f"{self.folder} is being trained by another process: wait for it, or stop it.") from None

    def discard_if_empty(self) -> None:
        """Remove the folder if no epoch came to its end: there is nothing to resume."""
        if not self.rows():
            shutil.rmtree(self.folder)

    def read_config(self, kind: type[AnyConfig]) -> AnyConfig:
        """Return the `Config`, of the plugin's own `kind`, that this run was started with."""
        return TypeAdapter(kind).validate_json(self.config_file.read_bytes())

    def seconds_so_far(self) -> float:
        """Return the time spent in all epochs up to now, interruptions not counted."""
        return sum(float(row["seconds"]) for row in self.rows())

    def rows(self) -> list[dict[str, str]]:
        """Return the history so far, a row an epoch."""
        if not self.history_file.exists():
            return []
        with self.history_file.open() as file:
            return list(csv.DictReader(file))


def find_run(plugin: str, finished: bool, checkpoint: str | None = None, runs: Path | None = None) -> Run | None:
    """Return the newest run of `plugin` that is, or is not, `finished`; where one is named, of that `checkpoint`."""
    for folder in sorted(((runs or RUNS) / plugin).glob("*"), reverse=True):
        run = Run(folder)
        if run.config_file.exists() and run.finished == finished and (checkpoint is None or run.trains(checkpoint)):
            return run
    return None


def read_snapshots(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays that `callbacks.Snapshots` wrote at `path`, by name."""
    with np.load(path) as stored:
        return dict(stored)
