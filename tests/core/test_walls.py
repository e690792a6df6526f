"""The layers of the suite: what each package may import.

The order is that of `LAYERS`, low to high: a module imports its own layer and those below, late imports included.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import registry
from tests.conftest import ROOT, run_python

LAYERS = (
    (
        "core.errors",
        "core.progress",
        "core.files",
        "core.kinds",
        "core.parallel",
        "core.shared_state",
        "core.tracebacks",
        "core.turns",
        "core.watchdog",
    ),
    ("core.imaging", "core.sounds", "core.tables", "core.texts"),
    ("core.hub.reference",),
    ("core.crashes", "core.failures", "core.manifest", "core.metadata", "core.registry", "core.verbs"),
    ("core.hub",),
    ("core.networks",),
    ("core.training",),
    ("core.weights",),
    ("core.engine", "core.engines", "core.zerogpu", "core.first_results"),
    ("core.plugin",),
    ("core.publish",),
    ("core.web",),
    ("core.contract",),
    ("core.cli", "core.__main__"),
)
PATHS = [*ROOT.glob("core/*.py"), *ROOT.glob("core/engines/*.py")]
KERNEL = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PATHS if not path.stem.startswith("__")]
HEAVY = ("keras", "gradio", "huggingface_hub")
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.glob("core/**/*.py"))
}


def imports(path: Path, late: bool = True) -> Iterator[str]:
    """Yield the modules that a file imports; without `late`, only those imported with the module itself."""
    tree = ast.parse(path.read_text())
    functions = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in functions and not late:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path} imports relatively"
            yield from (
                name if (name := f"{node.module}.{alias.name}") in FILES else node.module for alias in node.names
            )


def layer(module: str) -> int:
    """Return the index in LAYERS of the most specific entry that `module` belongs to."""
    matches = [
        (len(entry), index)
        for index, entries in enumerate(LAYERS)
        for entry in entries
        if f"{module}.".startswith(f"{entry}.")
    ]
    assert matches, f"{module} has no layer: add it to LAYERS"
    return max(matches)[1]


@pytest.mark.parametrize("module", [module for module in FILES if module != "core"])
def test_no_import_goes_up(module: str) -> None:
    for imported in imports(FILES[module]):
        if imported.startswith("core."):
            assert layer(imported) <= layer(module), f"{module} imports {imported}"
        assert imported.partition(".")[0] != "plugins"


@pytest.mark.parametrize("module", [module for module in FILES if module in KERNEL or ".imaging" in module])
def test_kernel_and_imaging_import_nothing_heavy(module: str) -> None:
    top_level = {imported.partition(".")[0] for imported in imports(FILES[module], late=False)}
    assert not top_level & set(HEAVY)


def test_loading_kernel_and_imaging_loads_nothing_heavy() -> None:
    modules = [*KERNEL, *(module for module in FILES if ".imaging" in module), "core.hub.reference"]
    program = (
        "import importlib, json, sys\n"
        f"for module in {modules!r}:\n"
        "    importlib.import_module(module)\n"
        f"    loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "    if loaded: sys.exit(f'{module} loads {loaded}')\n"
        "print(json.dumps(len(sys.modules)))"
    )
    ended = run_python("-c", program)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) > len(modules)


@pytest.mark.parametrize("module", [module for module in FILES if re.match(r"core\.(networks|training)", module)])
def test_networks_and_training_never_import_gradio(module: str) -> None:
    seen, pending = set(), {module}
    while pending:  # whatever they import of core, also late, must not import it either
        current = pending.pop()
        seen.add(current)
        found = set(imports(FILES[current]))
        assert not {name for name in found if name.partition(".")[0] == "gradio"}, current
        pending |= {name for name in found if name in FILES} - seen


def test_nothing_in_core_names_a_bundled_plugin() -> None:
    names = "|".join(record.name for record in registry.discover().values() if record.folder.parent == registry.BUNDLED)
    for path in ROOT.glob("core/**/*"):
        if path.suffix in (".py", ".css", ".js"):
            found = re.search(rf"\b({names})\b", path.read_text())
            assert not found, f"{path} names {found and found[0]}"
