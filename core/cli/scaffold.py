"""Writes a new plugin that works: `python -m core new NAME`."""

from __future__ import annotations

import keyword
import shutil
from pathlib import Path

from core import manifest, registry
from core.errors import UserError

TEMPLATES = Path(__file__).parents[1] / "scaffold"
PACKAGE, PLAIN = "package", "plain"  # templates around a plugin in a package of its own, and around any other
KINDS = tuple(sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir() and path.name not in (PACKAGE, PLAIN)))
TEXTS = (".md", ".toml", ".txt", ".yml")  # suffixes of templates; that of a module is .py.txt
PREFIX = "darkroom_"  # of a package's name
TITLE, NAME, DASHED = "TITLE", "NAME", "DASHED"  # in the templates
PLACES = {"workflows": ".github/workflows"}  # of templates whose folders would be hidden
NEXT_STEPS = """{folder} is written, with a small network that is trained already. Try it:
{setup}    python app.py --plugins {name}
    python -m core check {name}
Then change it: the network and the verb in model.py, the data in train.py, the page in interface.py. To train it again:
    python -m core train {name}    # less than a minute; then run the command that it prints
    python -m core first-results {name}"""
SETUP = "    export DARKROOM_PLUGINS={}\n"


def create(name: str, kind: str = "image", parent: Path | None = None, package: bool = False) -> Path:
    """Write a plugin's folder, and return it.

    Args:
        name: of the plugin, in snake_case.
        kind: what its verb takes and returns, one of `KINDS`.
        parent: the folder that it is written into; None: the suite's `plugins/`, for a package the working directory.
        package: whether the plugin becomes a pip package of its own, with its tests, in a folder `darkroom-NAME`.

    Raises:
        UserError: if the name cannot be a plugin's, or is taken.
    """
    if not manifest.NAME.fullmatch(name) or name in registry.RESERVED or keyword.iskeyword(name):
        raise UserError(f"a plugin cannot be called {name!r}: use small letters, digits and _, such as my_demo.")
    if kind not in KINDS:
        raise UserError(f"there is no template for {kind!r}: choose one of {', '.join(KINDS)}.")
    short = name.removeprefix(PREFIX)
    project = (parent or Path()) / f"darkroom-{short.replace('_', '-')}"
    folder = project / f"{PREFIX}{short}" / name if package else (parent or registry.BUNDLED) / name
    taken = registry.discover().get(name)
    if folder.exists() or taken:
        raise UserError(f"{taken.folder if taken else folder} exists already: choose another name.")
    _copy(TEMPLATES / kind, folder, name)
    if package:
        _copy(TEMPLATES / PACKAGE, project, name)
        (folder.parent / "__init__.py").touch()
    else:
        _copy(TEMPLATES / PLAIN, folder, name)
    return folder


def describe_next_steps(folder: Path) -> str:
    """Return what to do with a new plugin: commands that work as they are printed."""
    setup = "" if folder.parent == registry.BUNDLED else SETUP.format(folder.parent.resolve())
    return NEXT_STEPS.format(folder=folder, name=folder.name, setup=setup)


def _copy(templates: Path, folder: Path, name: str) -> None:
    """Write each template below `templates` to the same place below `folder`."""
    for source in sorted(path for path in templates.rglob("*") if path.is_file()):
        place = source.relative_to(templates)
        filled = [part.replace(NAME, name) for part in place.parts[1:]]
        target = folder / PLACES.get(place.parts[0], place.parts[0]) / Path(*filled)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix in TEXTS:
            target = target.with_suffix("") if source.name.endswith(".py.txt") else target
            target.write_text(_fill(source.read_text(encoding="utf-8"), name), encoding="utf-8")
        else:
            shutil.copyfile(source, target)


def _fill(text: str, name: str) -> str:
    """Return a template's text for the plugin `name`."""
    short = name.removeprefix(PREFIX)
    title = short.replace("_", " ").capitalize()
    text = text.replace(f"{PREFIX}{NAME}", f"{PREFIX}{short}").replace(DASHED, short.replace("_", "-"))
    return text.replace(TITLE, title).replace(NAME, name)
