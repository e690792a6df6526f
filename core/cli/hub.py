"""The commands that talk to the Hub: push, pull, space, jobs. They print a line for each thing that was done."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import verbs, weights
from core.cli import local
from core.errors import UserError
from core.hub import client
from core.hub.reference import Reference
from core.manifest import NO_PIN, Pin
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.networks import checkpoint
from core.publish import deployment, jobs, pins, release
from core.publish import space as assembly
from core.publish.deployment import SpaceSettings
from core.publish.jobs import JobSpec
from core.registry import Record


@dataclass(frozen=True)
class PushOptions:
    """What a push is told."""

    repository: str | None = None
    checkpoint: str | None = None
    private: bool = False
    local: bool = False


def push(record: Record, given: PushOptions) -> int:
    """Put a plugin's checkpoints on the Hub, and pin them in its plugin.toml."""
    verbs.find_checkpoint(record, given.checkpoint)
    repository = choose_repository(record, given.repository)
    made = release.push(record, repository, given.private, given.local, given.checkpoint)
    done = "pushed" if made.is_new else "was there already"
    print(f"{record.name} ({', '.join(made.checkpoints)}) {done}: {made.tag}, {made.reference}; pinned in plugin.toml")
    return 0


@dataclass(frozen=True)
class PullOptions:
    """What a pull asks for."""

    repository: str | None = None
    revision: str | None = None
    checkpoint: str | None = None
    unpinned: bool = False
    pin: bool = False


def pull(record: Record, wanted: PullOptions) -> int:
    """Fetch a plugin's checkpoints into the cache and see that they load; with `pin`, make them the plugin's own."""
    if wanted.pin and not wanted.unpinned:
        raise UserError("--pin writes down what --unpinned fetched: give both, or neither.")
    verbs.find_checkpoint(record, wanted.checkpoint)
    repository, fetched = choose_repository(record, wanted.repository), {}
    for name, reference, expected in _requested(record, repository, wanted):
        source = weights.fetch(record, name, reference, expected)
        checkpoint.load(source.folder, verbs.import_module_of(record, "model"))
        print(f"{record.name}, {name}: {source.label}; it loads, and lies in {source.folder}")
        fetched[name] = source.folder, pins.measure(source.folder, reference.revision)
    if wanted.pin:
        pins.write(record, repository, {name: pin for name, (_, pin) in fetched.items()})
        print(f"{record.name}: pinned {', '.join(fetched)} in plugin.toml")
        for name, (folder, _) in fetched.items():
            _renew_bundled(record, name, folder)
    return 0


def _requested(record: Record, repository: str, wanted: PullOptions) -> Iterator[tuple[str, Reference, Pin]]:
    """Yield each checkpoint that is wanted, where it is on the Hub, and which file it must be."""
    names = [wanted.checkpoint] if wanted.checkpoint else list(record.ready_manifest.checkpoints)
    if wanted.unpinned:
        exact = client.resolve(Reference(repository, wanted.revision or client.MAIN))
        there = client.list_files(exact)
        held = [name for name in names if record.ready_manifest.place(name) + METADATA_FILE in there]
        yield from ((name, exact, NO_PIN) for name in held or names[:1])
        return
    pinned = {name: pin for name, pin in record.ready_manifest.checkpoints.items() if name in names and pin.revision}
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


def _renew_bundled(record: Record, name: str, folder: Path) -> None:
    """Put the checkpoint in `folder` in the place of the bundled one, if there is one, since that is what would run."""
    if bundled := weights.bundled_folder(record, name):
        for file in (WEIGHTS_FILE, METADATA_FILE):
            shutil.copyfile(folder / file, bundled / f"{file}.partial")
            (bundled / f"{file}.partial").replace(bundled / file)
        print(f"{record.name}, {name}: renewed in {bundled}")


def space(name: str, records: Sequence[Record], out: Path | None, repository: str | None, terms: SpaceSettings) -> int:
    """Assemble a Space for `records` in `out`, and put it on the Hub if a `repository` is named."""
    if out is None and repository is None:
        raise UserError("say where the Space is to go: --out FOLDER, --push owner/name, or both.")
    hardware = terms.hardware or (repository and deployment.current_hardware(repository)) or assembly.FREE
    with tempfile.TemporaryDirectory() as temporary:
        folder = out or Path(temporary) / name
        assembly.assemble(name, records, folder, hardware)
        if out:
            print(f"{name}: assembled in {out} for {hardware}; to try it: cd {out} && python app.py")
        if repository:
            deployment.refuse_private_weights(assembly.repositories(records), terms)
            print(f"{name}: runs at {deployment.deploy(folder, repository, terms)}")
    return 0


def order_training(record: Record, order: JobSpec, arguments: list[str], dry_run: bool) -> int:
    """Train a plugin on the Hub's machines with the flags in `arguments`; with `dry_run`, print what would be sent."""
    config = local.parse_config(record, arguments)
    jobs.refuse_other_paths(config, order)
    if dry_run:
        job = jobs.describe(record, order, config.checkpoint, arguments, "(the commit that uploading the code makes)")
        shown = {"volumes": [volume.to_dict() for volume in job["volumes"]], "secrets": {"HF_TOKEN": "(your token)"}}
        print(json.dumps(job | shown, indent=2))
        return 0
    made = jobs.submit(record, order, config.checkpoint, arguments)
    print(f"{record.name}: job {made.id} trains on {order.flavor}, for {order.timeout} at most: {made.url}")
    print(f"When it is done: python -m core pull {record.name} --repo {order.repository} --unpinned --pin")
    return 0


def choose_repository(record: Record, repository: str | None) -> str:
    """Return the repository that is named, or else the plugin's own. Raises UserError where there is neither."""
    chosen = repository or record.ready_manifest.repository
    if chosen is None:
        raise UserError(f"{record.name} names no repository in plugin.toml yet: say which by --repo owner/name.")
    return chosen
