"""The commands that talk to the Hub: push, pull, space, train --on hf-jobs. They print a line for each step."""

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
from core.files import written_atomically
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
from core.weights import HubSource


@dataclass(frozen=True)
class PushOptions:
    """The flags of `push`; see `core.cli.parser`."""

    repository: str | None = None
    checkpoint: str | None = None
    private: bool = False
    local: bool = False


def push(record: Record, options: PushOptions) -> int:
    """Upload a plugin's checkpoints to the Hub, and pin them in its plugin.toml."""
    verbs.find_checkpoint(record, options.checkpoint)
    repository = choose_repository(record, options.repository)
    pushed = release.push(record, repository, options.private, options.local, options.checkpoint)
    outcome = "pushed" if pushed.is_new else "was there already"
    names = ", ".join(pushed.checkpoints)
    print(f"{record.name} ({names}) {outcome}: {pushed.tag}, {pushed.reference}; pinned in plugin.toml")
    return 0


@dataclass(frozen=True)
class PullOptions:
    """The flags of `pull`; see `core.cli.parser`."""

    repository: str | None = None
    revision: str | None = None
    checkpoint: str | None = None
    unpinned: bool = False
    pin: bool = False


def pull(record: Record, options: PullOptions) -> int:
    """Download a plugin's checkpoints into the cache and load them; with `pin`, also pin and bundle them."""
    if options.pin and not options.unpinned:
        raise UserError("--pin pins what --unpinned downloaded: give both, or neither.")
    verbs.find_checkpoint(record, options.checkpoint)
    repository, pulled = choose_repository(record, options.repository), {}
    for name, reference, pin in _requested(record, repository, options):
        source = HubSource(record, name, reference, pin).fetch()
        checkpoint.load(source.folder, verbs.import_module_of(record, "model"))
        print(f"{record.name}, {name}: {source.label}; loaded from {source.folder}")
        pulled[name] = source.folder, pins.measure(source.folder, reference.revision)
    if options.pin:
        pins.write(record, repository, {name: pin for name, (_, pin) in pulled.items()})
        print(f"{record.name}: pinned {', '.join(pulled)} in plugin.toml")
        for name, (folder, _) in pulled.items():
            _replace_bundled(record, name, folder)
    return 0


def _requested(record: Record, repository: str, options: PullOptions) -> Iterator[tuple[str, Reference, Pin]]:
    """Yield the name, the reference and the expected pin of each checkpoint to download."""
    names = [options.checkpoint] if options.checkpoint else list(record.ready_manifest.checkpoints)
    if options.unpinned:
        exact = client.resolve(Reference(repository, options.revision or client.MAIN))
        files = client.list_files(exact)
        held = [name for name in names if record.ready_manifest.path_on_hub(name) + METADATA_FILE in files]
        yield from ((name, exact, NO_PIN) for name in held or names[:1])
        return
    pinned = {name: pin for name, pin in record.ready_manifest.checkpoints.items() if name in names and pin.revision}
    if not pinned:
        raise UserError(
            f"{record.name} pins nothing in plugin.toml: push it, or add --unpinned to download without verification."
        )
    for name, pin in pinned.items():
        if options.revision not in (None, pin.revision):
            raise UserError(
                f"{record.name} pins {name} at {pin.revision} in plugin.toml, not at {options.revision}: leave "
                "--revision out, or add --unpinned."
            )
        yield name, Reference(repository, pin.revision or ""), pin


def _replace_bundled(record: Record, name: str, folder: Path) -> None:
    """Replace the bundled checkpoint, if there is one, by that in `folder`: otherwise the bundled one would run."""
    if bundled := weights.bundled_folder(record, name):
        for file in (WEIGHTS_FILE, METADATA_FILE):
            with written_atomically(bundled / file) as temporary:
                shutil.copyfile(folder / file, temporary)
        print(f"{record.name}, {name}: replaced in {bundled}")


def space(
    name: str, records: Sequence[Record], out: Path | None, repository: str | None, settings: SpaceSettings
) -> int:
    """Assemble a Space and deploy it.

    Args:
        name: a plugin's name, or "suite".
        records: the plugins that the Space serves.
        out: the folder to assemble it in; None means a temporary one.
        repository: where to deploy it; None means nowhere.
        settings: how it runs.
    """
    if out is None and repository is None:
        raise UserError("say where the Space is to go: --out FOLDER, --push owner/name, or both.")
    hardware = settings.hardware or (repository and deployment.current_hardware(repository)) or assembly.FREE
    with tempfile.TemporaryDirectory() as temporary:
        folder = out or Path(temporary) / name
        assembly.assemble(name, records, folder, hardware)
        if out:
            print(f"{name}: assembled in {out} for {hardware}; to try it: cd {out} && python app.py")
        if repository:
            deployment.refuse_private_weights(assembly.repositories(records), settings)
            print(f"{name}: runs at {deployment.deploy(folder, repository, settings)}")
    return 0


def submit_training(record: Record, spec: JobSpec, arguments: list[str], dry_run: bool) -> int:
    """Train a plugin on the Hub's machines.

    Args:
        record: the plugin.
        spec: the job.
        arguments: the flags of the training.
        dry_run: print the job instead of submitting it; of several processes, a list with one job for each.
    """
    config = local.parse_config(record, arguments)
    jobs.refuse_local_paths(config, spec)
    if dry_run:
        described = jobs.describe(record, spec, config.checkpoint, arguments, "(the commit of the uploaded code)")
        hidden = {"secrets": {"HF_TOKEN": "(your token)"}}
        shown = [job | {"volumes": [volume.to_dict() for volume in job["volumes"]]} | hidden for job in described]
        print(json.dumps(shown if spec.processes > 1 else shown[0], indent=2))
        return 0
    for submitted in jobs.submit(record, spec, config.checkpoint, arguments):
        print(f"{record.name}: job {submitted.id} trains on {spec.flavor}, for {spec.timeout} at most: {submitted.url}")
    print(f"When it has finished: python -m core pull {record.name} --repo {spec.repository} --unpinned --pin")
    return 0


def choose_repository(record: Record, repository: str | None) -> str:
    """Return `repository`, or the plugin's own if it is None. Raises UserError if there is neither."""
    chosen = repository or record.ready_manifest.repository
    if chosen is None:
        raise UserError(f"{record.name} has no repository in plugin.toml yet: name one by --repo owner/name.")
    return chosen
