"""Checks that run a plugin: its verbs on small inputs, its training for two steps, its tabs' first calls."""

from __future__ import annotations

import dataclasses
import inspect
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, redirect_stdout, suppress
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import kinds, verbs
from core.contract import costs, samples, written
from core.contract.breach import ContractError, note, require, require_none
from core.contract.loaded import plugin_of
from core.contract.offline import NetworkError, without_network
from core.errors import UserError
from core.plugin import Plugin
from core.progress import Progress
from core.registry import Record
from core.tracebacks import describe, place_of

LONGEST_TRIAL = 5.0  # seconds, after which a verb that yields its progress is canceled
LONGEST_VERB = 12.0  # seconds of all trials of a verb, after which each is canceled at its first step
PARTS = "model", "train", "interface"
IMPORTED = "importing it takes {} more than the suite"
LONGEST_PAUSE = 15.0  # seconds between two steps: nobody wants to wait longer for Cancel, or for the device
LARGE_TRIAL = 3.0  # seconds, after which a verb on a large input is canceled at its next step
REFUSED = object()  # what a verb "returns" that refuses its input with a UserError
NEVER_RUN = "warning: {} refuses all samples, so it was not tried: put a file that it takes into examples/"
PAUSES = "goes on for {:.0f} s without a pause: yield Progress after each part of the work, as tiling.apply does"
EPOCHS, FEW = 2, 10  # epochs of a trial training, of one step each; examples that are scored


def runs_verbs(record: Record) -> None:
    """Each verb accepts small inputs of every form of its kinds, or refuses them with a UserError."""
    plugin = plugin_of(record)
    require_none(filter(None, (_fault_of(plugin, *each) for each in verbs.list_verbs(record).items())))


def yields_often(record: Record) -> None:
    """A verb that goes on for long can be canceled: it yields often, on a large input too."""
    plugin, problems = plugin_of(record), []
    for name, function in verbs.list_verbs(record).items():
        values = samples.large(function)
        if values is not None and (pause := _longest_pause(plugin, name, values)) > LONGEST_PAUSE:
            words = f"{place_of(function, record.folder)}{samples.describe(name, values)}"
            problems.append(f"{words} {PAUSES.format(pause)}")
    require_none(problems)


def _longest_pause(plugin: Plugin, name: str, values: list[Any]) -> float:
    """Return the longest time between two steps of a verb in seconds: those before it is canceled."""
    longest, start = 0.0, _now()
    steps, last = plugin.stream(name, *values), start
    with closing(steps), without_network(), suppress(StopIteration, UserError):
        while last[0] - start[0] < LARGE_TRIAL:
            next(steps)
            longest, last = max(longest, _seconds_since(last)), _now()
        return longest
    return max(longest, _seconds_since(last))


def _seconds_since(before: tuple[float, float]) -> float:
    """Return the seconds since `_now` was `before`, by the clock that has run less."""
    return min(now - then for now, then in zip(_now(), before, strict=True))


def _now() -> tuple[float, float]:
    """Return the time, and that of the processor: other work on the machine lengthens only the first."""
    return time.perf_counter(), time.process_time()


def repeats_with_seed(record: Record) -> None:
    """A verb that takes a seed returns the same for the same seed."""
    plugin, problems = plugin_of(record), []
    for name, function in verbs.list_verbs(record).items():
        values = next(samples.of(function), None)
        if values is None or "seed" not in inspect.signature(function).parameters:
            continue
        first, second = (_try_verb(plugin, name, values, seed=1) for _ in range(2))
        if not kinds.is_equal(first, second):
            place = place_of(function, record.folder)
            problems.append(f"{place}{name} returns different results for the same seed: use it everywhere")
    require_none(problems)


def trains(record: Record) -> None:
    """Training runs for two steps, goes on after a kill, and returns scores, where it finds its data."""
    from core.training.runs import Run

    module = verbs.import_module_of(record, "train")
    short = {"epochs": EPOCHS, "steps": 1, "backup_minutes": 0.0}
    known = {field.name for field in dataclasses.fields(module.Config)}
    config = module.Config(**{name: value for name, value in short.items() if name in known})
    with tempfile.TemporaryDirectory() as folder:
        try:
            with without_network(), redirect_stdout(StringIO()):
                with suppress(_KilledError), _killed_after_an_epoch():
                    module.train(config, Run(Path(folder)))
                scores = module.train(config, Run(Path(folder)))
        except (UserError, NetworkError):
            return  # its data is not here
        require(isinstance(scores, dict) and scores, f"train returns {scores!r}: return the scores on held-out data")


class _KilledError(BaseException):
    pass


