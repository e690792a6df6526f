"""Where a plugin's weights come from; the first that is there wins, and says what it is.

What the user named, a folder or a place on the Hub; the newest finished run, where `local` asks for it; the bundled
checkpoint; the Hub, at the commit that the plugin's manifest pins.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core import registry
from core.errors import UserError
from core.hub import reference
from core.hub.reference import Reference
from core.manifest import NO_PIN, Pin
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.registry import Record, State

LOGGER = logging.getLogger(__name__)
WeightsOverride = Path | Reference
MAX_ARGUMENTS, MAX_ARGUMENT = 64, 2048  # of the builder of a network that nobody vouches for


class WeightsNotFoundError(UserError):
    """No weights for a checkpoint; the message says how to get some."""


@dataclass(frozen=True)
class WeightsOptions:
    """What the user asked for: overrides by plugin, or by plugin/checkpoint; runs of this machine first.

    With `allow_fallback`, other weights are taken where the Hub cannot give an override: for an app that must stay up.
    """

    overrides: Mapping[str, WeightsOverride] = field(default_factory=dict)
    local: bool = False
    allow_fallback: bool = False

    def override_for(self, record: Record, name: str) -> WeightsOverride | None:
        """Return the override of the checkpoint `name`; one that names none means the default one."""
        by_plugin = self.overrides.get(record.name) if name == record.ready_manifest.default_checkpoint else None
        return self.overrides.get(f"{record.name}/{name}") or by_plugin


BUNDLED = WeightsOptions()


@dataclass(frozen=True)
class Source:
    """The folder of a checkpoint, and what the page says of it."""

    folder: Path
    label: str


def locate(record: Record, name: str, options: WeightsOptions = BUNDLED) -> Source:
    """Return the source of the checkpoint `name` of a plugin, fetched from the Hub if need be.

    Raises WeightsNotFoundError where there is none, HubError where the Hub has it and cannot give it.
    """
    override = options.override_for(record, name)
    if isinstance(override, Path):
        return Source(override, f"weights from {override}")
    if override:
        try:
            return fetch(record, name, override)
        except UserError as error:
            return locate_instead(record, name, options, error)
    return _locate_own(record, name, options.local)


def locate_instead(record: Record, name: str, options: WeightsOptions, error: UserError) -> Source:
    """Return the source to take where an override failed with `error`. Raises it where no fallback is allowed."""
    override = options.override_for(record, name)
    if not options.allow_fallback or not isinstance(override, Reference):
        raise error
    LOGGER.warning("%s: %s", record.name, error)  # why is for the log: it is nothing to a visitor
    own = _locate_own(record, name, options.local)
    return Source(own.folder, f"{own.label} (those of {override} could not be had)")


def _locate_own(record: Record, name: str, local: bool) -> Source:
    found = find_local(record, name, local) or _fetch_pinned(record, name)
    if found is None:
        known = ", ".join(record.ready_manifest.checkpoints)
        raise WeightsNotFoundError(
            f"{record.name} has no weights for {name!r} (its checkpoints: {known}): train it with "
            f"python -m core train {record.name}, then use --local."
        )
    return found


def find_local(record: Record, name: str, local: bool) -> Source | None:
    """Return the source of a checkpoint on this machine: with `local`, the newest finished run; the bundled one."""
    from core.training import runs  # late: it imports Keras, and the app is served before that

    run = runs.find_run(record.name, finished=True, checkpoint=name) if local else None
    if run:
        return Source(run.checkpoint, f"weights of the run {run.folder.name}")
    bundled = bundled_folder(record, name)
    return Source(bundled, f"bundled weights, {name}") if bundled else None


def bundled_folder(record: Record, name: str) -> Path | None:
    """Return where a checkpoint lies if it comes with the plugin."""
    folder = record.folder / "weights" / name
    return folder if (folder / METADATA_FILE).exists() else None


def fetch(record: Record, name: str, reference: Reference, pin: Pin = NO_PIN) -> Source:
    """Return the source of a checkpoint on the Hub, its two files held against `pin`; nothing else is fetched."""
    from core import metadata
    from core.hub import client  # late: the client reads its settings from the environment at its import

    exact, place = client.resolve(reference), record.ready_manifest.place(name)
    facts = client.fetch(exact, place + METADATA_FILE, pin.facts_sha256)
    vouched = ""
    if pin == NO_PIN:
        vouched = ", not pinned"
        _limit_builder_arguments(metadata.read(facts.parent).arguments, exact)
    client.fetch(exact, place + WEIGHTS_FILE, pin.sha256, pin.size)
    return Source(facts.parent, f"weights from the Hub at {exact.revision[:12]} ({exact.repository}{vouched})")


def _limit_builder_arguments(arguments: Any, source: Reference) -> None:
    """Raise UserError for arguments of a builder that would keep it busy for minutes: nobody vouches for them."""
    leaves = [arguments]
    while any(isinstance(leaf, dict | list) for leaf in leaves) and len(leaves) <= MAX_ARGUMENTS:
        nested = [
            leaf.values() if isinstance(leaf, dict) else leaf if isinstance(leaf, list) else [leaf] for leaf in leaves
        ]
        leaves = [leaf for group in nested for leaf in group]
    if len(leaves) > MAX_ARGUMENTS or any(isinstance(leaf, int) and abs(leaf) > MAX_ARGUMENT for leaf in leaves):
        raise UserError(f"{source} asks for a network of an unreasonable size: do not use it.")


def may_need_hub(records: Iterable[Record], options: WeightsOptions) -> bool:
    """Return whether any weights may have to come from the Hub, so that the network must not be shut off."""
    override = any(isinstance(override, Reference) for override in options.overrides.values())
    return override or any(
        bundled_folder(record, name) is None
        for record in records
        if record.state is State.READY
        for name in record.ready_manifest.pinned
    )


def parse_override(words: str) -> WeightsOverride:
    """Return what --weights names: a folder that is there, or owner/name@revision on the Hub."""
    override = Path(words) if Path(words).is_dir() else reference.parse(words)
    if override is None:
        raise UserError(
            f"--weights {words!r} is no folder: name one that holds checkpoint.json, or owner/name@revision."
        )
    return override


def parse_options(words: list[str], local: bool) -> WeightsOptions:
    """Return the allow_fallback options that `--weights PLUGIN=WISH …` and `--local` state.

    Raises UserError for a word that is not of that form, or names no plugin, no folder and no place on the Hub.
    """
    overrides = {}
    for word in words:
        name, separator, override = word.partition("=")
        if not separator:
            raise UserError(f"--weights {word!r} names no plugin: write PLUGIN=FOLDER or PLUGIN=owner/name@revision.")
        plugin, _, checkpoint = name.partition("/")
        record = registry.find(plugin)
        if checkpoint and record.manifest and checkpoint not in record.manifest.checkpoints:
            known = ", ".join(record.manifest.checkpoints)
            raise UserError(f"--weights {word!r}: {plugin} has no checkpoint {checkpoint!r}, it has {known}.")
        overrides[name] = parse_override(override)
    return WeightsOptions(overrides, local, allow_fallback=True)


def _fetch_pinned(record: Record, name: str) -> Source | None:
    pin = record.ready_manifest.pinned.get(name)
    if pin is None:
        return None
    return fetch(record, name, Reference(record.ready_manifest.repository or "", pin.revision or ""), pin)
