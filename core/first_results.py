"""First results: what a page shows when it is opened, computed beforehand and stored below the plugin's folder.

`python -m core first-results NAME` computes and stores them (`core.web.first_results`). They are optional: a page
without them, or with other weights than they were computed with, computes its results when it is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core import weights
from core.errors import UserError
from core.files import written_atomically
from core.registry import Record
from core.weights import BUNDLED, WeightsOptions

FOLDER, FILE = "first_results", "results.json"


class FirstResultsError(UserError):
    """Stored first results that cannot be read; the message names the file and the remedy."""


@dataclass(frozen=True)
class FirstResult:
    """The stored result of one handler of a page.

    Attributes:
        weights: sha256 of the weights of each checkpoint that it was computed with.
        inputs: the settings that it was computed for, one per input component; of a file its sha256.
        outputs: for each output component, the properties to set: its "value" and others, such as "visible". Files
            are named relative to the folder.
    """

    weights: dict[str, str]
    inputs: list[Any]
    outputs: list[dict[str, Any]]

    @property
    def files(self) -> set[str]:
        """The names of the files in `outputs`."""
        return set(_files_in(self.outputs))


_STORED = TypeAdapter(dict[str, FirstResult])


def folder_of(record: Record) -> Path:
    """Return the folder of a plugin's first results, which need not exist."""
    return record.folder / FOLDER


def read(record: Record) -> dict[str, FirstResult]:
    """Return a plugin's stored first results by the name of the handler; an empty dict where there are none.

    Raises:
        FirstResultsError: if the file is malformed.
    """
    path = folder_of(record) / FILE
    try:
        return _STORED.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise FirstResultsError(
            f"{path} is malformed ({error.errors()[0]['msg']}): python -m core first-results {record.name}"
        ) from None


def write(record: Record, results: Mapping[str, FirstResult]) -> None:
    """Store a plugin's first results; their files are in `folder_of(record)` already."""
    with written_atomically(folder_of(record) / FILE) as temporary:
        temporary.write_bytes(_STORED.dump_json(dict(results), indent=1) + b"\n")


def find_missing(record: Record, result: FirstResult) -> list[str]:
    """Return the names of the files of `result` that are not in the plugin's folder."""
    return sorted(name for name in result.files if not (folder_of(record) / name).is_file())


def find_outdated(record: Record, result: FirstResult, options: WeightsOptions = BUNDLED) -> list[str]:
    """Return the checkpoints whose weights are not, or no longer, those that `result` was computed with."""
    known = record.ready_manifest.checkpoints
    return [
        name
        for name, digest in result.weights.items()
        if name not in known or weights.digest(record, name, options) != digest
    ]


def _files_in(value: Any) -> Iterator[str]:
    """Yield the paths of the files in a value, as Gradio writes them in JSON: {"path": …, "meta": …}."""
    if isinstance(value, dict) and {"path", "meta"} <= value.keys():
        yield value["path"]
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _files_in(each)
