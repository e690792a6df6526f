"""Runs the checks of a plugin, and reports them: what ends, blocks or breaks a process fails one check, no more."""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from core import failures, registry
from core.contract import CHECKS, Check, apart, backends, outcome
from core.contract.apart import TIME_LIMIT
from core.contract.backends import loads_under_each_backend
from core.contract.outcome import Outcome
from core.contract.source import builds_page_without_keras, is_ready, page_job
from core.engines import isolated
from core.registry import Record

APART = (builds_page_without_keras, loads_under_each_backend)  # they have processes of their own
PRINTED_LINES = 5


class SupervisorError(RuntimeError):
    """The process that supervises the checks has ended: no plugin can do that."""


def report(name: str, time_limit: float = TIME_LIMIT) -> int:
    """Print the outcome of each check of a plugin; return 0 if it passes all, else 1.

    Args:
        name: the plugin's name, or the path of its folder.
        time_limit: seconds for one check.
    """
    record, start = registry.find(name), time.perf_counter()
    problems: dict[str, str] = {}
    notes: list[str] = []
    for found in run(record, time_limit):
        _print(found, is_known=found.cause in problems)
        if found.problem:
            problems.setdefault(found.cause, found.problem)
        notes += found.notes
    print("".join(f"note  {line}\n" for line in notes), end="")
    verdict = f"{len(problems)} to mend" if problems else "fulfills the contract"
    print(f"{record.name}: {verdict}, in {time.perf_counter() - start:.0f} s.")
    _remember(record, [*problems.values()])
    return 1 if problems else 0


def _print(found: Outcome, is_known: bool) -> None:
    """Print the outcome of a check; of a problem that was told before, only what it is in the way of."""
    if is_known:
        print(f"skip  {found.sentence} (as told above)", flush=True)
    elif not found.problem:
        print(f"pass  {found.sentence}", flush=True)
    else:
        printed = [f"it printed: {line}" for line in found.printed.splitlines()[-PRINTED_LINES:]]
        lines = [f"FAIL  {found.sentence}", *found.problem.splitlines(), *printed]
        print("\n      ".join(lines), flush=True)


def _remember(record: Record, problems: list[str]) -> None:
    """Let `list` know of the first problem of a plugin, or that there is none any more."""
    if problems:
        failures.note(record, failures.CHECK, problems[0])
    else:
        failures.forget(record)


def run(record: Record, time_limit: float = TIME_LIMIT) -> Iterator[Outcome]:
    """Yield the outcome of each check, those after the first one only of a plugin that is ready.

    Args:
        record: the plugin.
        time_limit: seconds for one check.
    """
    first = outcome.of(is_ready, record)
    yield first
    if first.problem:
        return
    with apart.begun([page_job(record), *backends.jobs(record)], time_limit), _supervised(record, time_limit) as pipes:
        for number, check in enumerate(CHECKS):
            if check is not is_ready:
                yield outcome.of(check, record) if check in APART else _ask(pipes, number)


@contextmanager
def _supervised(record: Record, time_limit: float) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Yield the pipes to and from a process that makes checks of a plugin in others: see `core.contract.supervisor`."""
    command = [sys.executable, "-m", "core.contract.supervisor", str(record.folder), str(time_limit)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=isolated.environment(), stdin=pipe, stdout=pipe) as process:
        pipes: Any = process.stdin, process.stdout
        try:
            yield pipes
        finally:
            pipes[0].close()  # it ends what it has started, and itself


def _ask(pipes: tuple[IO[bytes], IO[bytes]], number: int) -> Outcome:
    """Return the outcome of the check `CHECKS[number]`."""
    orders, answers = pipes
    try:
        orders.write(bytes([number]))
        orders.flush()
        found: Outcome = pickle.load(answers)
    except (EOFError, BrokenPipeError) as error:
        raise SupervisorError(f"no answer about {CHECKS[number].__name__}") from error
    return found


__all__ = ["Check", "Outcome", "report", "run"]