@contextmanager
def _killed_after_an_epoch() -> Iterator[None]:
    """Raise _KilledError once a training has written its first backup inside the `with` block."""
    from core.training.callbacks import Backup

    save = Backup.on_epoch_end

    def end(self: Backup, epoch: int, logs: dict[str, float] | None = None) -> None:
        save(self, epoch, logs)
        raise _KilledError

    Backup.on_epoch_end = end  # type: ignore[method-assign]
    try:
        yield
    finally:
        Backup.on_epoch_end = save  # type: ignore[method-assign]


def evaluates(record: Record) -> None:
    """Scoring a few examples, where `evaluate` makes its data and takes a `count`, returns finite scores."""
    evaluate = verbs.import_module_of(record, "train").evaluate
    parameters = list(inspect.signature(evaluate).parameters.values())[1:]
    needs_data = any(parameter.default is parameter.empty for parameter in parameters)
    if needs_data or "count" not in [parameter.name for parameter in parameters]:
        return  # it may take hours
    try:
        with without_network():
            scores = evaluate(plugin_of(record), count=FEW).scores
    except (UserError, NetworkError):
        return
    wrong = [name for name, score in scores.items() if not np.isfinite(score)]
    require(scores and not wrong, f"evaluate returns {scores or 'no scores'}: {', '.join(wrong)} is not finite")


def opens_tabs(record: Record) -> None:
    """Each tab that opens with a result computes as many values as it has outputs."""
    from core.web import building, first_results, handlers

    plugin = plugin_of(record)
    with first_results.recorded() as calls, building.launch_refused():
        verbs.import_module_of(record, "interface").build_interface(plugin)
    for call in calls:
        if first_results.find_stored(plugin, call) is None:
            handlers.check_outputs(call.handler, call.run(plugin), len(call.outputs))


def changes_no_globals(record: Record) -> None:
    """Importing the plugin changes no setting and no name of Keras, Gradio or NumPy: other plugins share them."""
    costs.import_suite()  # what is not loaded is not compared
    imports = {part: costs.measure(partial(verbs.import_module_of, record, part)) for part in PARTS}
    note(IMPORTED.format(costs.total([*imports.values()])))
    for part, cost in imports.items():
        if cost.is_much:
            note(costs.TOO_MUCH.format(part, cost))


def _fault_of(plugin: Plugin, name: str, function: Callable[..., Any]) -> str:
    """Return what is wrong with a verb, on the first of its samples that it fails on; empty if nothing is."""
    end = time.monotonic() + LONGEST_VERB
    try:
        tried = [_try_verb(plugin, name, values, end) for values in samples.of(function)]
        if tried and all(outcome is REFUSED for outcome in tried):  # it asks for more, such as columns of some names
            tried = [_try_verb(plugin, name, values, end) for values in samples.examples(function, plugin.record)]
            if all(outcome is REFUSED for outcome in tried):
                note(NEVER_RUN.format(name))
    except ContractError as error:
        return str(error)
    return ""


def _try_verb(plugin: Plugin, name: str, values: list[Any], end: float = math.inf, **settings: Any) -> Any:
    """Return the result of a verb; REFUSED where it refuses the values, None where it goes on for long: it is canceled.

    Raises:
        ContractError: if it raises another error, yields anything but Progress, or its result is not finite, or cannot
            be written to a file and read again.
    """
    words = samples.describe(name, values)
    try:
        with without_network():
            deadline = min(end, time.monotonic() + LONGEST_TRIAL)
            result = _run_until(plugin.stream(name, *values, **settings), deadline)
    except ContractError as error:
        raise ContractError(f"{words}: {error}") from None
    except UserError:
        return REFUSED
    except Exception as error:
        raise ContractError(f"{words} fails at {describe(error, plugin.record.folder)}") from error
    function = verbs.find_verb(plugin.record, name)
    place = place_of(function, plugin.record.folder)
    require(all(map(_is_finite, _arrays(result))), f"{place}{words} returns NaN or infinity")
    if result is not None:
        written.check(result, function, f"{place}{words}", plugin.record.folder)
    return result


def _arrays(value: Any) -> Iterator[NDArray[Any]]:
    """Yield the arrays in a result: also those in tuples and in what a kind holds, such as a sound's samples."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple | list):
        yield from (array for each in value for array in _arrays(each))
    elif dataclasses.is_dataclass(value):
        yield from _arrays(list(vars(value).values()))


def _is_finite(array: NDArray[Any]) -> bool:
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def _run_until(steps: Any, deadline: float) -> Any:
    """Return the result of `steps`, or None if it is not there at the first step after the deadline."""
    try:
        while True:
            progress = next(steps)
            require(isinstance(progress, Progress), f"it yields {progress!r}: yield Progress(done, total)")
            if time.monotonic() >= deadline:
                return None
    except StopIteration as end:
        return end.value
    finally:
        steps.close()
