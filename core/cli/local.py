"""The commands that run a plugin's code here: run, train, evaluate. Flags come from the signatures of its functions."""

from __future__ import annotations

import inspect
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, is_dataclass, make_dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from tqdm import tqdm

from core import engine, kinds, verbs
from core.cli import files
from core.errors import UserError
from core.kinds import Sources
from core.manifest import Precision
from core.networks import device
from core.plugin import Plugin
from core.progress import Progress, Steps, finish
from core.registry import Record
from core.training import runs
from core.training.runs import Run
from core.weights import WeightsOptions, find_misfit, parse_override

FILE_HELP = {"out": "the file to write"}  # the other files are parameters, documented by the docstring


@dataclass(frozen=True)
class OutputOptions:
    """How what comes out is written."""

    strip_metadata: bool = False
    """Leave out the EXIF data of the first file (date, camera, place), which the result keeps otherwise."""


@dataclass(frozen=True)
class RunOptions:
    """Which weights are used, and how they run."""

    checkpoint: str | None = None
    """Which of the plugin's checkpoints; its default one if left out."""
    weights: str | None = None
    """Folder of a checkpoint to use instead, or owner/name@revision on the Hub."""
    local: bool = False
    """Use the newest finished run below runs/."""
    precision: Precision | None = None
    """What networks compute in, instead of the plugin's own choice."""

    def plugin(self, record: Record) -> Plugin:
        """Return the plugin with an engine that uses these weights."""
        checkpoint = verbs.find_checkpoint(record, self.checkpoint) if self.checkpoint or self.weights else None
        overrides = {f"{record.name}/{checkpoint}": parse_override(self.weights)} if self.weights else {}
        return Plugin(record, engine.LocalEngine(WeightsOptions(overrides, self.local), self.precision), checkpoint)


def list_verbs(record: Record) -> int:
    """Print the name and the summary of each verb of a plugin."""
    known = verbs.list_verbs(record)
    width = max(map(len, known), default=0)
    for name, function in known.items():
        summary, *_ = (inspect.getdoc(function) or "").split("\n")
        print(f"{name:{width}}  {summary}")
    print(f"Their files and flags: python -m core run {record.name} VERB --help")
    return 0


def find_verb(record: Record, words: list[str]) -> tuple[str, list[str]]:
    """Return the first of `words` that is a verb of the plugin, and the other words.

    Raises:
        UserError: if none is a verb.
    """
    known = verbs.list_verbs(record)
    for i, word in enumerate(words):
        if word in known:
            return word, [*words[:i], *words[i + 1 :]]
    raise UserError(f"run {record.name} needs a verb after the plugin's name: {', '.join(known)}.")


def run(record: Record, verb: str, arguments: list[str]) -> int:
    """Run `verb` on the files and flags in `arguments`, write the files in its result, and print the rest."""
    function = verbs.find_verb(record, verb)
    inputs, settings = files.split_parameters(function)
    results = files.result_kinds(function)
    command = f"python -m core run {record.name} {verb}"
    flags = _parse(_flags(function, list(inputs), settings, bool(results)), arguments, command)
    out = flags.out if results else None
    if out:
        files.check_output(out, results)
    paths = tuple(getattr(flags, name) for name in inputs)
    values = [files.load(path, kind) for kind, path in zip(inputs.values(), paths, strict=True)]
    converted = {name: files.convert(getattr(flags, name), kind) for name, kind in settings.items()}
    plugin = flags.run_options.plugin(record)
    chosen = plugin.checkpoint or verbs.choose_checkpoint(record, verb, tuple(values), converted)
    steps = plugin.stream(verb, *values, checkpoint=chosen, **converted)
    sources = Sources(paths, keep_metadata=not (results and flags.output_options.strip_metadata))
    files.write(_with_progress_bar(steps, verb), results, out, sources)
    if chosen != plugin.checkpoint:
        print(f"Network chosen for this input: {chosen} (--checkpoint names another)", file=sys.stderr)
    return 0


def train(record: Record, resume: bool, arguments: list[str], help_text: str = "") -> int:
    """Train a plugin's network, and print its scores as JSON on standard output.

    Args:
        record: the plugin.
        resume: continue the newest interrupted run instead of starting one.
        arguments: the flags of the plugin's `Config`.
        help_text: added to --help: the flags that are not of the `Config`.
    """
    module = verbs.import_module_of(record, "train")
    if resume:
        started, config = _find_interrupted(record, module.Config, arguments)
    else:
        config = parse_config(record, arguments, help_text)
        started = Run.start(record.name, config)
    print(f"Training in {started.folder} (to continue after an interruption: --resume)", file=sys.stderr)
    with started.locked():
        try:
            scores = module.train(config, started)
        except BaseException:
            started.discard_if_empty()
            raise
    print(json.dumps(scores, indent=2))
    print(f"The checkpoint is in {started.checkpoint}.\n{_advise(record, config, started.checkpoint)}", file=sys.stderr)
    return 0


