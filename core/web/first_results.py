"""First results of a page: computes and stores what its handlers return for their first settings, and shows that.

`Page.bind` calls `show` for each handler whose result a page opens with. `compute`, which runs behind
`python -m core first-results NAME`, builds the page, calls the same handlers and stores their results.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import GeneratorType
from typing import Any

import gradio as gr
from gradio_client.utils import is_file_obj_with_meta, traverse

from core import first_results, kinds, verbs, weights
from core.engine import Call, Engine
from core.errors import UserError
from core.files import sha256_of
from core.first_results import FirstResult, FirstResultsError
from core.plugin import Plugin
from core.progress import Steps, finish
from core.registry import Record
from core.web import stored_values
from core.web.stored_values import StoredFiles, to_json

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class FirstCall:
    """A handler whose result for the first settings a page opens with.

    Attributes:
        handler: see `core.web.page`.
        inputs: the components whose values it gets.
        outputs: the components whose values it returns.
    """

    handler: Callable[..., Any]
    inputs: Sequence[Any]
    outputs: Sequence[Any]

    @property
    def name(self) -> str:
        """The handler's name."""
        return self.handler.__name__

    def run(self, plugin: Plugin) -> tuple[Any, ...]:
        """Return the result for the first settings. Raises UserError where the handler returns none for them."""
        outcome = self.handler(plugin, *map(_first_value, self.inputs))
        outcome = finish(outcome) if isinstance(outcome, GeneratorType) else outcome
        if outcome is None:
            raise UserError(f"{self.name} returns nothing for its first settings: give its inputs a value.")
        return tuple(outcome)


_RECORDED: ContextVar[list[FirstCall] | None] = ContextVar("recorded first calls", default=None)


@contextmanager
def recorded() -> Iterator[list[FirstCall]]:
    """Yield a list to which each first call of the pages built in the block is added; none of them shows a result."""
    calls: list[FirstCall] = []
    token = _RECORDED.set(calls)
    try:
        yield calls
    finally:
        _RECORDED.reset(token)


def show(plugin: Plugin, call: FirstCall, opened: Any) -> Any:
    """Give the outputs of `call` their stored values, and return the event at which it still has to run.

    Args:
        plugin: the plugin.
        call: the handler, its inputs and outputs.
        opened: the event that opens the tab.

    Returns:
        An event that fires once the tab is opened if a link has set other values than the first ones; `opened` itself
        where nothing was stored, or where weights or first values are others than the result was computed with.
    """
    calls = _RECORDED.get()
    if calls is not None:
        calls.append(call)
        return opened
    if not _show_stored(plugin, call):
        return opened
    runs, first = gr.State(0), list(map(_first_value, call.inputs))
    opened(
        lambda count, *values: gr.skip() if kinds.is_equal(list(values), first) else count + 1,
        [runs, *call.inputs],
        runs,
        show_progress="hidden",
        api_visibility="private",
    )
    return runs.change


def _show_stored(plugin: Plugin, call: FirstCall) -> bool:
    """Give the outputs of `call` their stored values, and return whether there are some that fit."""
    try:
        stored = find_stored(plugin, call)
    except FirstResultsError as error:
        LOGGER.error("%s: %s", plugin.name, error)
        return False
    if stored is None:
        return False
    folder = first_results.folder_of(plugin.record)
    for component, properties in zip(call.outputs, stored.outputs, strict=True):
        for name, value in properties.items():
            setattr(component, name, stored_values.load(component, value, folder) if name == "value" else value)
    return True


def find_stored(plugin: Plugin, call: FirstCall) -> FirstResult | None:
    """Return the stored result of `call`, or None where there is none that fits."""
    stored = first_results.read(plugin.record).get(call.name)
    return stored if stored is not None and fits(plugin, call, stored) else None


def fits(plugin: Plugin, call: FirstCall, stored: FirstResult) -> bool:
    """Return whether a stored result is complete, and that of `call` with the weights that the plugin's engine uses."""
    same_page = stored.inputs == _settings(call) and len(stored.outputs) == len(call.outputs)
    unfit = first_results.find_missing(plugin.record, stored) or first_results.find_outdated(
        plugin.record, stored, plugin.engine.options
    )
    return same_page and not unfit


def compute(record: Record, engine: Engine, only: str | None = None) -> list[Path]:
    """Compute and store the first results of a plugin's page, in place of those that were stored.

    Args:
        record: the plugin.
        engine: what runs its verbs.
        only: the handler whose result is computed; None computes all.

    Returns:
        The files that were written.

    Raises:
        UserError: if the page has no handler whose result it opens with.
    """
    with recorded() as calls:
        verbs.import_module_of(record, "interface").build_interface(Plugin(record, engine))
    if not calls:
        raise UserError(f"no tab of {record.name} opens with a result: give Page.bind the event `opened`.")
    chosen = [call for call in calls if only in (None, call.name)]
    if not chosen:
        raise UserError(
            f"no tab opens with a result of {only!r}: name one of {', '.join(call.name for call in calls)}."
        )
    folder = first_results.folder_of(record)
    stored = first_results.read(record) if only else {}
    folder.mkdir(exist_ok=True)
    results = stored | {call.name: _compute(record, engine, call) for call in chosen}
    first_results.write(record, results)
    kept = {first_results.FILE}.union(*(result.files for result in results.values()))
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()
    return sorted(folder.iterdir())


def _compute(record: Record, engine: Engine, call: FirstCall) -> FirstResult:
    """Return the result of `call`; its files are written into the plugin's folder."""
    watched = _WatchedEngine(engine)
    outcome = call.run(Plugin(record, watched))
    files = StoredFiles(first_results.folder_of(record), call.name)
    outputs = [files.store(*pair) for pair in zip(call.outputs, outcome, strict=True)]
    used = {name: weights.digest(record, name, engine.options) for name in sorted(watched.checkpoints)}
    if missing := [name for name, digest in used.items() if digest is None]:
        raise UserError(f"the weights of {missing[0]} are not on this machine: python -m core pull {record.name}")
    return FirstResult({name: digest or "" for name, digest in used.items()}, _settings(call), outputs)


class _WatchedEngine:
    """Passes calls on to another engine, and notes which checkpoints they use."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.options = engine, engine.options
        self.checkpoints: set[str] = set()

    def stream(self, call: Call) -> Steps[Any]:
        """Yield the progress of `call`, then return its result."""
        call = call.with_checkpoint()
        self.checkpoints.add(call.checkpoint or "")
        return (yield from self.engine.stream(call))

    def describe(self, record: Record, checkpoint: str | None = None) -> str:
        """Return the device and the source of the weights."""
        return self.engine.describe(record, checkpoint)

    def place(self, record: Record) -> str:
        """Return where the networks of a plugin run."""
        return self.engine.place(record)

    def capacity(self, record: Record) -> int:
        """Return how many calls, made at once, keep the other engine busy."""
        return self.engine.capacity(record)

    def close(self) -> None:
        """End the other engine."""
        self.engine.close()


def _first_value(component: Any) -> Any:
    """Return the value that a handler gets of an input component that nobody has touched."""
    value, model = component.value, getattr(component, "data_model", None)
    if value is None or isinstance(component, gr.State):
        return value
    return component.preprocess(model.model_validate(value) if model else value)


def _settings(call: FirstCall) -> list[Any]:
    """Return the first values of the inputs of `call`, as JSON; of a file its sha256."""

    def digest(file: dict[str, Any]) -> str:
        return sha256_of(Path(file["path"]))

    return [traverse(to_json(each.value), digest, is_file_obj_with_meta) for each in call.inputs]
