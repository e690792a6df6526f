"""Which hosts requests may name."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from core.web.hosts import LOCAL, allowed_hosts
from core.web.middleware import SecurityHeaders
from core.web.options import make_parser


@pytest.mark.parametrize(
    ("bound", "named", "space", "allowed"),
    [
        (None, [], None, [*LOCAL]),
        ("127.0.0.1", [], None, [*LOCAL]),
        ("127.0.0.1", ["demo.example.org"], None, [*LOCAL, "demo.example.org"]),
        ("0.0.0.0", [], None, ["*"]),
        ("0.0.0.0", ["demo.example.org"], None, [*LOCAL, "demo.example.org"]),
        (None, [], "you/demo", ["*"]),
    ],
)
def test_a_server_on_this_machine_answers_to_its_own_names_only(
    bound: str | None, named: list[str], space: str | None, allowed: list[str], monkeypatch: Any
) -> None:
    if space:
        monkeypatch.setenv("SPACE_ID", space)
    assert allowed_hosts(bound, named) == allowed


@pytest.mark.parametrize("path", ["/", "/gradio_api/mcp/", "/config"])
def test_a_foreign_name_is_refused_and_answers_carry_the_headers(app_address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(app_address + path, headers={"Host": "evil.example"}))
    assert refused.value.code == 400
    with urllib.request.urlopen(f"{app_address}/") as answer:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "https://huggingface.co" in answer.headers["content-security-policy"]


def test_other_sites_may_frame_the_app_only_where_they_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    options = make_parser().parse_args(["--embed-on", "https://school.example"])
    policies = [
        dict(SecurityHeaders(print, each).headers)[b"content-security-policy"] for each in ([], options.embed_on)
    ]
    assert [b"school.example" in policy for policy in policies] == [False, True]
    with pytest.raises(SystemExit):
        make_parser().parse_args(["--embed-on", "https://school.example; script-src *"])
    assert "is not an origin" in capsys.readouterr().err
