"""The commands that talk to the Hub: push, pull, space, jobs. They print a line for each thing that was done."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import checkpoint, commands, deployment, engine, hub, jobs, pins, release, weights
from core import space as assembly
from core.deployment import Terms
from core.errors import UserError
from core.hub_errors import MissingFileError
from core.jobs import Order
from core.manifest import NO_PIN, Pin
from core.reference import Reference
from core.registry import Record


def push(record: Record, repository: str | None, private: bool, local: bool) -> int:
    """Put a plugin's checkpoints on the Hub, and pin them in its plugin.toml."""
    made = release.push(record, _choose_repository(record, repository), private, local)
    done = "pushed" if made.is_new else "was there already"
    print(f"{record.name} ({', '.join(made.checkpoints)}) {done}: {made.tag}, {made.reference}; pinned in plugin.toml")
    return 0


@dataclass(frozen=True)
class Wanted:
    """What a pull asks for, as its flags say it."""

    repository: str | None = None
    revision: str | None = None
    checkpoint: str | None = None
    unpinned: bool = False
    pin: bool = False


def pull(record: Record, wanted: Wanted) -> int:
    """Fetch a plugin's checkpoints into the cache and see that they load; with `pin`, write down which they are."""
    if wanted.pin and not wanted.unpinned:
        raise UserError("--pin writes down what --unpinned fetched: give both, or neither.")
    fetched = {}
    for name, reference, expected in _places(record, wanted):
        try:
            source = weights.fetch(record, name, reference, expected)
        except MissingFileError:
            if name in (wanted.checkpoint, record.facts.default_checkpoint):
                raise
            print(f"{record.name}, {name}: not in {reference}")
            continue
        checkpoint.load(source.folder, engine.import_part(record, "model"))
        print(f"{record.name}, {name}: {source.label}; it loads, and lies in {source.folder}")
        fetched[name] = release.pin(source.folder, reference.revision)
    if wanted.pin:
        pins.write(record, _choose_repository(record, wanted.repository), fetched)
        print(f"{record.name}: pinned {', '.join(fetched)} in plugin.toml")
    return 0


def _places(record: Record, wanted: Wanted) -> Iterator[tuple[str, Reference, Pin]]:
    """Yield each checkpoint that is wanted, where it is on the Hub, and which file it must be."""
    known = record.facts.checkpoints
    if wanted.checkpoint and wanted.checkpoint not in known:
        raise UserError(f"{record.name} has no checkpoint {wanted.checkpoint!r}: it has {', '.join(known)}.")
    names = [wanted.checkpoint] if wanted.checkpoint else list(known)
    repository = _choose_repository(record, wanted.repository)
    if wanted.unpinned:
        exact = hub.resolve(Reference(repository, wanted.revision or "main"))
        yield from ((name, exact, NO_PIN) for name in names)
        return
    pinned = {name: pin for name, pin in known.items() if name in names and pin.revision}
    if not pinned:
        raise UserError(
            f"{record.name} pins nothing in plugin.toml: push it, or add --unpinned for what nothing vouches for."
        )
    for name, pin in pinned.items():
        if wanted.revision not in (None, pin.revision):
            raise UserError(
                f"{record.name} pins {name} at {pin.revision} in plugin.toml, not at {wanted.revision}: leave "
                "--revision out, or add --unpinned."
            )
        yield name, Reference(repository, pin.revision or ""), pin


def space(name: str, records: Sequence[Record], out: Path | None, repository: str | None, terms: Terms) -> int:
    """Assemble a Space for `records` in `out`, and put it on the Hub if a `repository` is named."""
    if out is None and repository is None:
        raise UserError("say where the Space is to go: --out FOLDER, --push owner/name, or both.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = out or Path(temporary) / name
        assembly.assemble(name, records, folder, terms.hardware)
        if out:
            print(f"{name}: assembled in {out} for {terms.hardware}; to try it: cd {out} && python app.py")
        if repository:
            print(f"{name}: runs at {deployment.deploy(folder, repository, terms)}")
    return 0


def order_training(record: Record, options: Any, arguments: list[str]) -> int:
    """Train a plugin on the Hub's machines with the flags in `arguments`; with `dry_run`, print what would be sent."""
    recipe = engine.import_part(record, "train")
    jobs.refuse_local_paths(commands.parse(recipe.Config, arguments, f"python -m core train {record.name}"))
    chosen = {name: getattr(options, name) for name in ("flavor", "timeout", "dataset") if getattr(options, name)}
    order = Order(_choose_repository(record, options.repo), private=options.private, **chosen)
    if options.dry_run:
        planned = jobs.describe(record, order, arguments, "(the commit that uploading the code makes)")
        print(json.dumps(planned | {"secrets": {"HF_TOKEN": "(your token)"}}, indent=2))
        return 0
    job = jobs.submit(record, order, arguments)
    print(f"{record.name}: job {job.id} trains on {order.flavor}, for {order.timeout} at most: {job.url}")
    print(f"When it is done: python -m core pull {record.name} --repo {order.repository} --unpinned --pin")
    return 0


def _choose_repository(record: Record, repository: str | None) -> str:
    chosen = repository or record.facts.repository
    if chosen is None:
        raise UserError(f"{record.name} names no repository in plugin.toml yet: say which by --repo owner/name.")
    return chosen
