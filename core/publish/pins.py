"""Pins: the commit, size and checksums of a plugin's checkpoints on the Hub, measured and written to `plugin.toml`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import tomlkit

from core import manifest
from core.errors import UserError
from core.files import written_atomically
from core.manifest import Pin
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.registry import Record


def measure(folder: Path, commit: str) -> Pin:
    """Return the pin of the checkpoint in `folder`, which is on the Hub at `commit`."""
    metadata, weights = ((folder / file).read_bytes() for file in (METADATA_FILE, WEIGHTS_FILE))
    return Pin(
        revision=commit,
        size=len(weights),
        sha256=hashlib.sha256(weights).hexdigest(),
        metadata_sha256=hashlib.sha256(metadata).hexdigest(),
    )


def matches(pin: Pin, folder: Path) -> bool:
    """Return whether the files of the checkpoint in `folder` are exactly the pinned ones."""
    return measure(folder, pin.revision or "") == pin


def check(record: Record, repository: str, names: Iterable[str]) -> None:
    """Raise UserError if pinning the checkpoints `names` in `repository` would leave pins in another repository."""
    remaining = sorted(record.ready_manifest.pinned.keys() - set(names))
    if remaining and repository != record.ready_manifest.repository:
        raise UserError(
            f"{', '.join(remaining)} of {record.name} would stay pinned in {record.ready_manifest.repository}, but a "
            f"plugin has one repository: put all of its checkpoints into {repository}, or remove those pins."
        )


def write(record: Record, repository: str, pins: Mapping[str, Pin]) -> None:
    """Write `repository` and the `pins` of its checkpoints to the plugin's manifest, atomically.

    Comments, the order of entries and other checkpoints are kept.

    Raises:
        UserError: if the manifest cannot be written; the message contains what to write by hand.
    """
    check(record, repository, pins)
    path = record.folder / manifest.FILE
    document = tomlkit.parse(path.read_text(encoding=manifest.ENCODING))
    document["repository"] = repository
    for name, pin in pins.items():
        document["checkpoints"][name].update(pin.model_dump())  # type: ignore[index, union-attr]
    try:
        with written_atomically(path) as temporary:
            temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
    except OSError as error:
        by_hand = json.dumps({name: pin.model_dump() for name, pin in pins.items()})
        raise UserError(f"{path} cannot be written ({error.strerror}): write into it {by_hand}.") from None
