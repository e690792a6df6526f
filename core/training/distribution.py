"""Training in several processes, on one machine or more: which they are, how they meet, who writes.

`core.training.data_parallel` is how they train together. Only the first one writes to the folder of the run, which the
others read when a run is resumed: they need the same disk. Documentation: https://keras.io/guides/distribution/
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.training import rendezvous
from core.training.runs import find_run

VARIABLES = {
    "processes": "DARKROOM_PROCESSES",
    "coordinator": "DARKROOM_COORDINATOR",
    "process_id": "DARKROOM_PROCESS_ID",
}
NEEDS_JAX = "--processes trains with JAX, which is not installed: pip install -r requirements-jax.txt"
OTHER_BACKEND = "--processes trains with JAX, but KERAS_BACKEND is {!r}: leave that out."
WRONG_ID = "--process-id is {}: use 0 to {}, another one for each process."
INCOMPLETE = "--processes goes with --coordinator HOST:PORT and --process-id: give all three, the first two alike."
WAITING = "Waiting for all {} processes at {}, for at most {:.0f} minutes."
SECONDS_PER_MINUTE = 60
ALONE = "{} are trained in one process: leave --processes, --coordinator and --process-id out."

_joined: Processes | None = None  # what this process trains with now


@dataclass(frozen=True)
class Processes:
    """The processes that train one network together.

    Attributes:
        count: how many.
        coordinator: host:port where the first one is reached.
        index: which one this is, from 0.
    """

    count: int
    coordinator: str
    index: int

    @property
    def writes(self) -> bool:
        """Whether this is the one that writes to the run's folder."""
        return self.index == 0


def parse(given: Mapping[str, Any]) -> Processes | None:
    """Return the processes that the flags name, or else the environment; None without either.

    Raises:
        UserError: if a part is missing or out of range.
    """
    values = {name: given.get(name) or os.environ.get(variable, "") for name, variable in VARIABLES.items()}
    if given.get("process_id") is not None:
        values["process_id"] = given["process_id"]
    if not any(str(value) for value in values.values()):
        return None
    try:
        count, index = int(values["processes"]), int(values["process_id"])
    except ValueError:
        raise UserError(INCOMPLETE) from None
    if not values["coordinator"] or count < 1:
        raise UserError(INCOMPLETE)
    if not 0 <= index < count:
        raise UserError(WRONG_ID.format(index, count - 1))
    return Processes(count, values["coordinator"], index)


@contextmanager
def joined(processes: Processes | None, plugin: str, resume: bool) -> Iterator[Path | None]:
    """Yield the folder of all runs for this process, None for the usual one, once all processes have come.

    Those that do not write get a temporary folder; to resume, with a copy of the newest interrupted run, made before
    the first process can change it. Keras must not have computed anything before. See `join` for the errors.

    Args:
        processes: those that train together; None for this one alone.
        plugin: the plugin's name.
        resume: whether an interrupted run is continued.
    """
    if processes is None:
        yield None
    elif processes.writes:
        join(processes)
        yield None
    else:
        with tempfile.TemporaryDirectory(prefix="darkroom-runs-") as temporary:
            interrupted = find_run(plugin, finished=False) if resume else None
            if interrupted:
                shutil.copytree(interrupted.folder, Path(temporary) / plugin / interrupted.folder.name)
            join(processes)
            yield Path(temporary)


def join(together: Processes) -> None:
    """Connect to the other processes, with which `data_parallel` trains from now on. Returns when all have come.

    Raises:
        UserError: without JAX, with another backend, or if the others cannot be reached.
    """
    if os.environ.setdefault("KERAS_BACKEND", "jax") != "jax":
        raise UserError(OTHER_BACKEND.format(os.environ["KERAS_BACKEND"]))
    if find_spec("jax") is None:
        raise UserError(NEEDS_JAX)
    minutes = rendezvous.PATIENCE / SECONDS_PER_MINUTE
    print(WAITING.format(together.count, together.coordinator, minutes), file=sys.stderr)
    if together.writes:
        rendezvous.gather(together.coordinator, together.count)
    else:
        rendezvous.come(together.coordinator, together.index)
    global _joined
    import keras

    try:
        keras.distribution.initialize(together.coordinator, together.count, together.index)
    except RuntimeError as error:
        raise UserError(rendezvous.NOT_REACHED.format(together.coordinator, error)) from None
    _joined = together


def processes() -> Processes | None:
    """Return the processes that train together; None if this one trains alone."""
    return _joined


def refuse(what: str) -> None:
    """Raise UserError if several processes have come to train what one process computes alone.

    Args:
        what: what is trained, such as "principal components".
    """
    if _joined is not None:
        raise UserError(ALONE.format(what))
