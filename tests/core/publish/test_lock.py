"""The versions that Spaces install are locked, with all that they require in turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.errors import UserError
from core.publish import lock

RENEW = "python -m core.publish.lock renews requirements.lock"


def test_every_requirement_is_locked_at_a_version_that_it_allows() -> None:
    locked = lock.read()
    for requirement in map(Requirement, lock.read_requirements(lock.REQUIREMENTS)):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), (str(requirement), RENEW)


def test_what_the_requirements_require_is_locked_too() -> None:
    """Versions may differ from those installed here; a package that is new to these is not in the lock yet."""
    missing = lock.resolve(lock.read_requirements(lock.REQUIREMENTS)).keys() - lock.read().keys()
    assert not missing, RENEW


def test_the_lock_that_is_written_is_the_one_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK", tmp_path / "requirements.lock")
    lock.write()
    assert lock.read() == lock.resolve(lock.read_requirements(lock.REQUIREMENTS))
    serving = lock.read(with_backend=False)
    assert "keras" in serving
    assert "tensorflow" not in serving
    assert "grpcio" not in serving


def test_requirements_are_pinned_with_their_extras_and_unknown_ones_are_kept() -> None:
    locked = lock.read()
    pinned = lock.pin(["gradio[mcp]>=6", "torch>=2.9,<3"], with_backend=False)
    assert pinned[:2] == [f"gradio[mcp]=={locked['gradio']}", "torch>=2.9,<3"]
    assert f"numpy=={locked['numpy']}" in pinned


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(UserError, match=r"no-such-package is not installed"):
        lock.resolve(["no_such_package>=1"])
