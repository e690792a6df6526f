"""Sends checkpoints to other machines: those of the Hub by pin, those of this machine by value, with checksums."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core import weights
from core.errors import OwnerError
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.registry import Record
from core.weights import LocalSource, Source, WeightsOptions

NOWHERE = "{} has no weights on the machine that sends them: train or pull it there."
CHANGED = "{} of {} has changed on its way to another machine: start the app again."


class ShippingError(OwnerError):
    """A file of a checkpoint that did not arrive as it was sent."""


@dataclass(frozen=True)
class File:
    """A file by value."""

    content: bytes
    sha256: str

    @classmethod
    def read(cls, path: Path) -> File:
        """Return the file at `path`, with the checksum of its content."""
        content = path.read_bytes()
        return cls(content, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class Shipped:
    """A checkpoint of another machine, by value; a `weights.Source`."""

    label: str
    files: Mapping[str, File]

    def __str__(self) -> str:
        return self.label

    def fetch(self) -> LocalSource:
        """Return the checkpoint, written to a temporary folder.

        Raises:
            ShippingError: if the sending machine had no such weights, or a checksum is wrong.
        """
        if not self.files:
            raise ShippingError(self.label)
        folder = Path(tempfile.mkdtemp(dir=_temporary_folder().name))
        for name, file in self.files.items():
            if hashlib.sha256(file.content).hexdigest() != file.sha256:
                raise ShippingError(CHANGED.format(name, self.label))
            (folder / name).write_bytes(file.content)
        return LocalSource(folder, self.label)


def pack(record: Record, options: WeightsOptions) -> WeightsOptions:
    """Return the options by which another machine loads the same weights of a plugin as this one would.

    Each checkpoint has exactly one source there: a file that lies on the other machine is never looked at.
    """
    sources = {}
    for name in record.ready_manifest.checkpoints:
        source = next(weights.candidates(record, name, options), None)
        sources[f"{record.name}/{name}"] = _pack(source or Shipped(NOWHERE.format(name), {}))
    return replace(options, overrides=sources, local=False, allow_fallback=False)


def _pack(source: Source) -> Source:
    if not isinstance(source, LocalSource):
        return source
    paths = [source.folder / name for name in (METADATA_FILE, WEIGHTS_FILE)]
    return Shipped(source.label, {path.name: File.read(path) for path in paths if path.exists()})


@functools.cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that is removed when this process ends."""
    return tempfile.TemporaryDirectory(prefix="darkroom-weights-")
