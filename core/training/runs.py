"""The folder of one training run, `runs/<plugin>/<time>/`: its files and its lock."""

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
    """A run that cannot be started, resumed or finished; the message says why."""


@dataclass(frozen=True)
class Run:
    """The folder `runs/<plugin>/<time>/` of one training."""

    folder: Path

    @classmethod
    def start(cls, plugin: str, config: Any, runs: Path | None = None) -> Run:
        """Create the folder of a new run, and save its settings in it for --resume.

        Args:
            plugin: name of the plugin.
            config: the settings, a dataclass.
            runs: folder of all runs; None: `runs` in the working directory.
        """
        folder = (runs or RUNS) / plugin / datetime.now().strftime("%Y-%m-%d_%H-%M-%S.%f")
        folder.mkdir(parents=True)
        run = cls(folder)
        run.config_file.write_bytes(TypeAdapter(type(config)).dump_json(config, indent=2))
        return run

    @property
    def config_file(self) -> Path:
        """The settings that the run was started with, as JSON."""
        return self.folder / "config.json"

    @property
    def history_file(self) -> Path:
        """The metrics of each epoch, as CSV."""
        return self.folder / "history.csv"

    @property
    def checkpoint(self) -> Path:
        """The folder of the trained network, written at the end."""
        return self.folder / "checkpoint"

    @property
    def finished(self) -> bool:
        """Whether the run has written its checkpoint."""
        return (self.checkpoint / METADATA_FILE).exists()

    def trains(self, checkpoint: str) -> bool:
        """Return whether the run trains the plugin's checkpoint of this name."""
        return bool(json.loads(self.config_file.read_bytes()).get("checkpoint") == checkpoint)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock, so that no other process trains in its folder.

        Raises:
            RunError: if another process holds it.
        """
        try:
            with FileLock(self.folder / "lock", timeout=0):
                yield
        except Timeout:
            raise RunError(f"{self.folder} is being trained by another process: wait for it, or stop it.") from None

    def discard_if_empty(self) -> None:
        """Remove the folder if no epoch was completed, so that there is nothing to resume."""
        if not self.rows():
            shutil.rmtree(self.folder)

    def read_config(self, kind: type[AnyConfig]) -> AnyConfig:
        """Return the settings that the run was started with, as an instance of the dataclass `kind`."""
        return TypeAdapter(kind).validate_json(self.config_file.read_bytes())

    def seconds_so_far(self) -> float:
        """Return the duration of all completed epochs in seconds, without interruptions."""
        return sum(float(row["seconds"]) for row in self.rows())

    def rows(self) -> list[dict[str, str]]:
        """Return the metrics of each completed epoch."""
        if not self.history_file.exists():
            return []
        with self.history_file.open() as file:
            return list(csv.DictReader(file))


def find_runs(plugin: str, finished: bool, checkpoint: str | None = None, runs: Path | None = None) -> Iterator[Run]:
    """Yield the runs of `plugin`, the newest first; see `find_run`."""
    for folder in sorted(((runs or RUNS) / plugin).glob("*"), reverse=True):
        run = Run(folder)
        if run.config_file.exists() and run.finished == finished and (checkpoint is None or run.trains(checkpoint)):
            yield run


def find_run(plugin: str, finished: bool, checkpoint: str | None = None, runs: Path | None = None) -> Run | None:
    """Return the newest run of `plugin`, or None.

    Args:
        plugin: name of the plugin.
        finished: whether to look among finished runs or among interrupted ones.
        checkpoint: if given, only runs that train the checkpoint of this name are considered.
        runs: folder of all runs; None: `runs` in the working directory.
    """
    return next(find_runs(plugin, finished, checkpoint, runs), None)


def read_snapshots(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays in a file that `core.training.callbacks.Snapshots` wrote, by name.

    It is defined here, and not in `callbacks`, because pages read snapshots and must not import Keras.
    """
    with np.load(path) as stored:
        return dict(stored)
