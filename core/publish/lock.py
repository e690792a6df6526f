"""The exact versions that a Space installs, so that it boots in a year as it does today: `requirements.lock`.

`python -m core.publish.lock` renews the file from the versions that are installed here, of what requirements.txt names
and of all that this requires in turn. To be run where the tests pass, in an environment made from requirements.txt.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.errors import UserError
from core.publish.bundle import ROOT

LOCK = ROOT / "requirements.lock"
REQUIREMENTS = ROOT / "requirements.txt"
BACKEND = "tensorflow"
HEADER = "# Written by python -m core.publish.lock: the versions that Spaces install."
BACKEND_HEADER = "# For TensorFlow alone:"
NOT_FOR_SERVING = ("tyro",)  # needed by the command line only


def read_requirements(path: Path) -> list[str]:
    """Return the requirements for serving in a file, without comments and references to other files."""
    uncommented = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    lines = [line for line in uncommented if line and not line.startswith("-r")]
    return [line for line in lines if Requirement(line).name not in NOT_FOR_SERVING]


def resolve(requirements: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each package that requirements lead to, by canonical name.

    Raises:
        UserError: if a package is not installed.
    """
    versions: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            try:
                found = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                raise UserError(f"{name} is not installed: pip install -r requirements.txt first.") from None
            versions[name] = found.version
            needed = [Requirement(line) for line in found.requires or ()]
            waiting += [each for each in needed if each.marker is None or each.marker.evaluate({"extra": extra})]
    return dict(sorted(versions.items()))


def write() -> None:
    """Write the lock of this environment."""
    lines = read_requirements(REQUIREMENTS)
    everything, serving = resolve(lines), resolve(line for line in lines if Requirement(line).name != BACKEND)
    pins = [f"{name}=={version}" for name, version in everything.items()]
    backend = [pin for pin, name in zip(pins, everything, strict=True) if name not in serving]
    shared = [pin for pin in pins if pin not in backend]
    LOCK.write_text("\n".join([HEADER, *shared, BACKEND_HEADER, *backend]) + "\n")


def read(with_backend: bool = True) -> dict[str, str]:
    """Return the locked version of each package, by canonical name; without the backend, not of what only it needs."""
    text = LOCK.read_text()
    lines = (text if with_backend else text.partition(BACKEND_HEADER)[0]).splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def pin(requirements: Iterable[str], with_backend: bool) -> list[str]:
    """Return requirements at their locked versions, then all others that the lock holds.

    Args:
        requirements: those to be installed; one that is not locked stays as it is.
        with_backend: whether TensorFlow is among them, and what it alone needs is to be installed.
    """
    locked = read(with_backend)
    pinned = [_at(line, locked.pop(canonicalize_name(Requirement(line).name), None)) for line in requirements]
    return [*pinned, *(f"{name}=={version}" for name, version in locked.items() if name != BACKEND)]


def _at(line: str, version: str | None) -> str:
    """Return a requirement at a version, or as it is if there is none."""
    if version is None:
        return line
    requirement = Requirement(line)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}=={version}"


if __name__ == "__main__":
    write()
