"""The command `run`: a verb, or a chain of them, on files, on the files of a folder, or on standard streams."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core import kinds, registry, verbs
from core.cli import files, flags, folders, streams
from core.cli.folders import Batch
from core.errors import UserError
from core.kinds import Kind, Sources
from core.plugin import Plugin
from core.progress import Progress, Steps, finish
from core.registry import Record, State

THEN = "--then"
WRITE_THEN = "--then needs PLUGIN:VERB after it: the plugin and the verb that the result goes on to."


@dataclass(frozen=True)
class Link:
    """One verb of a chain, before its flags are parsed.

    Attributes:
        record: the plugin.
        verb: the verb's name.
        arguments: its files and flags.
    """

    record: Record
    verb: str
    arguments: list[str]

    @property
    def function(self) -> Callable[..., Any]:
        """The verb."""
        return verbs.find_verb(self.record, self.verb)

    @property
    def results(self) -> dict[str, Kind]:
        """The kinds of what is written of its result."""
        return kinds.result_kinds(self.function)

    def parse(self, before: Link | None, out: bool) -> Step:
        """Return it with its flags.

        Args:
            before: the link whose result it is given.
            out: whether it names an output file.

        Raises:
            UserError: if it cannot be given the result of `before`.
        """
        inputs, settings = kinds.split_parameters(self.function)
        taken = next((name for name, kind in inputs.items() if before and kind in before.results.values()), None)
        if before and taken is None:
            made = ", ".join(kind.name for kind in before.results.values()) or "nothing that is a file"
            raise UserError(f"{self.verb} of {self.record.name} cannot go on with what {before.verb} makes: {made}.")
        inputs = {name: kind for name, kind in inputs.items() if name != taken}
        command = f"python -m core run {self.record.name} {self.verb}"
        parsed = flags.parse(flags.make(self.function, list(inputs), settings, out), self.arguments, command)
        return Step(self, inputs, settings, taken, parsed, parsed.run_options.plugin(self.record))


@dataclass(frozen=True)
class Step:
    """A link with its flags.

    Attributes:
        link: the link.
        inputs: the kinds of the files that it is given by name.
        settings: the types of its other parameters.
        taken: the parameter that gets the result of the link before; None in the first one.
        flags: the values of files and flags.
        plugin: what runs the verb; it loads each network once.
    """

    link: Link
    inputs: Mapping[str, Kind]
    settings: Mapping[str, Any]
    taken: str | None
    flags: Any
    plugin: Plugin

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that it is given by name."""
        return tuple(getattr(self.flags, name) for name in self.inputs)

    def run(self, paths: Sequence[Path], given: Any, label: str) -> Any:
        """Return the result of the verb, with a progress bar that is called `label`.

        Args:
            paths: its files.
            given: the value of the parameter `taken`.
            label: what the bar is called.
        """
        loaded = {name: files.load(path, kind) for (name, kind), path in zip(self.inputs.items(), paths, strict=True)}
        loaded |= {self.taken: given} if self.taken else {}
        required, _ = kinds.split_parameters(self.link.function)
        values = tuple(loaded[name] for name in required)
        converted = {name: files.convert(getattr(self.flags, name), kind) for name, kind in self.settings.items()}
        chosen = self.plugin.checkpoint or verbs.choose_checkpoint(self.link.record, self.link.verb, values, converted)
        steps = self.plugin.stream(self.link.verb, *values, checkpoint=chosen, **converted)
        result = _with_progress_bar(steps, label)
        if chosen != self.plugin.checkpoint:
            print(f"{label}: network chosen for it: {chosen} (--checkpoint names another)", file=sys.stderr)
        return result


def run(record: Record, verb: str, arguments: list[str]) -> int:
    """Run `verb`, and those after each `--then`, on the files and flags in `arguments`; write and print the result.

    Returns:
        1 if a file of a folder could not be worked on, else 0.
    """
    links = list(_split(record, verb, arguments))
    results = links[-1].results
    steps = [link.parse(links[i - 1] if i else None, out=not i and bool(results)) for i, link in enumerate(links)]
    paths, out = steps[0].paths, getattr(steps[0].flags, "out", None)
    work = partial(_run_chain, steps, results)
    if out is not None and paths and paths[0].is_dir():
        return folders.run_each(paths, out, next(iter(steps[0].inputs.values())), results, _make_batch(steps, work))
    with streams.as_files(paths, out, list(steps[0].inputs.values()), results) as (real_paths, real_out):
        if real_out:
            files.check_output(real_out, results)
        for line in work(real_paths, real_out, verb):
            print(line)
    return 0


def _make_batch(steps: Sequence[Step], work: folders.Work) -> Batch:
    """Return how a chain is run on the files of a folder: as many at once as keep the engines of its verbs busy."""

    def cancel() -> None:
        for step in steps:
            step.plugin.engine.close()

    return Batch(work, max(step.plugin.engine.capacity(step.link.record) for step in steps), cancel)


def _split(record: Record, verb: str, arguments: list[str]) -> list[Link]:
    """Return the links of a chain: the first one, then one for each `--then PLUGIN:VERB` in `arguments`."""
    if THEN not in arguments:
        return [Link(record, verb, arguments)]
    i = arguments.index(THEN)
    named, *rest = arguments[i + 1 :] or [""]
    plugin, _, next_verb = named.partition(":")
    if not plugin or not next_verb:
        raise UserError(WRITE_THEN)
    found = registry.find(plugin)
    if found.state is not State.READY:
        raise UserError(f"{plugin} cannot run, it is {found.state}: {found.reason}.")
    return [Link(record, verb, arguments[:i]), *_split(found, next_verb, rest)]


def _run_chain(
    steps: Sequence[Step], results: Mapping[str, Kind], paths: Sequence[Path], out: Path | None, label: str
) -> list[str]:
    """Run the verbs one after the other, in full precision; write the last result to `out`, and return the rest."""
    made: Any = None
    for before, step in zip([None, *steps], steps, strict=False):
        given = files.hand_on(made, before.link.results, _kind_of(step)) if before else None
        made = step.run(step.paths if before else paths, given, label if not before else step.link.verb)
    named = (*paths, *(path for step in steps[1:] for path in step.paths))
    options = getattr(steps[0].flags, "output_options", None)
    return files.write(made, results, out, Sources(named, keep_metadata=not (options and options.strip_metadata)))


def _kind_of(step: Step) -> Kind:
    """Return the kind of what a step is given by the one before it."""
    required, _ = kinds.split_parameters(step.link.function)
    return required[step.taken or ""]


def _with_progress_bar(steps: Steps[Any], label: str) -> Any:
    """Return the result of `steps`, with a progress bar on standard error if that is a terminal."""
    with tqdm(desc=label, disable=None, leave=False) as bar:

        def update(progress: Progress) -> None:
            bar.total, bar.n = progress.total, progress.done
            bar.refresh()

        return finish(steps, update)
