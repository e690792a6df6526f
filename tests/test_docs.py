"""The documents name only commands, files and make targets that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.cli.parser import build_parser
from tests.conftest import ROOT

DOCUMENTS = [
    path for pattern in ("*.md", "docs/*.md", "plugins/*/README.md", ".github/**/*.yml") for path in ROOT.glob(pattern)
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_documented_command_exists(document: Path) -> None:
    for command, rest in re.findall(r"python -m core (\w+) ([^\n#`]*)", document.read_text()):
        words = [command, *re.sub(r'"\$\w+"', "some/thing", rest).split()]
        parsed, rest = build_parser().parse_known_args(words)
        assert parsed.command
        assert not rest or parsed.command.__name__ in ("run", "train", "evaluate"), rest  # these pass flags to plugins


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_works(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


def test_every_documented_make_target_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documented = set(re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert documented
    assert documented <= targets


def test_the_bundled_weights_stay_below_40_megabytes() -> None:
    files = (path for path in ROOT.glob("plugins/*/weights/**/*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 40e6


def test_the_folder_spaces_is_not_a_package() -> None:
    assert not list((ROOT / "spaces").rglob("__init__.py"))
