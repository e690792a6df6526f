"""The command line: python -m core list | run | train | evaluate | push | pull | space | check."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from core import registry
from core.errors import UserError
from core.hub import reference
from core.hub.reference import REPOSITORY_PATTERN
from core.networks import backend
from core.registry import Record, State


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 1 where a check failed, 2 for what the user can mend."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
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
    """Print every plugin with its state and the reason."""
    _refuse(rest)
    records = registry.discover()
    name_width = max(map(len, records), default=0)
    for record in records.values():
        facts = record.manifest.summary if record.manifest and record.state is State.READY else record.reason
        print(f"{record.name:{name_width}}  {record.state:{len(State.MISSING_REQUIREMENT)}}  {facts}")
    return 0


def run(options: argparse.Namespace, rest: list[str]) -> int:
    """Run a verb on files; without one, print those that there are."""
    record = _ready(options.plugin)
    backend.start()
    from core.cli import local

    if options.verb is None and rest in (["-h"], ["--help"]):
        return local.list_verbs(record)
    verb, flags = (options.verb, rest) if options.verb else local.find_verb(record, rest)
    return local.run(record, verb, flags)


def train(options: argparse.Namespace, rest: list[str]) -> int:
    """Train a plugin's network below runs/, or on the Hub's machines."""
    record = _ready(options.plugin)
    backend.start()
    if options.on == "here":
        return _train_here(record, options, rest)
    if options.resume:
        raise UserError("--resume continues a run of this machine: leave it out, or leave --on hf-jobs out.")
    from core.cli import hub
    from core.publish.jobs import JobSpec

    chosen = {name: value for name in ("flavor", "timeout", "dataset") if (value := getattr(options, name)) is not None}
    order = JobSpec(hub.choose_repository(record, options.repo), private=options.private, **chosen)
    return hub.order_training(record, order, rest, options.dry_run)


def _train_here(record: Record, options: argparse.Namespace, rest: list[str]) -> int:
    if strays := [flag for flag in JOB_FLAGS if getattr(options, flag[2:].replace("-", "_"))]:
        raise UserError(f"{strays[0]} goes with --on hf-jobs: add that, or leave it out.")
    from core.cli import local

    also = "\n\nBeside these: --resume; --on hf-jobs with " + " ".join(JOB_FLAGS)
    return local.train(record, options.resume, rest, also)


def evaluate(options: argparse.Namespace, rest: list[str]) -> int:
    """Score a plugin's networks on data of your own."""
    record = _ready(options.plugin)
    backend.start()
    from core.cli import local

    return local.evaluate(record, options.json, rest)


def push(options: argparse.Namespace, rest: list[str]) -> int:
    """Put a plugin's checkpoints on the Hugging Face Hub, and pin them in its plugin.toml."""
    _refuse(rest)
    record = _ready(options.plugin)
    backend.start()
    from core.cli import hub

    given = hub.PushOptions(options.repo, options.checkpoint, options.private, options.local)
    return hub.push(record, given)


def pull(options: argparse.Namespace, rest: list[str]) -> int:
    """Fetch a plugin's checkpoints from the Hugging Face Hub, checked against its plugin.toml."""
    _refuse(rest)
    record = _ready(options.plugin)
    backend.start()
    from core.cli import hub

    wanted = hub.PullOptions(options.repo, options.revision, options.checkpoint, options.unpinned, options.pin)
    return hub.pull(record, wanted)


def space(options: argparse.Namespace, rest: list[str]) -> int:
    """Assemble a Hugging Face Space for a plugin, or for the suite, and put it on the Hub."""
    _refuse(rest)
    ready = [record for record in registry.discover().values() if record.state is State.READY]
    records = ready if options.plugin == "suite" else [_ready(options.plugin)]
    backend.start()
    from core.cli import hub
    from core.publish.deployment import SpaceSettings

    terms = SpaceSettings(options.hardware, options.sleep, tuple(options.secret), options.private)
    return hub.space(options.plugin, records, options.out, options.push, terms)


