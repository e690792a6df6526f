"""Assembles a Hugging Face Space, for one plugin or for the suite, as a folder that the Hub can run.

The folder holds the code, the bundled checkpoints, a `requirements.txt`, and a `README.md` with front matter that
configures the Space and lists the checkpoints to preload from the Hub. It never holds the folder `spaces/`: on a Space,
Gradio imports the Hub's package of that name. Reference: https://huggingface.co/docs/hub/spaces-config-reference
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import RepoCard, SpaceHardware
from packaging.requirements import Requirement

from core import weights
from core.errors import UserError
from core.manifest import Pin
from core.metadata import METADATA_FILE, WEIGHTS_FILE
from core.publish import bundle, lock, pins
from core.publish.bundle import ROOT
from core.registry import Record

SUITE = "suite"
LONGEST_DESCRIPTION = 60  # characters, the Hub's limit for short_description
FREE = "cpu-basic"
INVENTORY_FILE = ".darkroom-space"  # lists the assembled files, which alone may be replaced; it is not uploaded


class Variant(StrEnum):
    """The kind of hardware of a Space, which decides its backend."""

    CPU = "cpu"
    GPU = "gpu"
    ZERO = "zero"


def variant_of(hardware: str) -> Variant:
    """Return the variant of a hardware name of the Hub, such as "cpu-basic". Raises UserError if it is unknown."""
    known = [item.value for item in SpaceHardware]
    if hardware not in known:
        raise UserError(f"--hardware {hardware!r} is unknown: the Hub has {', '.join(known)}.")
    return {"cpu": Variant.CPU, "zero": Variant.ZERO}.get(hardware.partition("-")[0], Variant.GPU)


def assemble(name: str, records: Sequence[Record], out: Path, hardware: str = FREE) -> None:
    """Write a Space to the folder `out`, replacing a Space that was assembled there before.

    Args:
        name: a plugin's name, or "suite".
        records: the plugins that the Space serves.
        out: the folder.
        hardware: its name on the Hub.

    Raises:
        UserError: if the hardware is unknown, or the folder contains anything but an assembled Space.
    """
    variant = variant_of(hardware)
    out = out.resolve()
    try:
        _clear(out, records)
        _write(name, records, out, hardware, variant)
        (out / INVENTORY_FILE).write_text("\n".join(sorted(_files(out))) + "\n")
    except OSError as error:
        raise UserError(f"the Space cannot be assembled in {out} ({error}): name another folder.") from None


def _clear(out: Path, records: Iterable[Record]) -> None:
    """Remove a Space that was assembled in `out` before. Raises UserError if `out` contains anything else."""
    folders = [record.folder.resolve() for record in records]
    if any(source.is_relative_to(out) for source in (ROOT, *folders)):
        raise UserError(f"{out} contains the source of the Space: name another folder.")
    if any(out.is_relative_to(source) for source in (ROOT / "core", ROOT / "spaces", ROOT / "plugins", *folders)):
        raise UserError(f"{out} is inside the source of the Space: name another folder.")
    if not out.exists():
        return
    inventory = out / INVENTORY_FILE
    assembled = {INVENTORY_FILE, *inventory.read_text().splitlines()} if inventory.exists() else set()
    if not out.is_dir():
        raise UserError(f"{out} is a file: name a folder.")
    if others := sorted(_files(out) - assembled):
        raise UserError(
            f"{out} contains files that are not of an assembled Space, such as {others[0]}: name another folder."
        )
    shutil.rmtree(out)


def _files(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if not path.is_dir() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in paths}


def _write(name: str, records: Sequence[Record], out: Path, hardware: str, variant: Variant) -> None:
    bundle.write(records, out)
    for record in records:
        for checkpoint in preloaded(record):
            shutil.rmtree(out / "plugins" / record.name / "weights" / checkpoint, ignore_errors=True)
    for surplus in out.glob("requirements-*.txt"):
        surplus.unlink()
    if variant is Variant.ZERO:
        shutil.copy(ROOT / "spaces" / "app_zero.py", out / "app.py")
    lines = requirements(records, variant)
    (out / "requirements.txt").write_text("\n".join(lines) + "\n")
    (out / "README.md").write_text(_readme(name, records, hardware, lines))


def requirements(records: Iterable[Record], variant: Variant) -> list[str]:
    """Return the pip requirements of a Space: those for serving, those of the backend, those of the plugins.

    All but those of plugins, of PyTorch and of CUDA are at the versions in `requirements.lock`.
    """
    common = lock.read_requirements(lock.REQUIREMENTS)
    backends = {
        Variant.CPU: [line for line in common if _is_backend(line)],
        Variant.GPU: [line for line in lock.read_requirements(ROOT / "requirements-gpu.txt") if _is_backend(line)],
        Variant.ZERO: lock.read_requirements(ROOT / "requirements-zero.txt"),
    }
    serving = [line for line in common if not _is_backend(line)]
    extra = {requirement for record in records for requirement in record.ready_manifest.requires}
    lines = lock.pin([*serving, *backends[variant]], with_backend=variant is not Variant.ZERO)
    if variant is Variant.CPU:
        lines = [line.replace("tensorflow==", "tensorflow-cpu==") for line in lines]
    return [*lines, *sorted(extra)]


def _is_backend(requirement: str) -> bool:
    return Requirement(requirement).name == lock.BACKEND


def _readme(name: str, records: Sequence[Record], hardware: str, lines: list[str]) -> str:
    """Return the README of a Space: its own from `spaces/<name>/`, its front matter completed by computed values."""
    own = ROOT / "spaces" / name / "README.md"
    card = RepoCard(own.read_text()) if own.exists() else None
    own_values: dict[str, Any] = card.data.to_dict() if card else {}  # type: ignore[no-untyped-call]
    front_matter = _front_matter(name, records, hardware, lines) | own_values
    front_matter["tags"] = sorted({"darkroom", "keras", *front_matter.get("tags", [])})
    text = card.text if card else f"# {records[0].title}\n\n{records[0].ready_manifest.summary}\n"
    return f"---\n{yaml.safe_dump(front_matter, sort_keys=False, allow_unicode=True)}---\n{text.lstrip()}"


def _front_matter(name: str, records: Sequence[Record], hardware: str, lines: list[str]) -> dict[str, Any]:
    title = "Darkroom" if name == SUITE else records[0].title
    summary = title if name == SUITE else records[0].ready_manifest.summary
    gradio = next(Requirement(line) for line in lines if Requirement(line).name == "gradio")
    models = repositories(records)
    values = {
        "title": title,
        "emoji": "🔴",
        "colorFrom": "red",
        "colorTo": "gray",
        "sdk": "gradio",
        "sdk_version": _lowest_version(gradio),
        "python_version": "3.12" if variant_of(hardware) is Variant.ZERO else "3.11",
        "app_file": "app.py",
        "license": "apache-2.0",
        "short_description": summary if len(summary) <= LONGEST_DESCRIPTION else title,
        "suggested_hardware": hardware,
        "startup_duration_timeout": "30m",
        "models": models,
        "preload_from_hub": [line for record in records for line in _preloads(record)],
    }
    return {key: value for key, value in values.items() if value != []}


def _lowest_version(requirement: Requirement) -> str:
    """Return the lowest version that `requirement` allows, in three parts as the Hub expects it."""
    version = next(item.version for item in requirement.specifier if item.operator in (">=", "=="))
    return ".".join([*version.split("."), "0", "0"][:3])


def preloaded(record: Record) -> dict[str, Pin]:
    """Return the pins of the checkpoints that a Space preloads from the Hub, by checkpoint.

    A bundled checkpoint that differs from the pinned one is not among them: the Space gets the bundled one, since that
    is what runs here.
    """
    pinned = record.ready_manifest.pinned
    folders = {name: weights.bundled_folder(record, name) for name in pinned}
    return {name: pin for name, pin in pinned.items() if not (folder := folders[name]) or pins.matches(pin, folder)}


def repositories(records: Iterable[Record]) -> list[str]:
    """Return the repositories that a Space for `records` preloads weights from."""
    return sorted({record.ready_manifest.repository or "" for record in records if preloaded(record)})


def _preloads(record: Record) -> Iterable[str]:
    """Yield the entries of `preload_from_hub`: repository, files, commit."""
    for checkpoint, pin in preloaded(record).items():
        path = record.ready_manifest.path_on_hub(checkpoint)
        yield f"{record.ready_manifest.repository} {path}{METADATA_FILE},{path}{WEIGHTS_FILE} {pin.revision}"
