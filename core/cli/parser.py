"""The command line: python -m core list | run | train | evaluate | first-results | push | pull | space | new | check.

This module only parses: what a command needs is imported when it runs, so that `list` and `--help` start fast. Flags
that belong to a plugin (those of its verbs, its `Config` and its `evaluate`) are parsed by `core.cli.local`.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from core import failures, registry
from core.errors import UserError
from core.hub import reference
from core.hub.reference import REPOSITORY_PATTERN
from core.networks import backend
from core.registry import Record, State

Options = TypeVar("Options")
FOUND_BROKEN = "found broken"  # in the place of a state: by the app when it started, or by `check`


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 if a check failed, 2 for an error that the user can fix."""
    options, rest = build_parser().parse_known_args(arguments)
    try:
        reference.check_endpoint()
        status: int = options.command(options, rest)
        return status
    except UserError as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("darkroom: stopped.", file=sys.stderr)
        return 130


def list_plugins(options: argparse.Namespace, rest: list[str]) -> int:
    """Print every plugin with its state and the reason, and what was found broken since a plugin was last changed."""
    _refuse(rest)
    for mistake in registry.find_mistakes():
        print(f"darkroom: {mistake}", file=sys.stderr)
    records = registry.discover()
    name_width = max(map(len, records), default=0)
    for record in records.values():
        text = record.manifest.summary if record.manifest and record.state is State.READY else record.reason
        found = failures.find(record) if record.state is State.READY else None
        state, text = (FOUND_BROKEN, found.describe()) if found else (str(record.state), text)
        print(f"{record.name:{name_width}}  {state:{len(State.MISSING_REQUIREMENT)}}  {text}")
    return 0


def run(options: argparse.Namespace, rest: list[str]) -> int:
    """Run a verb on files, on a folder, or on standard streams (-); without a verb, list the verbs."""
    record = _find_ready(options.plugin)
    backend.start()
    from core.cli import local, running

    if options.verb is None and rest in (["-h"], ["--help"]):
        return local.list_verbs(record)
    verb, flags = (options.verb, rest) if options.verb else local.find_verb(record, rest)
    return running.run(record, verb, flags)


def train(options: argparse.Namespace, rest: list[str]) -> int:
    """Train a plugin's network below runs/, or on the Hub's machines."""
    record = _find_ready(options.plugin)
    if options.on == "here":
        return _train_here(record, options, rest)
    backend.start()
    if options.resume:
        raise UserError("--resume continues a run of this machine: leave it out, or leave --on hf-jobs out.")
    from core.cli import hub
    from core.publish.jobs import JobSpec

    if given := [flag for flag in ADDRESS_FLAGS if getattr(options, _destination(flag, {})) is not None]:
        raise UserError(f"{given[0]} is for processes here, jobs on the Hub find each other: leave it out.")
    spec = _fill(JobSpec, options, repository=hub.choose_repository(record, options.repository))
    return hub.submit_training(record, spec, rest, options.dry_run)


def _train_here(record: Record, options: argparse.Namespace, rest: list[str]) -> int:
    if given := [flag for flag, settings in JOB_FLAGS.items() if getattr(options, _destination(flag, settings))]:
        raise UserError(f"{given[0]} goes with --on hf-jobs: add that, or leave it out.")
    from core.training import distribution

    with distribution.joined(_processes(options), record.name, options.resume) as folder:
        backend.start()
        from core.cli import local

        own = ["--resume", *PROCESS_FLAGS]
        other_flags = f"\n\nOther flags: {' '.join(own)}; --on hf-jobs with {' '.join(JOB_FLAGS)}"
        return local.train(record, options.resume, rest, other_flags, folder)


def _processes(options: argparse.Namespace) -> Any:
    from core.training import distribution

    return distribution.parse({name: getattr(options, name) for name in distribution.VARIABLES})


def evaluate(options: argparse.Namespace, rest: list[str]) -> int:
    """Score a plugin's networks on your own data."""
    record = _find_ready(options.plugin)
    backend.start()
    from core.cli import local

    return local.evaluate(record, options.json, rest)


