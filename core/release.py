"""What a push puts on the Hub: a plugin's checkpoints, for Darkroom and for plain Keras, its card, pictures, history.

The default checkpoint lies at the repository's root, the others in `checkpoints/<name>/`.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras

from core import card, checkpoint, engine, hub, pins, weights
from core.checkpoint import FACTS, NUMBERS
from core.errors import UserError
from core.hub import Target
from core.manifest import Pin
from core.reference import Reference
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


def push(record: Record, repository: str, private: bool = False, local: bool = False) -> Release:
    """Put the plugin's checkpoints on the Hub as one commit, tag it, and pin it in the plugin's manifest.

    With `local`, the newest finished run of each checkpoint goes before the bundled one. Pushing the same again
    changes nothing. Raises UserError where there is nothing to push, or the Hub refuses.
    """
    sources = find_sources(record, local)
    elsewhere = tuple(record.facts.place(name) for name in record.facts.checkpoints if name not in sources)

    def is_stale(path: str) -> bool:
        return path.startswith(("checkpoints/", "examples/")) and not path.startswith(elsewhere)

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        assemble(record, repository, sources, folder)
        message = f"{record.title}: {', '.join(sources)}"
        commit, is_new = hub.upload(folder, Target(repository, private=private), message, is_stale)
        pinned = {name: pin(folder / record.facts.place(name), commit) for name in sources}
    tag = hub.tag(repository, commit)
    pins.write(record, repository, pinned)
    return Release(Reference(repository, commit), tag, tuple(sources), is_new)


def find_sources(record: Record, local: bool) -> dict[str, Source]:
    """Return the source on this machine of each checkpoint that has one. Raises UserError where none has."""
    found = {name: weights.find_here(record, name, local) for name in record.facts.checkpoints}
    sources = {name: source for name, source in found.items() if source}
    if not sources:
        raise UserError(f"{record.name} has no weights to push: train it, then push with --local.")
    return sources


def assemble(record: Record, repository: str, sources: Mapping[str, Source], folder: Path) -> None:
    """Write into `folder` what `repository` is to hold. Raises CheckpointError for a checkpoint that does not load."""
    model = engine.import_part(record, "model")
    for name, source in sources.items():
        target = folder / record.facts.place(name)
        target.mkdir(parents=True, exist_ok=True)
        keras.utils.clear_session()  # layers without a name of their own get the same one each time
        save_keras_files(checkpoint.load(source.folder, model), target)
        for file in (FACTS, NUMBERS, HISTORY):
            if (source.folder / file).exists():
                shutil.copyfile(source.folder / file, target / file)
    for picture in (path for pattern in PICTURES for path in record.folder.glob(pattern)):
        target = folder / picture.relative_to(record.folder)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(picture, target)
    facts = {name: checkpoint.read(source.folder) for name, source in sources.items()}
    (folder / "README.md").write_text(card.build(record, repository, facts))


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


def pin(folder: Path, commit: str) -> Pin:
    """Return what a manifest says of the checkpoint in `folder` once it is on the Hub as `commit`."""
    facts, numbers = ((folder / file).read_bytes() for file in (FACTS, NUMBERS))
    return Pin(
        revision=commit,
        size=len(numbers),
        sha256=hashlib.sha256(numbers).hexdigest(),
        facts_sha256=hashlib.sha256(facts).hexdigest(),
    )
