"""Where the weights of a checkpoint come from: an ordered list of candidates, of which the first that works is used.

The order: the override that the user named (a folder, or a place on the Hub); with `local`, the newest finished run;
the bundled checkpoint; the Hub, at the commit that the plugin's manifest pins.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from core import metadata, registry
from core.errors import OwnerError, UserError
from core.files import sha256_of
from core.hub import reference
from core.hub.reference import Reference
from core.manifest import NO_PIN, Pin
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.registry import Record, State
from core.training import runs

LOGGER = logging.getLogger(__name__)
MAX_ARGUMENT_COUNT, MAX_ARGUMENT_VALUE = 64, 2048  # limits of builder arguments, if the weights are not pinned
PAGE_ARGUMENTS = "shape", "dimensions", "classes", "scale", "variational"  # builder arguments that a page relies on
T = TypeVar("T")


class WeightsNotFoundError(OwnerError):
    """There are no weights for a checkpoint; the message says how to get some."""


class Source(Protocol):
    """One place that a checkpoint can come from. `str(source)` names it in messages."""

    def fetch(self) -> LocalSource:
        """Return the checkpoint on this machine, downloaded if necessary. Raises UserError if that fails."""


WeightsOverride = Path | Reference | Source


@dataclass(frozen=True)
class WeightsOptions:
    """Which weights the user asked for.

    Attributes:
        overrides: weights to use first, by "plugin" (its default checkpoint) or "plugin/checkpoint".
        local: whether the newest finished run comes before the bundled checkpoint.
        allow_fallback: whether the next candidate is tried if one fails. An app does that, to stay up; a command
            does not, so that it never computes with other weights than were asked for.
    """

    overrides: Mapping[str, WeightsOverride] = field(default_factory=dict)
    local: bool = False
    allow_fallback: bool = False

    def override_for(self, record: Record, name: str) -> WeightsOverride | None:
        """Return the override of the checkpoint `name` of a plugin, or None."""
        by_plugin = self.overrides.get(record.name) if name == record.ready_manifest.default_checkpoint else None
        return self.overrides.get(f"{record.name}/{name}") or by_plugin


BUNDLED = WeightsOptions()


@dataclass(frozen=True)
class LocalSource:
    """A checkpoint on this machine: its folder, and a label that tells users where it comes from."""

    folder: Path
    label: str

    def __str__(self) -> str:
        return str(self.folder)

    def fetch(self) -> LocalSource:
        """Return the source itself, as there is nothing to download."""
        return self


@dataclass(frozen=True)
class HubSource:
    """The checkpoint `name` of a plugin, in a repository on the Hub."""

    record: Record
    name: str
    reference: Reference
    pin: Pin = NO_PIN

    def __str__(self) -> str:
        return str(self.reference)

    def fetch(self) -> LocalSource:
        """Return the checkpoint in the cache, downloaded if necessary.

        Only the checkpoint's two files are downloaded, and their checksums are compared with the pin.

        Raises:
            HubError: if the Hub refuses or cannot be reached, or a file is not the pinned one.
            UserError: without a pin, if the checkpoint asks for a network of an unreasonable size.
        """
        from core.hub import client  # late: huggingface_hub reads the environment when it is imported

        exact, path = client.resolve(self.reference), self.record.ready_manifest.path_on_hub(self.name)
        folder = client.fetch(exact, path + METADATA_FILE, self.pin.metadata_sha256).parent
        is_pinned = self.pin != NO_PIN
        if not is_pinned:
            _check_builder_arguments(metadata.read(folder).arguments, exact)
        client.fetch(exact, path + WEIGHTS_FILE, self.pin.sha256, self.pin.size)
        origin = exact.repository if is_pinned else f"{exact.repository}, not pinned"
        return LocalSource(folder, f"weights from the Hub at {exact.revision[:12]} ({origin})")


def candidates(record: Record, name: str, options: WeightsOptions = BUNDLED) -> Iterator[Source]:
    """Yield the places that the checkpoint `name` of a plugin can come from, the preferred one first."""
    override = options.override_for(record, name)
    if isinstance(override, Path):
        yield LocalSource(override, f"weights from {override}")
    elif isinstance(override, Reference):
        yield HubSource(record, name, override)
    elif override:
        yield override
    yield from local_candidates(record, name, options.local, options.allow_fallback)
    if pin := record.ready_manifest.pinned.get(name):
        yield HubSource(record, name, Reference(record.ready_manifest.repository or "", pin.revision or ""), pin)


def local_candidates(record: Record, name: str, local: bool, fitting: bool = False) -> Iterator[LocalSource]:
    """Yield the sources of a checkpoint on this machine: with `local`, the newest finished run; the bundled one.

    With `fitting`, for an app, runs that do not fit the plugin's page are passed over; log and labels say so.
    """
    note = ""
    for run in runs.find_runs(record.name, finished=True, checkpoint=name) if local else ():
        if fitting and (difference := find_misfit(record, name, run.checkpoint)):
            LOGGER.warning("%s: the run %s is passed over, %s", record.name, run.folder.name, difference)
            note = note or f" (the run {run.folder.name} is passed over: {difference})"
            continue
        yield LocalSource(run.checkpoint, f"weights of the run {run.folder.name}{note}")
        break
    if folder := bundled_folder(record, name):
        yield LocalSource(folder, f"bundled weights, {name}{note}")


def find_misfit(record: Record, name: str, folder: Path) -> str:
    """Return how the inputs or outputs of the checkpoint in `folder` differ from those of the bundled one, or "".

    A page is made for the bundled one: its controls and examples fit no images of another shape. A network that is
    only larger or smaller inside fits. A checkpoint that cannot be read fits too: loading it raises a better error.
    """
    bundled = bundled_folder(record, name)
    if bundled is None:
        return ""
    try:
        found, expected = metadata.read(folder), metadata.read(bundled)
    except UserError:
        return ""
    pairs = {key: (found.arguments.get(key), expected.arguments.get(key)) for key in PAGE_ARGUMENTS}
    pairs["builder"] = found.builder, expected.builder
    differences = [f"{key} {ours}, not {theirs}" for key, (ours, theirs) in pairs.items() if ours != theirs]
    return metadata.shorten(f"its network has {' and '.join(differences)}") if differences else ""


def load_first(record: Record, name: str, options: WeightsOptions, load: Callable[[LocalSource], T]) -> tuple[T, str]:
    """Return `load(candidate)` for the first candidate that works, and the label of that candidate.

    The label ends in the names of the candidates that failed before, such as "bundled weights, digits (those of
    owner/name@main could not be loaded)".

    Args:
        record: the plugin.
        name: the checkpoint.
        options: which candidates there are, and whether the next one is tried after a failure.
        load: called with the candidate on this machine, once that has been downloaded if necessary.

    Raises:
        UserError: if a candidate cannot be downloaded or loaded, and no other may be tried.
        WeightsNotFoundError: if there are no candidates.
    """
    failed: list[str] = []
    last_error: UserError | None = None
    for source in candidates(record, name, options):
        try:
            found = source.fetch()
            loaded = load(found)
        except UserError as error:
            if not options.allow_fallback:
                raise
            LOGGER.warning("%s: %s", record.name, error)  # the reason is for the log, not for visitors
            failed.append(str(source))
            last_error = error
        else:
            note = f" (those of {', '.join(failed)} could not be loaded)" if failed else ""
            return loaded, found.label + note
    raise last_error or WeightsNotFoundError(
        f"{record.name} has no weights for {name!r} (its checkpoints: {', '.join(record.ready_manifest.checkpoints)}): "
        f"train it with python -m core train {record.name}, then use --local."
    )


def digest(record: Record, name: str, options: WeightsOptions = BUNDLED) -> str | None:
    """Return the sha256 of the weights that a checkpoint is loaded from; None if only a download would tell.

    Args:
        record: the plugin.
        name: the checkpoint.
        options: which candidates there are; the first one counts.
    """
    source = next(candidates(record, name, options), None)
    if isinstance(source, LocalSource):
        path = source.folder / WEIGHTS_FILE
        return _digest_of_file(path, path.stat().st_mtime_ns) if path.exists() else None
    return source.pin.sha256 if isinstance(source, HubSource) else None


@functools.cache
def _digest_of_file(path: Path, modified: int) -> str:
    """Return the sha256 of a file, read once for each time that it was `modified`."""
    return sha256_of(path)


def are_missing(record: Record, options: WeightsOptions = BUNDLED) -> bool:
    """Return whether the default checkpoint of a plugin can come from nowhere; nothing is downloaded or read."""
    sources = candidates(record, record.ready_manifest.default_checkpoint, options)
    return all(isinstance(each, LocalSource) and not (each.folder / WEIGHTS_FILE).exists() for each in sources)


def bundled_folder(record: Record, name: str) -> Path | None:
    """Return the folder of a checkpoint that is bundled with the plugin, or None."""
    folder = record.folder / "weights" / name
    return folder if (folder / METADATA_FILE).exists() else None


def _check_builder_arguments(arguments: Any, source: Reference) -> None:
    """Raise UserError if there are so many builder arguments, or so large ones, that building would take minutes."""
    leaves = [arguments]  # of one more level of nesting at each turn; not recursive, as the file may nest any number
    while any(isinstance(leaf, dict | list) for leaf in leaves) and len(leaves) <= MAX_ARGUMENT_COUNT:
        nested = [
            leaf.values() if isinstance(leaf, dict) else leaf if isinstance(leaf, list) else [leaf] for leaf in leaves
        ]
        leaves = [leaf for group in nested for leaf in group]
    if len(leaves) > MAX_ARGUMENT_COUNT or any(
        isinstance(leaf, int) and abs(leaf) > MAX_ARGUMENT_VALUE for leaf in leaves
    ):
        raise UserError(f"{source} asks for a network of an unreasonable size: do not use it.")


def may_need_hub(records: Iterable[Record], options: WeightsOptions) -> bool:
    """Return whether weights may have to be downloaded, so that the Hub's client must not be set offline."""
    is_overridden = any(isinstance(override, Reference) for override in options.overrides.values())
    return is_overridden or any(
        bundled_folder(record, name) is None
        for record in records
        if record.state is State.READY
        for name in record.ready_manifest.pinned
    )


