"""Finds plugins without importing them: folders below `plugins/` and DARKROOM_PLUGINS, and pip packages.

A pip package declares its plugin by an entry point of the group `darkroom.plugins`, and runs only when
DARKROOM_ALLOW names it. A plugin that cannot run is found too, with the reason.
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
from core.files import is_left_behind
from core.manifest import Manifest, ManifestError

BUNDLED = Path(__file__).parent.parent / "plugins"
GROUP = "darkroom.plugins"
NAMING = "DARKROOM_ALLOW", "DARKROOM_DISABLED", "DARKROOM_ISOLATE"  # variables that name plugins
RESERVED = frozenset(  # the first parts of paths that Gradio itself answers: a page there would never be shown
    ("assets", "config", "gradio_api", "login", "logout", "monitoring", "pwa_icon", "static", "svelte")
)


class State(StrEnum):
    """Whether a plugin can run, and if not, the kind of problem."""

    READY = "ready"
    DISABLED = "disabled"
    INCOMPATIBLE = "incompatible"
    MISSING_REQUIREMENT = "missing requirement"
    BROKEN = "broken"


@dataclass(frozen=True)
class Record:
    """A plugin as it was found.

    Attributes:
        name: the plugin's name, which is its folder's.
        folder: where it is.
        package: the Python package to import it as.
        state: whether it can run.
        reason: why it cannot run; empty if it is ready.
        manifest: its manifest, if that can be read.
    """

    name: str
    folder: Path
    package: str
    state: State
    reason: str = ""
    manifest: Manifest | None = None

    @property
    def title(self) -> str:
        """The title, or the name if the manifest cannot be read."""
        return self.manifest.title if self.manifest else self.name

    @property
    def isolated(self) -> bool:
        """Whether its verbs run in a process of their own: its manifest asks for it, or DARKROOM_ISOLATE names it."""
        return (self.manifest is not None and self.manifest.isolate) or self.name in names_in("DARKROOM_ISOLATE")

    @property
    def ready_manifest(self) -> Manifest:
        """The manifest of a plugin that is ready. Raises ManifestError if it could not be read."""
        if self.manifest is None:
            raise ManifestError(f"{self.name} has no manifest, it is {self.state}: {self.reason}.")
        return self.manifest


class PluginNotFoundError(UserError):
    """There is no plugin of that name; the message lists the names."""


def discover() -> dict[str, Record]:
    """Return every plugin by name, sorted by name. Of two with the same name, the second is broken."""
    records: dict[str, Record] = {}
    for record in [*_in_folders(), *_in_packages()]:
        if other := records.get(record.name):
            reason = f"the name is taken by {other.folder}: rename this folder"
            record = Record(f"{record.name}@{record.folder}", record.folder, record.package, State.BROKEN, reason)
        records[record.name] = record
    return dict(sorted(records.items()))


def find(name: str) -> Record:
    """Return the plugin `name`, or that in the folder `name`, if it is a path.

    Raises:
        PluginNotFoundError: if there is none; the message says where was looked.
    """
    folder = Path(name).expanduser().resolve()
    if os.sep in name or (folder / manifest.FILE).is_file():
        return _find_in(folder)
    records = discover()
    if name not in records:
        looked, found = ", ".join(map(str, _parents())), find_mistakes()
        raise PluginNotFoundError(
            " ".join([f"there is no plugin {name!r}: there are {', '.join(records) or 'none'}, in {looked}.", *found])
        )
    return records[name]


def _find_in(folder: Path) -> Record:
    """Return the plugin in a folder, under the name by which `discover` knows it if it does."""
    if not (folder / manifest.FILE).is_file():
        raise PluginNotFoundError(f"{folder} is no plugin: it has no {manifest.FILE}.")
    known = (record for record in discover().values() if record.folder.resolve() == folder)
    return next(known, None) or _record(folder, f"plugins.{folder.name}")


def find_mistakes() -> Iterator[str]:
    """Yield a sentence for each folder and each name in a variable of the environment that finds no plugin."""
    for folder in _parents()[1:]:
        if not folder.is_dir():
            yield f"DARKROOM_PLUGINS names {folder}, which is not a folder."
        elif (folder / manifest.FILE).is_file():
            yield f"DARKROOM_PLUGINS names {folder}, which is a plugin itself: name the folder that it is in."
        elif not any(True for _ in folder.glob(f"*/{manifest.FILE}")):
            yield f"DARKROOM_PLUGINS names {folder}, in which no folder holds a {manifest.FILE}."
    known = discover()
    for variable in NAMING:
        for name in names_in(variable):
            if name not in known:
                yield f"{variable} names {name}, and there is no such plugin: there are {', '.join(known)}."


def _parents() -> list[Path]:
    """Return the folders in which plugins are looked for."""
    return [BUNDLED, *(Path(each) for each in os.environ.get("DARKROOM_PLUGINS", "").split(os.pathsep) if each)]


def names_in(variable: str) -> list[str]:
    """Return the comma-separated names in an environment variable."""
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def _in_folders() -> Iterator[Record]:
    for parent in _parents():
        for file in sorted(parent.glob(f"*/{manifest.FILE}")):
            if not is_left_behind(file.parent.name):
                yield _record(file.parent, f"plugins.{file.parent.name}")


def _in_packages() -> Iterator[Record]:
    for entry in sorted(entry_points(group=GROUP)):
        folder = _locate(entry)
        if folder is None:
            reason = f"its entry point {entry.value!r} names no folder: reinstall the package"
            yield Record(entry.name, Path(entry.value), entry.module, State.BROKEN, reason)
        elif folder.name not in names_in("DARKROOM_ALLOW"):
            reason = f"installed packages run only when named: set DARKROOM_ALLOW={folder.name}"
            yield Record(folder.name, folder, entry.module, State.DISABLED, reason)
        else:
            yield _record(folder, entry.module)


def _locate(entry: EntryPoint) -> Path | None:
    """Return the folder of the package that `entry` names, or None.

    Only the top-level package is looked up, by its spec: finding the spec of a subpackage would import its parent.
    """
    top, *inner = entry.module.split(".")
    spec = find_spec(top)
    places = spec.submodule_search_locations if spec else None
    folders = (Path(place, *inner) for place in places or ())
    return next((folder for folder in folders if folder.is_dir()), None)


def _record(folder: Path, package: str) -> Record:
    name = folder.name
    try:
        found = manifest.read(folder)
    except ManifestError as error:
        return Record(name, folder, package, State.BROKEN, str(error))
    state, reason = _state(name, found)
    return Record(name, folder, package, state, reason, found)


def _state(name: str, found: Manifest) -> tuple[State, str]:
    if not manifest.NAME.fullmatch(name):
        return State.BROKEN, f"the folder's name {name!r} is not in snake_case: rename it"
    if name in RESERVED:
        return State.BROKEN, f"the folder's name {name!r} is taken by a path of the web server: rename it"
    if not found.compatible:
        ours = ".".join(map(str, manifest.API))
        return (
            State.INCOMPATIBLE,
            f"it was written for plugin api {found.api}, this suite has {ours}: update one of them",
        )
    if not found.enabled or name in names_in("DARKROOM_DISABLED"):
        return State.DISABLED, "switched off by plugin.toml or DARKROOM_DISABLED"
    for requirement in found.requires:
        if problem := _unmet(requirement):
            return State.MISSING_REQUIREMENT, f"{problem}: python -m pip install '{requirement}'"
    return State.READY, ""


def _unmet(requirement: str) -> str | None:
    """Return a message that says how this environment fails `requirement`, or None if it is met."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        parsed = Requirement(requirement)
        if parsed.marker and not parsed.marker.evaluate():
            return None  # it is for other systems
        found = version(parsed.name)
    except InvalidRequirement:
        return f"{requirement!r} is not a valid pip requirement"
    except PackageNotFoundError:
        return f"{parsed.name} is not installed"
    return None if found in parsed.specifier else f"{parsed.name} {found} is installed"
