"""Runs the checks in a process of its own: a plugin that ends, blocks or breaks it fails a check, and no more."""

from __future__ import annotations

import faulthandler
import inspect
import multiprocessing
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, NoReturn, TextIO

from core import failures, registry
from core.contract import CHECKS, Check, apart, backends
from core.contract.breach import take_notes
from core.contract.source import is_ready, page_job
from core.engines.isolated import describe_status
from core.registry import Record
from core.tracebacks import describe, last_place

TIME_LIMIT = 120.0  # seconds for one check
LEAVES_NO_THREAD = "No thread goes on when all is done"
THREAD_LEFT = "{} goes on: make it a daemon thread, or end it"
ENDED = "the process ended with {}{}: the plugin must not end it (os._exit, a crash)"
BLOCKED = "it took longer than {:.0f} s{}: end the loop, or yield Progress"
INSIDE = ", last seen in {}"
LEADING_PLACE = re.compile(r"^([\w/]+\.py:\d+: )+")
LAST_ERROR = re.compile(r".*\b\w+(Error|Exception|Exit|Interrupt): ")  # "model.py cannot be imported: SyntaxError: "


class Outcome(NamedTuple):
    """What a check found: its sentence, what is wrong, empty if it passed, and notes about the plugin."""

    sentence: str
    problem: str
    notes: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """The problem without where it was met: an error in model.py is met by whatever imports that."""
        return "\n".join(LAST_ERROR.sub("", LEADING_PLACE.sub("", line, count=1)) for line in self.problem.splitlines())


def report(name: str, time_limit: float = TIME_LIMIT) -> int:
    """Print the outcome of each check of a plugin; return 0 if it passes all, else 1.

    Args:
        name: the plugin's name, or the path of its folder.
        time_limit: seconds for one check.
    """
    record, start = registry.find(name), time.perf_counter()
    problems: dict[str, str] = {}
    notes: list[str] = []
    for outcome in run(record, time_limit):
        _print(outcome, is_known=outcome.cause in problems)
        if outcome.problem:
            problems.setdefault(outcome.cause, outcome.problem)
        notes += outcome.notes
    print("".join(f"note  {line}\n" for line in notes), end="")
    verdict = f"{len(problems)} to mend" if problems else "fulfills the contract"
    print(f"{record.name}: {verdict}, in {time.perf_counter() - start:.0f} s.")
    _remember(record, [*problems.values()])
    return 1 if problems else 0


def _print(outcome: Outcome, is_known: bool) -> None:
    """Print the outcome of a check; of a problem that was told before, only what it is in the way of."""
    indented = outcome.problem.replace("\n", "\n      ")
    if is_known:
        print(f"skip  {outcome.sentence} (as told above)")
    else:
        print(f"FAIL  {outcome.sentence}\n      {indented}" if indented else f"pass  {outcome.sentence}", flush=True)


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
    first = _try(is_ready, record)
    yield first
    done = 1
    fatal = ""  # what ended or blocked the process of the check before
    while done < len(CHECKS) + 1 and not first.problem:
        outcome = first
        for outcome in _run_from(done, record, time_limit):
            yield outcome
            done += 1
        if fatal and outcome.problem == fatal:  # the others would end it too
            yield from (Outcome(sentence, fatal) for sentence in SENTENCES[done:])
            return
        fatal = outcome.problem


def describe_check(check: Check) -> str:
    """Return the first line of the docstring of `check`: a sentence that says what it checks."""
    return (inspect.getdoc(check) or check.__name__).splitlines()[0]


SENTENCES = [*map(describe_check, CHECKS), LEAVES_NO_THREAD]


def _run_from(start: int, record: Record, time_limit: float) -> Iterator[Outcome]:
    """Yield the outcomes of the checks from `start` on, until all are done or one has ended or blocked the process."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(start, record.folder, theirs, trace, time_limit), daemon=True
        )
        process.start()
        theirs.close()
        try:
            for sentence in SENTENCES[start:]:
                if not ours.poll(time_limit + 5):
                    yield Outcome(sentence, BLOCKED.format(time_limit, _last_seen(trace, record.folder)))
                    return
                yield ours.recv()
        except EOFError:
            process.join()
            status = describe_status(process.exitcode or 0)
            yield Outcome(sentence, ENDED.format(status, _last_seen(trace, record.folder)))
        finally:
            process.kill()
            process.join()


def _work(start: int, folder: Path, connection: Connection, trace: Path, time_limit: float) -> None:
    """Send the outcomes of the checks from `start` on, and write where the plugin is when one takes too long."""
    from core.networks import backend

    backend.start()
    apart.end_with_parent()
    record = registry.find(str(folder))
    if start == 1:
        apart.begin([page_job(record), *backends.jobs(record)])
    with trace.open("w", encoding="utf-8") as file:
        _note_end(file)
        for check in CHECKS[start:]:
            faulthandler.dump_traceback_later(time_limit, file=file)
            connection.send(_try(check, record))
            faulthandler.cancel_dump_traceback_later()
    left = [each.name for each in threading.enumerate() if not each.daemon and each is not threading.main_thread()]
    connection.send(Outcome(LEAVES_NO_THREAD, THREAD_LEFT.format(", ".join(left)) if left else ""))


def _note_end(file: TextIO) -> None:
    """From now on, write to `file` where the plugin is when it ends the process: by a crash, or by os._exit."""
    end = os._exit

    def note(status: int) -> NoReturn:
        faulthandler.dump_traceback(file, all_threads=False)
        end(status)

    faulthandler.enable(file, all_threads=False)
    os._exit = note


def _try(check: Check, record: Record) -> Outcome:
    try:
        check(record)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return Outcome(describe_check(check), describe(error, record.folder), take_notes())
    return Outcome(describe_check(check), "", take_notes())


def _last_seen(trace: Path, folder: Path) -> str:
    """Return the innermost line of the plugin in a traceback that `faulthandler` wrote, in words."""
    written = trace.read_text(encoding="utf-8") if trace.exists() else ""
    place = last_place(written, folder, innermost_first=True)
    return INSIDE.format(place) if place else ""
