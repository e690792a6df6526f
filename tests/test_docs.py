"""What the documents claim is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.cli.parser import _parser
from tests.conftest import ROOT

DOCUMENTS = [
    path for pattern in ("*.md", "docs/*.md", "plugins/*/README.md", ".github/**/*.yml") for path in ROOT.glob(pattern)
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_shown_exists(document: Path) -> None:
    for command, rest in re.findall(r"python -m core (\w+) ([^\n#`]*)", document.read_text()):
        words = [command, *re.sub(r'"\$\w+"', "some/thing", rest).split()]
        parsed, rest = _parser().parse_known_args(words)
        assert parsed.command
        assert not rest or parsed.command.__name__ in ("run", "train", "evaluate"), rest  # whose flags are the plugin's


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


def test_every_make_target_that_is_shown_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = set(re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert shown
    assert shown <= targets


def test_all_bundled_weights_together_stay_small() -> None:
    files = (path for path in ROOT.glob("plugins/*/weights/**/*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 40e6


def test_the_folder_for_spaces_is_no_package() -> None:
    assert not list((ROOT / "spaces").rglob("__init__.py"))