def push(options: argparse.Namespace, rest: list[str]) -> int:
    """Upload a plugin's checkpoints to the Hugging Face Hub, and pin them in its plugin.toml."""
    _refuse(rest)
    record = _find_ready(options.plugin)
    backend.start()
    from core.cli import hub

    return hub.push(record, _fill(hub.PushOptions, options))


def pull(options: argparse.Namespace, rest: list[str]) -> int:
    """Download a plugin's checkpoints from the Hugging Face Hub, verified against its plugin.toml."""
    _refuse(rest)
    record = _find_ready(options.plugin)
    backend.start()
    from core.cli import hub

    return hub.pull(record, _fill(hub.PullOptions, options))


def space(options: argparse.Namespace, rest: list[str]) -> int:
    """Assemble a Hugging Face Space for a plugin, or for the suite, and deploy it."""
    _refuse(rest)
    ready = [record for record in registry.discover().values() if record.state is State.READY]
    records = ready if options.plugin == "suite" else [_find_ready(options.plugin)]
    backend.start()
    from core.cli import hub
    from core.publish.deployment import SpaceSettings

    settings = _fill(SpaceSettings, options)
    return hub.space(options.plugin, records, options.out, options.push, settings)


def first_results(options: argparse.Namespace, rest: list[str]) -> int:
    """Compute what the tabs of a plugin's page open with, and store it: after its weights or settings have changed."""
    _refuse(rest)
    record = _find_ready(options.plugin)
    backend.start()
    from core.engine import LocalEngine
    from core.web import first_results

    for path in first_results.compute(record, LocalEngine(), options.only):
        print(f"{path.stat().st_size:9,} bytes  {path}")
    return 0


def new(options: argparse.Namespace, rest: list[str]) -> int:
    """Write a new plugin that works, to be changed: a network, its training, a page, a model card."""
    _refuse(rest)
    from core.cli import scaffold

    print(scaffold.describe_next_steps(scaffold.create(options.plugin, options.kind, options.into, options.package)))
    return 0


def check(options: argparse.Namespace, rest: list[str]) -> int:
    """Check whether a plugin fulfills the contract."""
    _refuse(rest)
    from core.contract import runner

    return runner.report(options.plugin)


