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

from core import reference, registry
from core.errors import UserError
from core.manifest import FACTS, NO_PIN, NUMBERS, Pin
from core.reference import Reference
from core.registry import Record, State

LOGGER = logging.getLogger(__name__)
Wish = Path | Reference
MOST_ARGUMENTS, LARGEST_ARGUMENT = 64, 2048  # of the builder of a network that nobody vouches for


class WeightsNotFoundError(UserError):
    """No weights for a checkpoint; the message says how to get some."""


@dataclass(frozen=True)
class Preference:
    """What the user asked for: wishes by plugin, or by plugin/checkpoint; runs of this machine first.

    `lenient` takes other weights where the Hub denies those wished for, and says so: for an app that must stay up.
    """

    wishes: Mapping[str, Wish] = field(default_factory=dict)
    local: bool = False
    lenient: bool = False

    def wish(self, record: Record, name: str) -> Wish | None:
        """Return what is wished for as the checkpoint `name`; a wish that names none means the default one."""
        by_plugin = self.wishes.get(record.name) if name == record.facts.default_checkpoint else None
        return self.wishes.get(f"{record.name}/{name}") or by_plugin


BUNDLED = Preference()


@dataclass(frozen=True)
class Source:
    """The folder of a checkpoint, and what the page says of it."""

    folder: Path
    label: str


def locate(record: Record, name: str, preference: Preference = BUNDLED) -> Source:
    """Return the source of the checkpoint `name` of a plugin, fetched from the Hub if need be.

    Raises WeightsNotFoundError where there is none, HubError where the Hub has it and cannot give it.
    """
    wished = preference.wish(record, name)
    if isinstance(wished, Path):
        return Source(wished, f"weights from {wished}")
    if wished:
        try:
            return fetch(record, name, wished)
        except UserError as error:
            return locate_instead(record, name, preference, error)
    return _locate_own(record, name, preference.local)


def locate_instead(record: Record, name: str, preference: Preference, error: UserError) -> Source:
    """Return the source to take where a wish came to `error`. Raises that where it is no wish, or not a lenient one."""
    wished = preference.wish(record, name)
    if not preference.lenient or not isinstance(wished, Reference):
        raise error
    LOGGER.warning("%s: %s", record.name, error)  # why is for the log: it is nothing to a visitor
    own = _locate_own(record, name, preference.local)
    return Source(own.folder, f"{own.label} (those of {wished} could not be had)")


def _locate_own(record: Record, name: str, local: bool) -> Source:
    found = find_here(record, name, local) or _fetch_pinned(record, name)
    if found is None:
        known = ", ".join(record.facts.checkpoints)
        raise WeightsNotFoundError(
            f"{record.name} has no weights for {name!r} (its checkpoints: {known}): train it with "
            f"python -m core train {record.name}, then use --local."
        )
    return found


def find_here(record: Record, name: str, local: bool) -> Source | None:
    """Return the source of a checkpoint on this machine: with `local`, the newest finished run; the bundled one."""
    from core import training  # late: it imports Keras, and the app is served before that

    run = training.find_run(record.name, finished=True, checkpoint=name) if local else None
    if run:
        return Source(run.checkpoint, f"weights of the run {run.folder.name}")
    bundled = bundled_folder(record, name)
    return Source(bundled, f"bundled weights, {name}") if bundled else None


def bundled_folder(record: Record, name: str) -> Path | None:
    """Return where a checkpoint lies if it comes with the plugin."""
    folder = record.folder / "weights" / name
    return folder if (folder / FACTS).exists() else None


def fetch(record: Record, name: str, reference: Reference, pin: Pin = NO_PIN) -> Source:
    """Return the source of a checkpoint on the Hub, its two files held against `pin`; nothing else is fetched."""
    from core import checkpoint, hub  # late: the client reads its settings from the environment at its import

    exact, place = hub.resolve(reference), record.facts.place(name)
    facts = hub.fetch(exact, place + FACTS, pin.facts_sha256)
    vouched = ""
    if pin == NO_PIN:
        vouched = ", not pinned"
        _refuse_strange(checkpoint.read(facts.parent).arguments, exact)
    hub.fetch(exact, place + NUMBERS, pin.sha256, pin.size)
    return Source(facts.parent, f"weights from the Hub at {exact.revision[:12]} ({exact.repository}{vouched})")


def _refuse_strange(arguments: Any, source: Reference) -> None:
    """Raise UserError for arguments of a builder that would keep it busy for minutes: nobody vouches for them."""
    leaves = [arguments]
    while any(isinstance(leaf, dict | list) for leaf in leaves) and len(leaves) <= MOST_ARGUMENTS:
        nested = [
            leaf.values() if isinstance(leaf, dict) else leaf if isinstance(leaf, list) else [leaf] for leaf in leaves
        ]
        leaves = [leaf for group in nested for leaf in group]
    if len(leaves) > MOST_ARGUMENTS or any(isinstance(leaf, int) and abs(leaf) > LARGEST_ARGUMENT for leaf in leaves):
        raise UserError(f"{source} asks for a network of an unreasonable size: do not use it.")


def need_the_hub(records: Iterable[Record], preference: Preference) -> bool:
    """Return whether any weights may have to come from the Hub, so that the network must not be shut off."""
    wished = any(isinstance(wish, Reference) for wish in preference.wishes.values())
    return wished or any(
        bundled_folder(record, name) is None
        for record in records
        if record.state is State.READY
        for name in record.facts.pinned
    )


def parse_wish(words: str) -> Wish:
    """Return what --weights names: a folder that is there, or owner/name@revision on the Hub."""
    wish = Path(words) if Path(words).is_dir() else reference.parse(words)
    if wish is None:
        raise UserError(
            f"--weights {words!r} is no folder: name one that holds checkpoint.json, or owner/name@revision."
        )
    return wish


def parse_preference(words: list[str], local: bool) -> Preference:
    """Return the lenient preference that `--weights PLUGIN=WISH …` and `--local` state.

    Raises UserError for a word that is not of that form, or names no plugin, no folder and no place on the Hub.
    """
    wishes = {}
    for word in words:
        name, separator, wish = word.partition("=")
        if not separator:
            raise UserError(f"--weights {word!r} names no plugin: write PLUGIN=FOLDER or PLUGIN=owner/name@revision.")
        plugin, _, checkpoint = name.partition("/")
        record = registry.find(plugin)
        if checkpoint and record.manifest and checkpoint not in record.manifest.checkpoints:
            known = ", ".join(record.manifest.checkpoints)
            raise UserError(f"--weights {word!r}: {plugin} has no checkpoint {checkpoint!r}, it has {known}.")
        wishes[name] = parse_wish(wish)
    return Preference(wishes, local, lenient=True)


def _fetch_pinned(record: Record, name: str) -> Source | None:
    pin = record.facts.pinned.get(name)
    if pin is None:
        return None
    return fetch(record, name, Reference(record.facts.repository or "", pin.revision or ""), pin)
