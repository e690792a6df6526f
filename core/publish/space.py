"""Assembles a Hugging Face Space, for one plugin or for the suite, as a folder that the Hub can run as it is.

It holds the code, each plugin's checkpoints (or, where they are pinned on the Hub, the order to preload them), a
`requirements.txt`, and a `README.md` whose front matter configures the Space. Never the folder `spaces/`: on a Space,
Gradio imports a package of that name, the Hub's. Reference: https://huggingface.co/docs/hub/spaces-config-reference
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
from core.publish import bundle, pins
from core.publish.bundle import ROOT
from core.registry import Record

SUITE = "suite"
SHORT = 60  # characters that the Hub allows for a short description
FREE = "cpu-basic"
MARK = ".darkroom-space"  # lists what was assembled, which may be assembled anew; it stays here
NOT_FOR_SERVING = ("tyro",)  # the command line's


class Variant(StrEnum):
    """What a Space computes on."""

    CPU = "cpu"
    GPU = "gpu"
    ZERO = "zero"


def variant_of(hardware: str) -> Variant:
    """Return the variant for one of the Hub's hardware names, such as "cpu-basic". Raises UserError for another."""
    known = [item.value for item in SpaceHardware]
    if hardware not in known:
        raise UserError(f"--hardware {hardware!r} is unknown: the Hub has {', '.join(known)}.")
    return {"cpu": Variant.CPU, "zero": Variant.ZERO}.get(hardware.partition("-")[0], Variant.GPU)


def assemble(name: str, records: Sequence[Record], out: Path, hardware: str = FREE) -> None:
    """Write into the folder `out` the Space `name` (a plugin's name, or "suite"), which serves `records`.

    A Space that was assembled there before is replaced. Raises UserError for hardware that the Hub does not have, and
    for a folder that holds anything else.
    """
    variant = variant_of(hardware)
    out = out.resolve()
    try:
        _clear(out, records)
        _write(name, records, out, hardware, variant)
        (out / MARK).write_text("\n".join(sorted(_files(out))) + "\n")
    except OSError as error:
        raise UserError(f"the Space cannot be assembled in {out} ({error}): name another folder.") from None


def _clear(out: Path, records: Iterable[Record]) -> None:
    """Remove a Space that was assembled in `out` before. Raises UserError where anything else is, or would be."""
    folders = [record.folder.resolve() for record in records]
    if any(source.is_relative_to(out) for source in (ROOT, *folders)):
        raise UserError(f"{out} holds what a Space is made of: name a folder beside it.")
    if any(out.is_relative_to(source) for source in (ROOT / "core", ROOT / "spaces", ROOT / "plugins", *folders)):
        raise UserError(f"{out} lies within what a Space is made of: name a folder elsewhere.")
    if not out.exists():
        return
    mark = out / MARK
    ours = {MARK, *mark.read_text().splitlines()} if mark.exists() else set()
    if not out.is_dir() or (strange := sorted(_files(out) - ours)):
        what = f"such as {strange[0]}" if out.is_dir() else "as a file"
        raise UserError(f"{out} holds something else than a Space assembled before, {what}: name another folder.")
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
    """Return what a Space for `records` has pip install: what serving takes, its backend, what the plugins add."""
    common = _read_requirements("requirements.txt")
    backends = {
        Variant.CPU: [line.replace("tensorflow", "tensorflow-cpu") for line in common if _is_backend(line)],
        Variant.GPU: [line for line in _read_requirements("requirements-gpu.txt") if _is_backend(line)],
        Variant.ZERO: _read_requirements("requirements-zero.txt"),
    }
    serving = [line for line in common if not _is_backend(line)]
    added = {requirement for record in records for requirement in record.ready_manifest.requires}
    return [*serving, *backends[variant], *sorted(added)]


def _read_requirements(file: str) -> list[str]:
    bare = [line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    lines = [line for line in bare if line and not line.startswith("-r")]
    return [line for line in lines if Requirement(line).name not in NOT_FOR_SERVING]


def _is_backend(requirement: str) -> bool:
    return Requirement(requirement).name == "tensorflow"


def _readme(name: str, records: Sequence[Record], hardware: str, lines: list[str]) -> str:
    """Return the Space's README: what is particular to it, from `spaces/<name>/`, and what is computed."""
    own = ROOT / "spaces" / name / "README.md"
    card = RepoCard(own.read_text()) if own.exists() else None
    own_facts: dict[str, Any] = card.data.to_dict() if card else {}  # type: ignore[no-untyped-call]
    facts = _front_matter(name, records, hardware, lines) | own_facts
    facts["tags"] = sorted({"darkroom", "keras", *facts.get("tags", [])})
    text = card.text if card else f"# {records[0].title}\n\n{records[0].ready_manifest.summary}\n"
    return f"---\n{yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)}---\n{text.lstrip()}"


def _front_matter(name: str, records: Sequence[Record], hardware: str, lines: list[str]) -> dict[str, Any]:
    title = "Darkroom" if name == SUITE else records[0].title
    summary = title if name == SUITE else records[0].ready_manifest.summary
    gradio = next(Requirement(line) for line in lines if Requirement(line).name == "gradio")
    models = repositories(records)
    facts = {
        "title": title,
        "emoji": "🔴",
        "colorFrom": "red",
        "colorTo": "gray",
        "sdk": "gradio",
        "sdk_version": _lowest(gradio),
        "python_version": "3.12" if variant_of(hardware) is Variant.ZERO else "3.11",
        "app_file": "app.py",
        "license": "apache-2.0",
        "short_description": summary if len(summary) <= SHORT else title,
        "suggested_hardware": hardware,
        "startup_duration_timeout": "30m",
        "models": models,
        "preload_from_hub": [line for record in records for line in _preloads(record)],
    }
    return {key: value for key, value in facts.items() if value != []}


def _lowest(requirement: Requirement) -> str:
    """Return the lowest version that `requirement` allows, in three parts as the Hub wants it."""
    version = next(item.version for item in requirement.specifier if item.operator in (">=", "=="))
    return ".".join([*version.split("."), "0", "0"][:3])


def preloaded(record: Record) -> dict[str, Pin]:
    """Return the checkpoints that a Space has from the Hub, and which files there they are.

    A bundled checkpoint that differs from the pinned one is what runs here, so it is what the Space gets.
    """
    pinned = record.ready_manifest.pinned
    folders = {name: weights.bundled_folder(record, name) for name in pinned}
    return {name: pin for name, pin in pinned.items() if not (folder := folders[name]) or pins.matches(pin, folder)}


def repositories(records: Iterable[Record]) -> list[str]:
    """Return the repositories that a Space for `records` has weights from."""
    return sorted({record.ready_manifest.repository or "" for record in records if preloaded(record)})


def _preloads(record: Record) -> Iterable[str]:
    """Yield what the Hub is to download while it builds the Space: repository, files, commit."""
    for checkpoint, pin in preloaded(record).items():
        place = record.ready_manifest.place(checkpoint)
        yield f"{record.ready_manifest.repository} {place}{METADATA_FILE},{place}{WEIGHTS_FILE} {pin.revision}"
