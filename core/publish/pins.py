"""Which file on the Hub each checkpoint of a plugin is, to the bit: measured, and written into its `plugin.toml`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import tomlkit

from core import manifest
from core.errors import UserError
from core.manifest import Pin
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.registry import Record


def measure(folder: Path, commit: str) -> Pin:
    """Return the pin of the checkpoint in `folder`, which is on the Hub at `commit`."""
    facts, numbers = ((folder / file).read_bytes() for file in (METADATA_FILE, WEIGHTS_FILE))
    return Pin(
        revision=commit,
        size=len(numbers),
        sha256=hashlib.sha256(numbers).hexdigest(),
        facts_sha256=hashlib.sha256(facts).hexdigest(),
    )


def matches(pin: Pin, folder: Path) -> bool:
    """Return whether the checkpoint in `folder` is, to the bit, the one that is pinned."""
    return measure(folder, pin.revision or "") == pin


def check(record: Record, repository: str, names: Iterable[str]) -> None:
    """Raise UserError where pinning `names` in `repository` would leave other pins that are in another repository."""
    stranded = sorted(record.ready_manifest.pinned.keys() - set(names))
    if stranded and repository != record.ready_manifest.repository:
        raise UserError(
            f"{', '.join(stranded)} of {record.name} would stay pinned in {record.ready_manifest.repository}, and a "
            f"plugin has one repository: put all of its checkpoints into {repository}, or remove those pins."
        )


def write(record: Record, repository: str, pins: Mapping[str, Pin]) -> None:
    """Write `repository` and the `pins` of its checkpoints into the plugin's manifest.

    Comments, order and other checkpoints stay; the file is replaced as a whole. Raises UserError where it cannot be
    written, its message holding what to write by hand.
    """
    check(record, repository, pins)
    path = record.folder / manifest.FILE
    document = tomlkit.parse(path.read_text())
    document["repository"] = repository
    for name, pin in pins.items():
        document["checkpoints"][name].update(pin.model_dump())  # type: ignore[index, union-attr]
    partial = path.with_suffix(".toml.partial")
    try:
        partial.write_text(tomlkit.dumps(document))
        partial.replace(path)
    except OSError as error:
        by_hand = json.dumps({name: pin.model_dump() for name, pin in pins.items()})
        raise UserError(f"{path} cannot be written ({error.strerror}): write into it {by_hand}.") from None
