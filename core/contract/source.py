"""Checks of a plugin's files: which there are, and what they import."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import NamedTuple

import yaml

from core.contract import apart, outcome, translations
from core.contract.apart import Job
from core.contract.breach import ContractError, note, require
from core.contract.vocabulary import LICENSES, PIPELINE_TAGS
from core.registry import Record, State

FILES = ("plugin.toml", "model.py", "train.py", "interface.py", "README.md")
FRONT_MATTER = ("license", "pipeline_tag", "tags")  # of README.md
BACKENDS = ("tensorflow", "torch", "jax")
PAGE_FILES = ("interface.py", "tabs/**/*.py")
PAGE_PROGRAM = """
import gradio, json
from core import engine, registry, verbs
from core.plugin import Plugin
from core.web import translation
record = registry.find(sys.argv[1])
gradio.Blocks.launch = lambda *args, **settings: sys.exit("build_interface calls launch(): return the page instead")
page = verbs.import_module_of(record, "interface").build_interface(Plugin(record, engine.LocalEngine()))
isinstance(page, gradio.Blocks) or sys.exit(f"build_interface returns {type(page)}, not gr.Blocks")
"keras" in sys.modules and sys.exit("interface.py imports keras: call plugin.run instead")
open(sys.argv[2], "w", encoding="utf-8").write(json.dumps(translation.texts_of(page.get_config_file())))
"""
REQUIREMENTS, DISTRIBUTION = Path(__file__).parents[2] / "requirements.txt", "darkroom"


def is_ready(record: Record) -> None:
    """The manifest is valid, and every requirement is installed."""
    require(record.state is State.READY, f"it is {record.state}: {record.reason}")


def has_files(record: Record) -> None:
    """Every file of the contract exists, and the model card begins with front matter that the Hub understands."""
    missing = [name for name in FILES if not (record.folder / name).exists()]
    require(not missing, f"add {', '.join(missing)} to {record.folder}")
    _, _, rest = (record.folder / "README.md").read_text().partition("---\n")
    front_matter = yaml.safe_load(rest.partition("\n---\n")[0]) or {}
    missing = [key for key in FRONT_MATTER if key not in front_matter]
    require(not missing, f"add {', '.join(missing)} to the front matter of README.md")
    for key, known in (("license", LICENSES), ("pipeline_tag", PIPELINE_TAGS)):
        value = front_matter[key]
        require(value in known, f"the Hub knows no {key} {value!r}: change it in the front matter of README.md")


def imports_no_backend(record: Record) -> None:
    """No backend is imported, only Keras, so that the plugin runs under all three."""
    for path in record.folder.rglob("*.py"):
        _refuse_imports(path, BACKENDS, "use keras.ops")


def imports_no_other_plugin(record: Record) -> None:
    """No other plugin is imported, so that each can be removed; its own modules are imported as `from .model`."""
    for path in record.folder.rglob("*.py"):
        _refuse_imports(path, ("plugins",), "write `from .module import …`")


def imports_what_it_requires(record: Record) -> None:
    """Every module is the suite's, the plugin's own, or of a package that is required: a Space has no others."""
    required = {_normalize(name) for name in [*_suite_requirements(), *record.ready_manifest.requires]}
    known = {"core", *sys.stdlib_module_names}
    distributions = packages_distributions()
    for path in record.folder.rglob("*.py"):
        depth = len(path.relative_to(record.folder).parts)
        for statement, modules, dots, is_optional in _imports(path):
            require(dots <= depth, f"{path.name} says {statement!r}, which is outside the plugin's folder: move it in")
            tops = {module.partition(".")[0] for module in modules} if not dots and not is_optional else set()
            for top in tops - known:
                owners = {_normalize(each) for each in distributions.get(top, [top])}
                require(owners & required, f"{path.name} says {statement!r}: add {top} to requires in plugin.toml")


def imports_no_keras_in_page(record: Record) -> None:
    """Neither interface.py nor a module of tabs/ imports Keras: a page calls `plugin.run`."""
    for path in (path for pattern in PAGE_FILES for path in record.folder.glob(pattern)):
        _refuse_imports(path, ("keras", "core.networks"), "call plugin.run")


def builds_page_without_keras(record: Record) -> None:
    """The page is built without loading Keras."""
    ended = apart.run(page_job(record))
    if problem := outcome.of_ended(ended, record.folder):
        raise ContractError(problem)
    for line in translations.describe(record, json.loads(ended.answer)):
        note(line)


def page_job(record: Record) -> Job:
    """Return the program that builds a plugin's page, and prints its texts as JSON."""
    return Job(PAGE_PROGRAM, record.folder)


def _refuse_imports(path: Path, packages: tuple[str, ...], remedy: str) -> None:
    """Raise ContractError if the file `path` imports one of `packages`, at its top or anywhere in it."""
    for statement, modules, dots, _ in _imports(path):
        if not dots and any(f"{module}.".startswith(f"{package}.") for module in modules for package in packages):
            raise ContractError(f"{path.name} says {statement!r}: {remedy}")


class Import(NamedTuple):
    """An import statement.

    Attributes:
        statement: its source.
        modules: the names of the modules that it may import, relative to the package if it has dots.
        dots: how many it has.
        is_optional: whether the plugin handles that it fails.
    """

    statement: str
    modules: list[str]
    dots: int
    is_optional: bool


def _imports(path: Path) -> Iterator[Import]:
    """Yield the import statements of a file."""
    tree = ast.parse(path.read_bytes(), path.name)
    optional = {inner for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in _handled_imports(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield Import(ast.unparse(node), [alias.name for alias in node.names], 0, node in optional)
        elif isinstance(node, ast.ImportFrom):
            module = [node.module] if node.module else []
            names = [".".join([*module, alias.name]) for alias in node.names]  # `from core import networks`
            yield Import(ast.unparse(node), [*module, *names], node.level, node in optional)


def _handled_imports(node: ast.Try) -> list[ast.AST]:
    """Return what stands in a `try` block that catches ImportError."""
    caught = " ".join(ast.unparse(handler.type) for handler in node.handlers if handler.type)
    is_handled = "ImportError" in caught or "ModuleNotFoundError" in caught
    return [inner for statement in node.body for inner in ast.walk(statement)] if is_handled else []


def _suite_requirements() -> list[str]:
    """Return the suite's own requirements, which plugins may import too: of a checkout, or of the installed package."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines() if REQUIREMENTS.exists() else requires(DISTRIBUTION)
    return [line.partition("#")[0] for line in lines or [] if re.match(r"\w", line)]


def _normalize(requirement: str) -> str:
    """Return the name of a requirement's distribution as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]*", requirement.strip())[0]).lower()  # type: ignore[index]