def _advise(record: Record, config: Any, checkpoint: Path) -> str:
    """Return what to do with a trained checkpoint: commands that work as they are printed.

    A network for the user's own images has no place on the page, which shows the data set of the bundled one.
    """
    folder, trial = shlex.quote(str(checkpoint)), getattr(config, "trial", "")
    if trial and (getattr(config, "images", None) or find_misfit(record, config.checkpoint, checkpoint)):
        return f"Try it: python -m core run {record.name} {trial} --weights {folder}"
    bundled = shlex.quote(str(record.folder / "weights" / config.checkpoint))
    return f"Try it: python app.py --local\nBundle it: mkdir -p {bundled} && cp {folder}/* {bundled}/"


def _find_interrupted(record: Record, config: type, arguments: list[str]) -> tuple[Run, Any]:
    """Return the newest interrupted run of a plugin and its `config`."""
    if arguments:
        raise UserError(f"--resume uses the run's own settings, so {arguments[0]!r} cannot be given with it.")
    interrupted = runs.find_run(record.name, finished=False)
    if interrupted is None:
        raise UserError(f"there is no interrupted run of {record.name} below {runs.RUNS}: leave --resume out.")
    return interrupted, interrupted.read_config(config)


def evaluate(record: Record, as_json: bool, arguments: list[str]) -> int:
    """Print the scores that the plugin's `evaluate` computes with the flags in `arguments`: a table, or JSON."""
    function = verbs.import_module_of(record, "train").evaluate
    settings = {name: kind for name, kind in kinds.type_hints(function).items() if name not in ("plugin", "return")}
    flags = _parse(_flags(function, [], settings, out=False), arguments, f"python -m core evaluate {record.name}")
    plugin = flags.run_options.plugin(record)
    result = function(plugin, **{name: getattr(flags, name) for name in settings})
    report = {
        "plugin": record.name,
        "checkpoint": result.checkpoint or plugin.checkpoint or record.ready_manifest.default_checkpoint,
        "device": device.describe(),
        result.unit: len(result.per_image) if result.count is None else result.count,
        "scores": result.scores,
        "per_image": result.per_image,
    }
    if as_json:
        print(json.dumps(report))
    else:
        print(f"{record.name}, {report['checkpoint']}, {report[result.unit]} {result.unit}, {report['device']}")
        print("\n".join(f"{name:28} {value:10.4f}" for name, value in result.scores.items()))
    return 0


def parse_config(record: Record, arguments: list[str], help_text: str = "") -> Any:
    """Return the plugin's `Config` filled from the flags in `arguments`; `help_text` is added to its --help."""
    config = verbs.import_module_of(record, "train").Config
    command = f"python -m core train {record.name}"
    return tyro.cli(config, args=arguments, prog=command, description=f"{inspect.getdoc(config)}{help_text}")


def _parse(kind: type, arguments: list[str], command: str) -> Any:
    return tyro.cli(kind, args=arguments, prog=command)


def _flags(function: Callable[..., Any], inputs: list[str], settings: dict[str, Any], out: bool = True) -> type:
    """Return a dataclass with a field for each file and flag of `function`, and with its docstring.

    Args:
        function: a verb, or a plugin's `evaluate`.
        inputs: the names of its parameters that are files.
        settings: the types of its other parameters.
        out: whether there is an output file.
    """
    parameters = inspect.signature(function).parameters
    positional = [*inputs, "out"] if out else inputs
    columns: list[Any] = [
        (name, Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar=name.upper(), help=FILE_HELP.get(name))])
        for name in positional
    ]
    for name, kind in settings.items():
        default = parameters[name].default
        default = tuple(default.tolist()) if isinstance(default, np.ndarray) else default
        kind = files.flag_type(kind)
        if is_dataclass(kind):  # its fields become flags, without the parameter's name as a prefix
            kind = Annotated[kind, tyro.conf.arg(name="")]
        columns.append((name, kind, field() if default is inspect.Parameter.empty else field(default=default)))
    if out:
        output_options = Annotated[OutputOptions, tyro.conf.arg(name="")]
        columns.append(("output_options", output_options, field(default_factory=OutputOptions)))
    columns.append(("run_options", Annotated[RunOptions, tyro.conf.arg(name="")], field(default_factory=RunOptions)))
    flags = make_dataclass("Flags", columns, kw_only=True)
    flags.__doc__ = inspect.getdoc(function)
    return flags


def _with_progress_bar(steps: Steps[Any], label: str) -> Any:
    """Return the result of `steps`, with a progress bar on standard error if that is a terminal."""
    with tqdm(desc=label, disable=None, leave=False) as bar:

        def update(progress: Progress) -> None:
            bar.total, bar.n = progress.total, progress.done
            bar.refresh()

        return finish(steps, update)
