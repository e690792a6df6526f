"""The metadata of a checkpoint, `checkpoint.json`: its builder, held-out scores and provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.errors import OwnerError

WEIGHTS_FILE, METADATA_FILE = "model.safetensors", "checkpoint.json"  # the two files of a checkpoint
LONGEST_EXCERPT = 200  # characters


class CheckpointError(OwnerError):
    """A checkpoint that cannot be saved or loaded; the message names the folder and the remedy."""


@dataclass(frozen=True)
class Checkpoint:
    """The content of `checkpoint.json`: the builder and its arguments, held-out scores, provenance.

    Attributes:
        sha256: of the weights file beside it, which is checked when it is loaded; None in files of older versions.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    builder: str
    arguments: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    sha256: str | None = None


def read(folder: Path) -> Checkpoint:
    """Return the metadata of the checkpoint in `folder`.

    Raises:
        CheckpointError: if `checkpoint.json` is missing or malformed.
    """
    try:
        return TypeAdapter(Checkpoint).validate_json((folder / METADATA_FILE).read_bytes())
    except FileNotFoundError:
        raise CheckpointError(f"{folder} holds no {METADATA_FILE}: it is not a checkpoint.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "its beginning"
        excerpt = shorten(f"at {where}: {first['msg']}")
        raise CheckpointError(f"{folder / METADATA_FILE} is malformed ({excerpt}): fetch or train it again.") from None


def shorten(text: object) -> str:
    """Return `text` as one short printable line: names and values in a downloaded file are not trusted."""
    return "".join(character if character.isprintable() else " " for character in str(text)[:LONGEST_EXCERPT])


def to_json_value(value: Any) -> str:
    """Return the JSON text of a value that JSON has no type for: of a path the name only, without its folders."""
    return str(value.name) if isinstance(value, Path) else str(value)
