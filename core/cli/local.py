"""The commands that run a plugin's code here beside `run`: train, evaluate, and the list of verbs."""

from __future__ import annotations

import inspect
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import tyro

from core import kinds, verbs
from core.cli import files, flags
from core.errors import UserError
from core.networks import device
from core.registry import Record
from core.training import runs
from core.training.runs import Run
from core.weights import find_misfit


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


def train(record: Record, resume: bool, arguments: list[str], help_text: str = "", folder: Path | None = None) -> int:
    """Train a plugin's network, and print its scores as JSON on standard output.

    Args:
        record: the plugin.
        resume: continue the newest interrupted run instead of starting one.
        arguments: the flags of the plugin's `Config`.
        help_text: added to --help: the flags that are not of the `Config`.
        folder: of all runs, for a process whose run is not kept; None: `runs` in the working directory.
    """
    module = verbs.import_module_of(record, "train")
    if resume:
        started, config = _find_interrupted(record, module.Config, arguments, folder)
    else:
        config = parse_config(record, arguments, help_text)
        started = Run.start(record.name, config, folder)
    print(f"Training in {started.folder} (to continue after an interruption: --resume)", file=sys.stderr)
    with started.locked():
        try:
            scores = module.train(config, started)
        except BaseException:
            started.discard_if_empty()
            raise
    print(json.dumps(scores, indent=2))
    if folder is None:
        print(
            f"The checkpoint is in {started.checkpoint}.\n{_advise(record, config, started.checkpoint)}",
            file=sys.stderr,
        )
    else:
        print("The first of the processes has written the checkpoint.", file=sys.stderr)
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


def _find_interrupted(record: Record, config: type, arguments: list[str], folder: Path | None) -> tuple[Run, Any]:
    """Return the newest interrupted run of a plugin and its `config`."""
    if arguments:
        raise UserError(f"--resume uses the run's own settings, so {arguments[0]!r} cannot be given with it.")
    interrupted = runs.find_run(record.name, finished=False, runs=folder)
    if interrupted is None:
        raise UserError(f"there is no interrupted run of {record.name} below {runs.RUNS}: leave --resume out.")
    return interrupted, interrupted.read_config(config)


def evaluate(record: Record, as_json: bool, arguments: list[str]) -> int:
    """Print the scores that the plugin's `evaluate` computes with the flags in `arguments`: a table, or JSON."""
    function = verbs.import_module_of(record, "train").evaluate
    settings = {name: kind for name, kind in kinds.type_hints(function).items() if name not in ("plugin", "return")}
    given = flags.parse(
        flags.make(function, [], settings, out=False), arguments, f"python -m core evaluate {record.name}"
    )
    plugin = given.run_options.plugin(record)
    values = {name: files.convert(getattr(given, name), kind) for name, kind in settings.items()}
    result = function(plugin, **values)
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