def _repository(text: str) -> str:
    """Return `text` if it is owner/name; raise argparse's error otherwise."""
    if not re.fullmatch(REPOSITORY_PATTERN, text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a repository: write owner/name")
    return text


Flags = Mapping[str, dict[str, Any]]  # keyword arguments of `add_argument`, by flag
SWITCH: dict[str, Any] = {"action": "store_true"}
REPOSITORY: dict[str, Any] = {"dest": "repository", "type": _repository, "metavar": "OWNER/NAME"}
PRIVATE = SWITCH | {"help": "make the repository private, if it is created now"}
JOB_FLAGS: Flags = {
    "--repo": REPOSITORY | {"help": "on the Hub, that the checkpoint is pushed to; plugin.toml's if left out"},
    "--flavor": {"help": "machine, a10g-small if left out"},
    "--timeout": {"help": "such as 90m or 2h, the default"},
    "--dataset": {"help": "owner/name[@revision] of a data set to mount at /data"},
    "--private": PRIVATE,
    "--dry-run": SWITCH | {"help": "print what would be submitted, and submit nothing"},
}
PROCESS_FLAGS: Flags = {  # or DARKROOM_PROCESSES and so on, see `core.training.distribution`
    "--processes": {
        "type": int,
        "metavar": "N",
        "help": "train in so many processes together, through JAX; on the Hub, each is a job",
    },
    "--coordinator": {"metavar": "HOST:PORT", "help": "where the first of these processes is reached by the others"},
    "--process-id": {"type": int, "metavar": "ID", "help": "which of these processes this is: 0 to N - 1"},
}
ADDRESS_FLAGS = "--coordinator", "--process-id"
FLAGS: Mapping[Any, Flags] = {
    run: {"verb": {"metavar": "VERB", "nargs": "?"}},
    train: {
        "--resume": SWITCH | {"help": "continue the newest interrupted run"},
        **PROCESS_FLAGS,
        "--on": {"choices": ["here", "hf-jobs"], "default": "here"},
        **JOB_FLAGS,
    },
    evaluate: {"--json": SWITCH | {"help": "print one JSON object and nothing else"}},
    first_results: {"--only": {"metavar": "HANDLER", "help": "compute this one's result only, such as denoise"}},
    new: {
        "--kind": {"default": "image", "help": "what its verb takes and returns: image, the default, sound or table"},
        "--into": {"type": Path, "metavar": "FOLDER", "help": "where to write its folder; plugins/ if left out"},
        "--package": SWITCH | {"help": "as a pip package of its own, with its tests, in darkroom-NAME/"},
    },
    push: {
        "--repo": REPOSITORY | {"help": "plugin.toml's if left out"},
        "--checkpoint": {"metavar": "NAME", "help": "only this one; the others on the Hub stay as they are"},
        "--private": PRIVATE,
        "--local": SWITCH | {"help": "push the newest finished runs below runs/"},
    },
    pull: {
        "--repo": REPOSITORY | {"help": "plugin.toml's if left out"},
        "--checkpoint": {"metavar": "NAME", "help": "only this one"},
        "--revision": {"help": "commit, tag or branch; with --unpinned, main if left out"},
        "--unpinned": SWITCH | {"help": "download what plugin.toml does not pin"},
        "--pin": SWITCH | {"help": "pin in plugin.toml what --unpinned downloaded"},
    },
    space: {
        "--out": {"type": Path, "metavar": "FOLDER", "help": "where to assemble it"},
        "--push": {"type": _repository, "metavar": "OWNER/NAME", "help": "deploy it there, and wait until it runs"},
        "--hardware": {"help": "cpu-basic, t4-small, zero-a10g, ...; what the Space has if left out"},
        "--sleep": {"type": int, "metavar": "SECONDS", "help": "without visitors; an hour on paid hardware"},
        "--secret": {
            "dest": "secrets",
            "action": "append",
            "metavar": "NAME",
            "help": "environment variable to pass on",
        },
        "--private": SWITCH | {"help": "make the Space private, if it is created now"},
    },
}
COMMANDS = (list_plugins, run, train, evaluate, first_results, push, pull, space, new, check)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command and of all flags that do not belong to a plugin."""
    parser = argparse.ArgumentParser("python -m core", allow_abbrev=False, description="Image demos as plugins.")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.__name__.removesuffix("_plugins").replace("_", "-"),
            help=command.__doc__,
            description=command.__doc__,
            allow_abbrev=False,
            add_help=command not in (run, train, evaluate),  # the plugin's parser answers --help
        )
        subparser.set_defaults(command=command)
        if command is not list_plugins:
            subparser.add_argument("plugin", metavar="PLUGIN|suite" if command is space else "PLUGIN")
        for flag, settings in FLAGS.get(command, {}).items():
            subparser.add_argument(flag, **settings)
    return parser


def _destination(flag: str, settings: Mapping[str, Any]) -> str:
    """Return the attribute that argparse stores the value of `flag` in."""
    return str(settings.get("dest", flag.removeprefix("--").replace("-", "_")))


def _fill(kind: type[Options], options: argparse.Namespace, **values: Any) -> Options:
    """Return the dataclass `kind`, each field filled from `values` or from the flag of its name, if that was given."""
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    given = {name: value for name in names if (value := getattr(options, name, None)) is not None}
    return kind(**given | values)


def _find_ready(name: str) -> Record:
    record = registry.find(name)
    if record.state is not State.READY:
        raise UserError(f"{name} cannot run, it is {record.state}: {record.reason}.")
    return record


def _refuse(rest: list[str]) -> None:
    if rest:
        raise UserError(f"unknown argument {rest[0]!r}: see --help.")
