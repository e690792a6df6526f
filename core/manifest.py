"""The facts of a plugin, `plugin.toml`: all that can be known of it without importing Keras, Gradio or the plugin."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import UserError
from core.hub.reference import REPOSITORY_PATTERN

FILE = "plugin.toml"
API = (1, 0)
SHA256 = r"^[0-9a-f]{64}$"
Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ManifestError(UserError):
    """A `plugin.toml` that cannot be read; the message names the field and the remedy."""


class Pin(BaseModel):
    """Which file on the Hub a checkpoint is, to the bit. Empty for a checkpoint that is only bundled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}$", description="full commit")
    size: int | None = Field(default=None, gt=0, lt=10**12, description="bytes of model.safetensors")
    sha256: str | None = Field(default=None, pattern=SHA256, description="of model.safetensors")
    facts_sha256: str | None = Field(default=None, pattern=SHA256, description="of checkpoint.json")

    @model_validator(mode="after")
    def _is_whole(self) -> Pin:
        if len(given := self.model_dump(exclude_none=True)) not in (0, len(type(self).model_fields)):
            raise ValueError(f"a pin is whole or empty, this one has only {', '.join(given)}: push again")
        return self


NO_PIN = Pin()


class Manifest(BaseModel):
    """What `plugin.toml` says. The first checkpoint is the default one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api: str = Field(pattern=r"^\d+\.\d+$", description='version of the plugin contract, such as "1.0"')
    title: str = Field(min_length=1, max_length=40)
    summary: str = Field(min_length=1, max_length=160, description="one sentence for the home page")
    requires: tuple[str, ...] = Field((), description="packages beyond the suite's own, as pip writes them")
    enabled: bool = True
    precision: Precision = Field("float32", description="what its verbs may compute in where that is faster")
    repository: str | None = Field(default=None, pattern=f"^{REPOSITORY_PATTERN}$", description="owner/name on the Hub")
    checkpoints: dict[str, Pin] = Field(min_length=1)

    @field_validator("checkpoints")
    @classmethod
    def _names(cls, checkpoints: dict[str, Pin]) -> dict[str, Pin]:
        for name in checkpoints:
            if not NAME.fullmatch(name):
                raise ValueError(f"checkpoint {name!r} is not in snake_case")
        return checkpoints

    @model_validator(mode="after")
    def _has_place_for_pins(self) -> Manifest:
        if self.repository is None and any(pin.revision for pin in self.checkpoints.values()):
            raise ValueError("checkpoints are pinned, and repository does not say where: push again")
        return self

    @property
    def default_checkpoint(self) -> str:
        """The checkpoint that a verb gets when none is named."""
        return next(iter(self.checkpoints))

    @property
    def pinned(self) -> dict[str, Pin]:
        """The checkpoints that are on the Hub, and which file there each is."""
        return {name: pin for name, pin in self.checkpoints.items() if self.repository and pin.revision}

    def place(self, checkpoint: str) -> str:
        """Return where a checkpoint lies in the plugin's repository on the Hub: the default one at its root."""
        return "" if checkpoint == self.default_checkpoint else f"checkpoints/{checkpoint}/"

    @property
    def compatible(self) -> bool:
        """Whether this suite can run the plugin: the same major version, and a minor one that it knows."""
        major, minor = map(int, self.api.split("."))
        return major == API[0] and minor <= API[1]


def read(folder: Path) -> Manifest:
    """Return the manifest in `folder`. Raises ManifestError with every field that is wrong."""
    try:
        return Manifest(**tomllib.loads((folder / FILE).read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ManifestError(f"{FILE} cannot be read: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise ManifestError(f"{FILE} is wrong at {wrong}") from None
