"""What `checkpoint.json` says of a checkpoint: its builder, held-out scores, provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.errors import UserError

WEIGHTS_FILE, METADATA_FILE = "model.safetensors", "checkpoint.json"  # the two files of a checkpoint


class CheckpointError(UserError):
    """A checkpoint that cannot be saved or loaded; the message names the folder and the remedy."""


@dataclass(frozen=True)
class Checkpoint:
    """What `checkpoint.json` holds: the builder and its arguments, held-out scores, where it all came from."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    builder: str
    arguments: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)


def read(folder: Path) -> Checkpoint:
    """Return what `checkpoint.json` in `folder` says. Raises CheckpointError if it is missing or malformed."""
    try:
        return TypeAdapter(Checkpoint).validate_json((folder / METADATA_FILE).read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{folder} holds no {METADATA_FILE}: it is not a checkpoint.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "its beginning"
        words = _short(f"at {where}: {first['msg']}")
        raise CheckpointError(f"{folder / METADATA_FILE} is malformed ({words}): fetch or train it again.") from None


def _short(words: object) -> str:
    """Return `words`, which may be a stranger's, in one line of bearable length."""
    return "".join(character if character.isprintable() else " " for character in str(words)[:200])


def _portable(value: Any) -> str:
    """Return what stands in the JSON for a path: its name, since the rest of it is nobody else's."""
    return str(value.name) if isinstance(value, Path) else str(value)
