"""What a push puts on the Hub: a plugin's checkpoints, for Darkroom and for plain Keras, its card, pictures, history.

The default checkpoint lies at the repository's root, the others in `checkpoints/<name>/`.
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
from core.hub import client
from core.hub.client import Target
from core.hub.reference import Reference
from core.metadata import METADATA_FILE, WEIGHTS_FILE, Checkpoint
from core.networks import checkpoint
from core.publish import model_card, pins
from core.registry import Record
from core.weights import Source

HISTORY = "history.csv"
PICTURES = ("card.webp", "examples/*")


@dataclass(frozen=True)
class Release:
    """What a push came to: the commit, its tag, which checkpoints it holds, and whether anything was new."""

    reference: Reference
    tag: str
    checkpoints: tuple[str, ...]
    is_new: bool


def push(
    record: Record, repository: str, private: bool = False, local: bool = False, only: str | None = None
) -> Release:
    """Put the plugin's checkpoints on the Hub as one commit, pin them in the plugin's manifest, and tag it.

    With `local`, the newest finished run of each checkpoint goes before the bundled one; with `only`, nothing but
    that checkpoint goes. Pushing the same again changes nothing. Raises UserError where there is nothing to push, or
    the Hub refuses.
    """
    sources = find_sources(record, local, only)
    pins.check(record, repository, sources)
    elsewhere = tuple(f"checkpoints/{name}/" for name in record.ready_manifest.checkpoints if name not in sources)

    def is_stale(path: str) -> bool:
        return path.startswith(("checkpoints/", "examples/")) and not path.startswith(elsewhere)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        assemble(record, repository, sources, folder)
        message = f"{record.title}: {', '.join(sources)}"
        commit, is_new = client.upload(folder, Target(repository, private=private), message, is_stale)
        pinned = {name: pins.measure(folder / record.ready_manifest.place(name), commit) for name in sources}
    pins.write(record, repository, pinned)
    reference = Reference(repository, commit)
    return Release(reference, client.tag(reference), tuple(sources), is_new)


def find_sources(record: Record, local: bool, only: str | None = None) -> dict[str, Source]:
    """Return the source on this machine of each checkpoint that has one. Raises UserError where none has."""
    names = [only] if only else list(record.ready_manifest.checkpoints)
    found = {name: weights.find_local(record, name, local) for name in names}
    sources = {name: source for name, source in found.items() if source}
    if not sources:
        raise UserError(f"{record.name} has no weights here to push ({', '.join(names)}): train, then push --local.")
    return sources


def assemble(record: Record, repository: str, sources: Mapping[str, Source], folder: Path) -> None:
    """Write into `folder` what `repository` is to hold. Raises CheckpointError for a checkpoint that does not load."""
    model = verbs.import_module_of(record, "model")
    for name, source in sources.items():
        target = folder / record.ready_manifest.place(name)
        target.mkdir(parents=True, exist_ok=True)
        keras.utils.clear_session()  # layers without a name of their own get the same one each time
        save_keras_files(checkpoint.load(source.folder, model), target)
        for file in (METADATA_FILE, WEIGHTS_FILE, HISTORY):
            if (source.folder / file).exists():
                shutil.copyfile(source.folder / file, target / file)
    for picture in (path for pattern in PICTURES for path in record.folder.glob(pattern)):
        target = folder / picture.relative_to(record.folder)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(picture, target)
    (folder / "README.md").write_text(model_card.build(record, repository, _known_facts(record, repository, sources)))


def _known_facts(record: Record, repository: str, sources: Mapping[str, Source]) -> dict[str, Checkpoint]:
    """Return what is known of each checkpoint, here or in `repository`: the card tells of all that it will hold."""
    facts = {}
    for name, pin in record.ready_manifest.checkpoints.items():
        if name in sources:
            facts[name] = metadata.read(sources[name].folder)
        elif name in record.ready_manifest.pinned and record.ready_manifest.repository == repository:
            there = Reference(repository, pin.revision or "")
            facts[name] = metadata.read(
                client.fetch(there, record.ready_manifest.place(name) + METADATA_FILE, pin.facts_sha256).parent
            )
    return facts


def save_keras_files(network: keras.Model, folder: Path) -> None:
    """Write `network` as `keras.saving.load_model` wants it, the same bytes each time.

    Keras writes the time, and Python's addresses for the names of what layers share: both would make each push new.
    """
    keras.saving.save_model(network, folder, zipped=False)
    metadata, config = folder / "metadata.json", folder / "config.json"
    metadata.write_text(json.dumps({"keras_version": keras.__version__}))
    numbers: dict[str, int] = {}
    config.write_text(
        re.sub(
            r'(?<="shared_object_id": )\d+',
            lambda found: str(numbers.setdefault(found[0], len(numbers))),
            config.read_text(),
        )
    )