def parse_override(text: str) -> WeightsOverride:
    """Return the weights that --weights names: an existing folder, or owner/name@revision on the Hub.

    Raises:
        UserError: if it is neither.
    """
    override = Path(text) if Path(text).is_dir() else reference.parse(text)
    if override is None:
        raise UserError(
            f"--weights {text!r} is not a folder: name one that holds checkpoint.json, or owner/name@revision."
        )
    return override


def parse_options(overrides: Iterable[str], local: bool) -> WeightsOptions:
    """Return the options of an app, which allow a fallback.

    Args:
        overrides: the values of --weights, each PLUGIN=FOLDER, PLUGIN=owner/name@revision, or the same with
            PLUGIN/CHECKPOINT.
        local: the flag --local.

    Raises:
        UserError: if a value has another form, or names an unknown plugin, checkpoint or folder.
    """
    parsed = {}
    for text in overrides:
        name, separator, override = text.partition("=")
        if not separator:
            raise UserError(f"--weights {text!r} names no plugin: write PLUGIN=FOLDER or PLUGIN=owner/name@revision.")
        plugin, _, checkpoint = name.partition("/")
        record = registry.find(plugin)
        if checkpoint and record.manifest and checkpoint not in record.manifest.checkpoints:
            known = ", ".join(record.manifest.checkpoints)
            raise UserError(f"--weights {text!r}: {plugin} has no checkpoint {checkpoint!r}, it has {known}.")
        parsed[name] = parse_override(override)
    return WeightsOptions(parsed, local, allow_fallback=True)