def check(options: argparse.Namespace, rest: list[str]) -> int:
    """Hold a plugin against the contract."""
    _refuse(rest)
    backend.start()
    from core import contract

    return contract.report(registry.find(options.plugin))


JOB_FLAGS = {
    "--repo": "owner/name on the Hub that the checkpoint is pushed to",
    "--flavor": "machine, a10g-small if left out",
    "--timeout": "such as 90m or 2h, the default",
    "--dataset": "owner/name[@revision] of a data set to mount at /data",
    "--private": "if the repository is made now, show it to nobody",
    "--dry-run": "print what would be submitted, and submit nothing",
}


def _run_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", metavar="VERB", nargs="?")


def _train_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--resume", action="store_true", help="continue the newest interrupted run")
    parser.add_argument("--on", choices=["here", "hf-jobs"], default="here")
    for flag, help_text in JOB_FLAGS.items():
        if flag in ("--private", "--dry-run"):
            parser.add_argument(flag, action="store_true", help=help_text)
        else:
            parser.add_argument(flag, type=_repository if flag == "--repo" else str, help=help_text)


def _evaluate_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def _push_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", type=_repository, metavar="OWNER/NAME", help="left out, plugin.toml's")
    parser.add_argument("--checkpoint", metavar="NAME", help="only this one; the others stay as they are there")
    parser.add_argument("--private", action="store_true", help="if the repository is made now, show it to nobody")
    parser.add_argument("--local", action="store_true", help="push the newest finished runs below runs/")


def _pull_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", type=_repository, metavar="OWNER/NAME", help="left out, plugin.toml's")
    parser.add_argument("--checkpoint", metavar="NAME", help="only this one")
    parser.add_argument("--revision", help="commit, tag or branch; with --unpinned, main if left out")
    parser.add_argument("--unpinned", action="store_true", help="take what plugin.toml does not vouch for")
    parser.add_argument("--pin", action="store_true", help="let plugin.toml vouch for what --unpinned fetched")


def _space_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to assemble it")
    parser.add_argument("--push", type=_repository, metavar="OWNER/NAME", help="put it there, and wait until it runs")
    parser.add_argument("--hardware", help="cpu-basic, t4-small, zero-a10g, ...; left out, what the Space has")
    parser.add_argument("--sleep", type=int, metavar="SECONDS", help="without visitors; an hour on paid hardware")
    parser.add_argument("--secret", action="append", default=[], metavar="NAME", help="environment variable to pass on")
    parser.add_argument("--private", action="store_true", help="if the Space is made now, show it to nobody")


FLAGS = {
    run: _run_flags,
    train: _train_flags,
    evaluate: _evaluate_flags,
    push: _push_flags,
    pull: _pull_flags,
    space: _space_flags,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m core", allow_abbrev=False, description="Image demos as plugins.")
    local = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (list_plugins, run, train, evaluate, push, pull, space, check):
        sub = local.add_parser(
            command.__name__.removesuffix("_plugins"),
            help=command.__doc__,
            description=command.__doc__,
            allow_abbrev=False,
            add_help=command not in (run, train, evaluate),  # their flags are the plugin's, whose parser answers
        )
        sub.set_defaults(command=command)
        if command is not list_plugins:
            sub.add_argument("plugin", metavar="PLUGIN|suite" if command is space else "PLUGIN")
        if add_flags := FLAGS.get(command):
            add_flags(sub)
    return parser


def _repository(words: str) -> str:
    """Return `words` if they are owner/name, for argparse to refuse them otherwise."""
    if not re.fullmatch(REPOSITORY_PATTERN, words):
        raise argparse.ArgumentTypeError(f"{words!r} names no repository: write owner/name")
    return words


def _ready(name: str) -> Record:
    record = registry.find(name)
    if record.state is not State.READY:
        raise UserError(f"{name} cannot run, it is {record.state}: {record.reason}.")
    return record


def _refuse(rest: list[str]) -> None:
    if rest:
        raise UserError(f"unknown argument {rest[0]!r}: see --help.")
