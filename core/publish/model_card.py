"""The model card on the Hub: the plugin's README with its scores in the front matter and a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from huggingface_hub import EvalResult, ModelCard

from core.errors import UserError
from core.metadata import Checkpoint
from core.registry import Record

COSTS = ("seconds", "megabytes")  # prefixes of scores that do not measure quality
LOADING = """

## From the Hub

In plain Keras, the default network:

    import keras
    network = keras.saving.load_model("hf://{repository}")

With its page, its verbs and its other networks, in Darkroom:

    python -m core pull {name}
    python app.py --plugins {name}
"""


def build(record: Record, repository: str, checkpoints: Mapping[str, Checkpoint]) -> str:
    """Return the text of a plugin's model card.

    Args:
        record: the plugin; its README holds the text and part of the front matter.
        repository: owner/name on the Hub.
        checkpoints: the metadata of each checkpoint; its held-out scores go into the card's `model-index`.

    Raises:
        UserError: if the front matter of the README is not valid YAML.
    """
    path = record.folder / "README.md"
    try:
        card = ModelCard(path.read_text())
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(
            f"{path}: the front matter is not valid YAML ({error}): correct the text between the two ---."
        ) from None
    front_matter: Any = card.data
    front_matter.library_name, front_matter.model_name = "keras", record.title
    front_matter.tags = sorted({*(front_matter.tags or []), "darkroom"})
    front_matter.eval_results = [
        result
        for name, checkpoint in checkpoints.items()
        for result in _results(name, checkpoint, front_matter.get("pipeline_tag") or "other")
    ]
    title, _, rest = card.text.lstrip().partition("\n")
    picture = f"\n\n![{record.title}](card.webp)" if (record.folder / "card.webp").exists() else ""
    loading = LOADING.format(repository=repository, name=record.name)
    return f"---\n{front_matter.to_yaml()}\n---\n{title}{picture}\n{rest.rstrip()}{loading}"


def _results(name: str, checkpoint: Checkpoint, task: str) -> Iterator[EvalResult]:
    for score, value in checkpoint.scores.items():
        if not score.startswith(COSTS):
            yield EvalResult(
                task_type=task,
                dataset_type=name,
                dataset_name=f"{name}, held out",
                metric_type=score.partition("_")[0],
                metric_name=score,
                metric_value=round(value, 4),
            )
