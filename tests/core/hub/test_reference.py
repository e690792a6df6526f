"""References to the Hub, and its address."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.hub.reference import Reference, check_endpoint, parse


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("alice/thing@v1", Reference("alice/thing", "v1")),
        (f"alice/a.b-c@{'0' * 40}", Reference("alice/a.b-c", "0" * 40)),
        ("alice/thing", None),
        ("thing@main", None),
        ("/alice/thing@main", None),
        ("alice/thing@", None),
    ],
)
def test_a_reference_is_owner_name_and_revision(text: str, reference: Reference | None) -> None:
    assert parse(text) == reference


def test_only_a_full_commit_is_exact() -> None:
    assert Reference("alice/thing", "0" * 40).is_exact
    assert not Reference("alice/thing", "0" * 39).is_exact
    assert not Reference("alice/thing", "main").is_exact


@pytest.mark.parametrize("endpoint", ["not a url", "http://[::1", "http://127.0.0.1:99999", "ftp://x.y"])
def test_an_endpoint_that_is_not_a_url_is_reported(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(UserError, match="which is not a URL: write https://"):
        check_endpoint()
