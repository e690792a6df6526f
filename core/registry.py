"""Finds plugins without importing them: folders below `plugins/` and DARKROOM_PLUGINS, and pip packages.

A pip package announces its plugin by an entry point of the group `darkroom.plugins`, and runs only when
DARKROOM_ALLOW names it. A plugin that cannot run is found all the same, with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

from core import manifest
from core.errors import UserError
from core.manifest import Manifest, ManifestError

BUNDLED = Path(__file__).parent.parent / "plugins"
GROUP = "darkroom.plugins"


class State(StrEnum):
    """Whether a plugin can run, and if not, why."""

    READY = "ready"
    DISABLED = "disabled"
    INCOMPATIBLE = "incompatible"
    MISSING_REQUIREMENT = "missing requirement"
    BROKEN = "broken"


@dataclass(frozen=True)
class Record:
    """One plugin as it was found: `package` is what to import, `reason` is empty when it is ready."""

    name: str
    folder: Path
    package: str
    state: State
    reason: str = ""
    manifest: Manifest | None = None

    @property
    def title(self) -> str:
        """Its title, or its name where the manifest could not be read."""
        return self.manifest.title if self.manifest else self.name

    @property
    def ready_manifest(self) -> Manifest:
        """The manifest of a plugin that is ready."""
        assert self.manifest is not None, f"{self.name} is {self.state}"
        return self.manifest


class PluginNotFoundError(UserError):
    """No plugin of that name; the message lists those that there are."""


def discover() -> dict[str, Record]:
    """Return every plugin by name, in order of name. Of two with one name the first wins, the other is broken."""
    records: dict[str, Record] = {}
    for record in [*_in_folders(), *_in_packages()]:
        if other := records.get(record.name):
            reason = f"the name is taken by {other.folder}: rename this folder"
            record = Record(f"{record.name}@{record.folder}", record.folder, record.package, State.BROKEN, reason)
        records[record.name] = record
    return dict(sorted(records.items()))


def find(name: str) -> Record:
    """Return the plugin `name`. Raises PluginNotFoundError where there is none."""
    records = discover()
    if name not in records:
        raise PluginNotFoundError(f"there is no plugin {name!r}: there are {', '.join(records) or 'none'}.")
    return records[name]


def names_in(variable: str) -> list[str]:
    """Return the comma-separated names in an environment variable."""
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def _in_folders() -> Iterator[Record]:
    extra = [Path(folder) for folder in os.environ.get("DARKROOM_PLUGINS", "").split(os.pathsep) if folder]
    for parent in [BUNDLED, *extra]:
        for file in sorted(parent.glob(f"*/{manifest.FILE}")):
            yield _record(file.parent, f"plugins.{file.parent.name}")


def _in_packages() -> Iterator[Record]:
    for entry in sorted(entry_points(group=GROUP)):
        folder = _locate(entry)
        if folder is None:
            reason = f"its entry point {entry.value!r} leads to no folder: reinstall the package"
            yield Record(entry.name, Path(entry.value), entry.module, State.BROKEN, reason)
        elif folder.name not in names_in("DARKROOM_ALLOW"):
            reason = f"installed packages run only when named: set DARKROOM_ALLOW={folder.name}"
            yield Record(folder.name, folder, entry.module, State.DISABLED, reason)
        else:
            yield _record(folder, entry.module)


def _locate(entry: EntryPoint) -> Path | None:
    """Return the folder of the package that `entry` names; only its outermost package is looked up, by its spec."""
    outermost, *inner = entry.module.split(".")
    spec = find_spec(outermost)
    places = spec.submodule_search_locations if spec else None
    folders = (Path(place, *inner) for place in places or ())
    return next((folder for folder in folders if folder.is_dir()), None)


def _record(folder: Path, package: str) -> Record:
    name = folder.name
    try:
        facts = manifest.read(folder)
    except ManifestError as error:
        return Record(name, folder, package, State.BROKEN, str(error))
    state, reason = _state(name, facts)
    return Record(name, folder, package, state, reason, facts)


def _state(name: str, facts: Manifest) -> tuple[State, str]:
    if not manifest.NAME.fullmatch(name):
        return State.BROKEN, f"the folder's name {name!r} is not in snake_case: rename it"
    if not facts.compatible:
        ours = ".".join(map(str, manifest.API))
        return State.INCOMPATIBLE, f"it is made for plugin api {facts.api}, this suite has {ours}: update one of them"
    if not facts.enabled or name in names_in("DARKROOM_DISABLED"):
        return State.DISABLED, "switched off by plugin.toml or DARKROOM_DISABLED"
    for requirement in facts.requires:
        if problem := _unmet(requirement):
            return State.MISSING_REQUIREMENT, f"{problem}: python -m pip install '{requirement}'"
    return State.READY, ""


def _unmet(requirement: str) -> str | None:
    """Return in words what `requirement` lacks here, or None."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        wanted = Requirement(requirement)
        found = version(wanted.name)
    except InvalidRequirement:
        return f"{requirement!r} is not a requirement as pip writes it"
    except PackageNotFoundError:
        return f"{wanted.name} is not installed"
    return None if found in wanted.specifier else f"{wanted.name} {found} is installed"
