"""Pushes a plugin to the Hub: its checkpoints for Darkroom and for plain Keras, model card, pictures, training history.

The default checkpoint is at the root of the repository, the others in `checkpoints/<name>/`.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras

from core import metadata, verbs, weights
from core.errors import UserError
from core.files import is_left_behind
from core.hub import client
from core.hub.client import Target
from core.hub.reference import Reference
from core.metadata import METADATA_FILE, WEIGHTS_FILE, Checkpoint
from core.networks import checkpoint
from core.publish import model_card, pins
from core.registry import Record
from core.weights import LocalSource

HISTORY = "history.csv"
PICTURES = ("card.webp", "examples/**/*")


@dataclass(frozen=True)
class Release:
    """The result of a push: the commit, its tag, the checkpoints it holds, and whether the commit is new."""

    reference: Reference
    tag: str
    checkpoints: tuple[str, ...]
    is_new: bool


def push(
    record: Record, repository: str, private: bool = False, local: bool = False, only: str | None = None
) -> Release:
    """Push the plugin's checkpoints as one commit, pin them in the plugin's manifest, and tag the commit.

    Pushing the same files again changes nothing.

    Args:
        record: the plugin.
        repository: owner/name, created if it does not exist.
        private: whether the repository is private if it is created.
        local: whether the newest finished run of a checkpoint is pushed instead of the bundled one.
        only: push only this checkpoint.

    Raises:
        UserError: if there is nothing to push, or the Hub refuses.
    """
    sources = find_sources(record, local, only)
    pins.check(record, repository, sources)
    kept = tuple(f"checkpoints/{name}/" for name in record.ready_manifest.checkpoints if name not in sources)

    def is_stale(path: str) -> bool:
        return path.startswith(("checkpoints/", "examples/")) and not path.startswith(kept)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        assemble(record, repository, sources, folder)
        message = f"{record.title}: {', '.join(sources)}"
        commit, is_new = client.upload(folder, Target(repository, private=private), message, is_stale)
        pinned = {name: pins.measure(folder / record.ready_manifest.path_on_hub(name), commit) for name in sources}
    pins.write(record, repository, pinned)
    reference = Reference(repository, commit)
    return Release(reference, client.tag(reference), tuple(sources), is_new)


def find_sources(record: Record, local: bool, only: str | None = None) -> dict[str, LocalSource]:
    """Return the source on this machine of each checkpoint that has one; see `push` for the arguments.

    Raises:
        UserError: if no checkpoint has one.
    """
    names = [only] if only else list(record.ready_manifest.checkpoints)
    found = {name: next(weights.local_candidates(record, name, local), None) for name in names}
    sources = {name: source for name, source in found.items() if source}
    if not sources:
        raise UserError(f"{record.name} has no weights here to push ({', '.join(names)}): train, then push --local.")
    return sources


def assemble(record: Record, repository: str, sources: Mapping[str, LocalSource], folder: Path) -> None:
    """Write all files that `repository` is to hold into `folder`.

    Raises:
        CheckpointError: if a checkpoint cannot be loaded.
    """
    model = verbs.import_module_of(record, "model")
    for name, source in sources.items():
        target = folder / record.ready_manifest.path_on_hub(name)
        target.mkdir(parents=True, exist_ok=True)
        keras.utils.clear_session()  # so that unnamed layers get the same automatic names in every push
        save_keras_files(checkpoint.load(source.folder, model), target)
        for file in (METADATA_FILE, WEIGHTS_FILE, HISTORY):
            if (source.folder / file).exists():
                shutil.copyfile(source.folder / file, target / file)
    for picture in _pictures(record.folder):
        target = folder / picture
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(record.folder / picture, target)
    card = model_card.build(record, repository, _known_metadata(record, repository, sources))
    (folder / "README.md").write_text(card)


def _pictures(folder: Path) -> list[Path]:
    """Return the paths, relative to `folder`, of the files to push beside the checkpoints."""
    paths = (path for pattern in PICTURES for path in folder.glob(pattern) if path.is_file())
    inner = sorted(path.relative_to(folder) for path in paths)
    return [path for path in inner if not any(map(is_left_behind, path.parts))]


def _known_metadata(record: Record, repository: str, sources: Mapping[str, LocalSource]) -> dict[str, Checkpoint]:
    """Return the metadata of each checkpoint that `repository` will hold: from `sources`, or from the pinned commit."""
    found = {}
    for name, pin in record.ready_manifest.checkpoints.items():
        if name in sources:
            found[name] = metadata.read(sources[name].folder)
        elif name in record.ready_manifest.pinned and record.ready_manifest.repository == repository:
            path = record.ready_manifest.path_on_hub(name) + METADATA_FILE
            file = client.fetch(Reference(repository, pin.revision or ""), path, pin.metadata_sha256)
            found[name] = metadata.read(file.parent)
    return found


def save_keras_files(network: keras.Model, folder: Path) -> None:
    """Write `network` in the format that `keras.saving.load_model` reads, with the same bytes each time.

    Keras writes the time, and memory addresses as ids of shared objects: both would make every push a new commit.
    """
    keras.saving.save_model(network, folder, zipped=False)
    metadata_file, config = folder / "metadata.json", folder / "config.json"
    metadata_file.write_text(json.dumps({"keras_version": keras.__version__}))
    ids: dict[str, int] = {}
    config.write_text(
        re.sub(
            r'(?<="shared_object_id": )\d+',
            lambda found: str(ids.setdefault(found[0], len(ids))),
            config.read_text(),
        )
    )
