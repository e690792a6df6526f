"""The command line: python -m core list | run | train | evaluate | push | pull | space | check."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core import backend, registry
from core.errors import UserError
from core.registry import Record, State

JOB_FLAGS = ("repo", "flavor", "timeout", "dataset", "private", "dry_run")  # of `train --on hf-jobs`


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 where a check failed, 2 for what the user can mend."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    try:
        status: int = options.command(options, rest)
        return status
    except UserError as error:
        print(f"darkroom: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("darkroom: stopped.", file=sys.stderr)
        return 130


def list_plugins(options: argparse.Namespace, rest: list[str]) -> int:
    """Print every plugin with its state and the reason."""
    _refuse(rest)
    records = registry.discover()
    name_width = max(map(len, records), default=0)
    for record in records.values():
        facts = record.manifest.summary if record.manifest and record.state is State.READY else record.reason
        print(f"{record.name:{name_width}}  {record.state:{len(State.MISSING_REQUIREMENT)}}  {facts}")
    return 0


def run(options: argparse.Namespace, rest: list[str]) -> int:
    """Run a verb on files."""
    record = _ready(options.plugin)
    backend.start()
    from core import commands

    return commands.run(record, options.verb, rest)


def train(options: argparse.Namespace, rest: list[str]) -> int:
    """Train a plugin's network below runs/, or on the Hub's machines."""
    record = _ready(options.plugin)
    backend.start()
    from core import commands, hub_commands

    if options.on == "hf-jobs":
        return hub_commands.order_training(record, options, rest)
    if strays := [name for name in JOB_FLAGS if getattr(options, name)]:
        raise UserError(f"--{strays[0].replace('_', '-')} goes with --on hf-jobs: add that, or leave it out.")
    return commands.train(record, options.resume, rest)


def evaluate(options: argparse.Namespace, rest: list[str]) -> int:
    """Score a plugin's networks on data of your own."""
    record = _ready(options.plugin)
    backend.start()
    from core import commands

    return commands.evaluate(record, options.json, rest)


def push(options: argparse.Namespace, rest: list[str]) -> int:
    """Put a plugin's checkpoints on the Hugging Face Hub."""
    _refuse(rest)
    record = _ready(options.plugin)
    backend.start()
    from core import hub_commands

    return hub_commands.push(record, options.repo, options.private, options.local)


def pull(options: argparse.Namespace, rest: list[str]) -> int:
    """Fetch a plugin's checkpoints from the Hugging Face Hub."""
    _refuse(rest)
    record = _ready(options.plugin)
    backend.start()
    from core import hub_commands

    wanted = hub_commands.Wanted(options.repo, options.revision, options.checkpoint, options.unpinned, options.pin)
    return hub_commands.pull(record, wanted)


def space(options: argparse.Namespace, rest: list[str]) -> int:
    """Assemble a Hugging Face Space for a plugin, or for the suite, and put it on the Hub."""
    _refuse(rest)
    ready = [record for record in registry.discover().values() if record.state is State.READY]
    records = ready if options.plugin == "suite" else [_ready(options.plugin)]
    backend.start()
    from core import hub_commands
    from core.deployment import Terms

    terms = Terms(options.hardware, options.sleep, tuple(options.secret), options.private)
    return hub_commands.space(options.plugin, records, options.out, options.push, terms)


def check(options: argparse.Namespace, rest: list[str]) -> int:
    """Hold a plugin against the contract."""
    _refuse(rest)
    backend.start()
    from core import contract

    return contract.report(registry.find(options.plugin))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m core", allow_abbrev=False, description="Image demos as plugins.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (list_plugins, run, train, evaluate, push, pull, space, check):
        name = command.__name__.removesuffix("_plugins")
        sub = commands.add_parser(
            name,
            help=command.__doc__,
            description=command.__doc__,
            allow_abbrev=False,
            add_help=command not in (run, train, evaluate),  # their flags are the plugin's, whose parser answers
        )
        sub.set_defaults(command=command)
        if name != "list":
            sub.add_argument("plugin", metavar="PLUGIN|suite" if name == "space" else "PLUGIN")
        if name == "run":
            sub.add_argument("verb", metavar="VERB")
        if name == "train":
            sub.add_argument("--resume", action="store_true", help="continue the newest interrupted run")
            sub.add_argument("--on", choices=["here", "hf-jobs"], default="here")
            for flag in JOB_FLAGS:
                kind = "store_true" if flag in ("private", "dry_run") else "store"
                sub.add_argument(f"--{flag.replace('_', '-')}", action=kind)
        if name in ("push", "pull"):
            sub.add_argument("--repo", metavar="OWNER/NAME", help="on the Hub; left out, plugin.toml's")
        if name == "push":
            sub.add_argument("--private", action="store_true", help="if the repository is made now, show it to nobody")
            sub.add_argument("--local", action="store_true", help="push the newest finished runs below runs/")
        if name == "pull":
            sub.add_argument("--checkpoint", metavar="NAME", help="only this one")
            sub.add_argument("--revision", help="commit, tag or branch; with --unpinned, main if left out")
            sub.add_argument("--unpinned", action="store_true", help="take what plugin.toml does not vouch for")
            sub.add_argument("--pin", action="store_true", help="write down in plugin.toml what --unpinned fetched")
        if name == "space":
            sub.add_argument("--out", type=Path, metavar="FOLDER", help="where to assemble it")
            sub.add_argument("--push", metavar="OWNER/NAME", help="put it on the Hub, and wait until it runs")
            sub.add_argument(
                "--hardware", default="cpu-basic", help="cpu-basic, t4-small, zero-a10g, ...: also its variant"
            )
            sub.add_argument("--sleep", type=int, metavar="SECONDS", help="idle time before paid hardware sleeps")
            sub.add_argument(
                "--secret", action="append", default=[], metavar="NAME", help="environment variable to pass on"
            )
            sub.add_argument("--private", action="store_true", help="if the Space is made now, show it to nobody")
        if name == "evaluate":
            sub.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


def _ready(name: str) -> Record:
    record = registry.find(name)
    if record.state is not State.READY:
        raise UserError(f"{name} cannot run, it is {record.state}: {record.reason}.")
    return record


def _refuse(rest: list[str]) -> None:
    if rest:
        raise UserError(f"unknown argument {rest[0]!r}: see --help.")


if __name__ == "__main__":
    sys.exit(main())
