"""Writes into a plugin's `plugin.toml` what it is on the Hub: its repository, and which file each checkpoint is."""

from __future__ import annotations

import json
from collections.abc import Mapping

import tomlkit

from core import manifest
from core.errors import UserError
from core.manifest import Pin
from core.registry import Record


def write(record: Record, repository: str, pins: Mapping[str, Pin]) -> bool:
    """Write `repository` and the `pins` of its checkpoints into the plugin's manifest; return whether that changed it.

    Comments, order and other checkpoints stay; the file is replaced as a whole. Raises UserError where it cannot be
    written, its message holding what to write by hand.
    """
    path = record.folder / manifest.FILE
    before = path.read_text()
    document = tomlkit.parse(before)
    document["repository"] = repository
    for name, pin in pins.items():
        document["checkpoints"][name].update(pin.model_dump(exclude_none=True))  # type: ignore[index, union-attr]
    after = tomlkit.dumps(document)
    partial = path.with_suffix(".toml.partial")
    try:
        partial.write_text(after)
        partial.replace(path)
    except OSError as error:
        by_hand = json.dumps({name: pin.model_dump(exclude_none=True) for name, pin in pins.items()})
        raise UserError(f"{path} cannot be written ({error.strerror}): write into it {by_hand}.") from None
    return after != before
