"""Where a plugin's weights come from; the first that is there wins, and says what it is.

A folder named by the user; the newest finished run, where `local` asks for it; the bundled checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core import registry
from core.errors import UserError
from core.registry import Record


class WeightsNotFoundError(UserError):
    """No weights for a checkpoint; the message says how to get some."""


@dataclass(frozen=True)
class Preference:
    """What the user asked for: folders by plugin, or by plugin/checkpoint; runs of this machine first."""

    folders: Mapping[str, Path] = field(default_factory=dict)
    local: bool = False


BUNDLED = Preference()


@dataclass(frozen=True)
class Source:
    """The folder of a checkpoint, and what the page says of it."""

    folder: Path
    label: str


def locate(record: Record, name: str, preference: Preference) -> Source:
    """Return the source of the checkpoint `name` of a plugin. Raises WeightsNotFoundError where there is none."""
    from core import checkpoint, training  # late: they import Keras, and the app is served before that

    assert record.manifest is not None, "only a ready plugin has weights"
    wished = preference.folders.get(f"{record.name}/{name}")
    if name == record.manifest.default_checkpoint:
        wished = wished or preference.folders.get(record.name)
    if wished:
        return Source(wished, f"weights from {wished}")
    run = training.find_run(record.name, finished=True, checkpoint=name) if preference.local else None
    if run:
        return Source(run.checkpoint, f"weights of the run {run.folder.name}")
    bundled = record.folder / "weights" / name
    if (bundled / checkpoint.FACTS).exists():
        return Source(bundled, f"bundled weights, {name}")
    known = ", ".join(record.manifest.checkpoints)
    raise WeightsNotFoundError(
        f"{record.name} has no weights for {name!r} (its checkpoints: {known}): train it with "
        f"python -m core train {record.name}, then use --local."
    )


def parse_preference(words: list[str], local: bool) -> Preference:
    """Return the preference that `--weights NAME=FOLDER …` and `--local` state.

    Raises UserError for a word that is not of that form, or names no plugin or no folder.
    """
    folders = {}
    for word in words:
        name, separator, folder = word.partition("=")
        if not separator or not Path(folder).is_dir():
            raise UserError(f"--weights {word!r} names no folder: write PLUGIN=FOLDER or PLUGIN/CHECKPOINT=FOLDER.")
        registry.find(name.partition("/")[0])
        folders[name] = Path(folder)
    return Preference(folders, local)
