"""Writes a new plugin that works: `python -m core new NAME`."""

from __future__ import annotations

import shutil
from pathlib import Path

from core import manifest, registry
from core.errors import UserError

TEMPLATES = Path(__file__).parents[1] / "scaffold"
KINDS = tuple(sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
TEXTS = (".md", ".toml", ".txt")  # suffixes of templates; a module is a template with .txt after its name
TITLE, NAME = "TITLE", "NAME"  # in the templates
NEXT_STEPS = """{folder} is written. Try it:
{setup}    python -m core train {name}    # less than a minute; then run the command that it prints
    python -m core first-results {name}
    python -m core check {name}
    python app.py --plugins {name}
Then change it: the network and the verb in model.py, the data in train.py, the page in interface.py."""
SETUP = "    export DARKROOM_PLUGINS={}\n"


def create(name: str, kind: str = "image", parent: Path | None = None) -> Path:
    """Write a plugin's folder, and return it.

    Args:
        name: of the plugin, in snake_case.
        kind: what its verb takes and returns, one of `KINDS`.
        parent: the folder that it is written into; None: the suite's `plugins/`.

    Raises:
        UserError: if the name cannot be a plugin's, or is taken.
    """
    if not manifest.NAME.fullmatch(name) or name in registry.RESERVED:
        raise UserError(f"a plugin cannot be called {name!r}: use small letters, digits and _, such as my_demo.")
    if kind not in KINDS:
        raise UserError(f"there is no template for {kind!r}: choose one of {', '.join(KINDS)}.")
    folder = (parent or registry.BUNDLED) / name
    taken = registry.discover().get(name)
    if folder.exists() or taken:
        raise UserError(f"{taken.folder if taken else folder} exists already: choose another name.")
    for source in sorted(path for path in (TEMPLATES / kind).rglob("*") if path.is_file()):
        target = folder / source.relative_to(TEMPLATES / kind)
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(source, target, name)
    return folder


def describe_next_steps(folder: Path) -> str:
    """Return what to do with a new plugin: commands that work as they are printed."""
    setup = "" if folder.parent == registry.BUNDLED else SETUP.format(folder.parent.resolve())
    return NEXT_STEPS.format(folder=folder, name=folder.name, setup=setup)


def _write(source: Path, target: Path, name: str) -> None:
    if source.suffix not in TEXTS:
        shutil.copyfile(source, target)
        return
    text = source.read_text(encoding="utf-8").replace(TITLE, name.replace("_", " ").capitalize()).replace(NAME, name)
    target = target.with_suffix("") if source.suffix == ".txt" else target
    target.write_text(text, encoding="utf-8")
