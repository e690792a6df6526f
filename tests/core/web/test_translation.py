"""Pages in the visitor's language: whole sentences, templates, Markdown and HTML; values stay as they are."""

from __future__ import annotations

import ast
import gzip
import importlib
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core import registry, verbs, zerogpu
from core.contract import translations
from core.engine import LocalEngine
from core.errors import DiskFullError, HubError, OwnerError, UserError
from core.imaging import unsupported
from core.plugin import Plugin
from core.web import (
    admission,
    batches,
    building,
    calls,
    handlers,
    jobs,
    masks,
    output_files,
    translated_app,
    translation,
)
from core.web.translation import LANGUAGES, Table

TABLE = Table(
    {
        "Run": "ਚਲਾਓ",
        "Done in {}.": "{} ਵਿੱਚ ਪੂਰਾ ਹੋਇਆ।",
        "**{:.1f} → {high:.1f} dB**": "**{high} ← {} dB**",
        "cats": "ਬਿੱਲੀਆਂ",
        "**{} and {}**": "**{} ਅਤੇ {}**",
        "black {}": "{} ਕਾਲੀਆਂ",
        "Step {} of {}": "ਕਦਮ {} / {}",
        "{} · weights": "{} · ਵਜ਼ਨ",
        "Step {}: {} of {} modes": "ਕਦਮ {}: {}, ਕੁੱਲ {} ਮੋਡ",
    }
)
BUNDLED = [record for record in registry.discover().values() if record.folder.parent == registry.BUNDLED]


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        ("Run", "ਚਲਾਓ"),
        ("Run away", "Run away"),
        ("Done in 3.2 s.", "3.2 s ਵਿੱਚ ਪੂਰਾ ਹੋਇਆ।"),
        ("Done in cats.", "ਬਿੱਲੀਆਂ ਵਿੱਚ ਪੂਰਾ ਹੋਇਆ।"),
        ("**1.0 → 2.0 dB**", "**2.0 ← 1.0 dB**"),
        ("Step 5: 3 of 8 modes", "ਕਦਮ 5: 3, ਕੁੱਲ 8 ਮੋਡ"),
        ("**Run and dogs**", "**ਚਲਾਓ ਅਤੇ dogs**"),
        ("Run and cats", "ਚਲਾਓ ਅਤੇ ਬਿੱਲੀਆਂ"),
        ("**cats, black cats and cats, dogs**", "**ਬਿੱਲੀਆਂ, ਬਿੱਲੀਆਂ ਕਾਲੀਆਂ ਅਤੇ cats, dogs**"),
        ("Run\n\nRun away\n\nRun", "ਚਲਾਓ\n\nRun away\n\nਚਲਾਓ"),
        ('<b title="Run"> Run </b><i>Run away</i>', '<b title="ਚਲਾਓ"> ਚਲਾਓ </b><i>Run away</i>'),
        ("<h1>Run</h1><p>CPU · weights</p>CPU · weights", "<h1>ਚਲਾਓ</h1><p>CPU · ਵਜ਼ਨ</p>CPU · weights"),
    ],
)
def test_whole_texts_are_translated_and_never_a_part_of_a_sentence(text: str, translated: str) -> None:
    assert TABLE.translate(text) == translated


def test_words_are_translated_and_values_are_not() -> None:
    radio = translation.translate_properties(
        "radio", {"label": "Run", "choices": [("Run", "Run"), ("x", 1)], "value": "Run"}, TABLE.translate
    )
    assert radio == {"label": "ਚਲਾਓ", "choices": [["ਚਲਾਓ", "Run"], ["x", 1]], "value": "Run"}
    assert translation.translate_properties("markdown", {"value": "Run"}, TABLE.translate) == {"value": "ਚਲਾਓ"}
    assert translation.translate_properties("textbox", {"value": "Run"}, TABLE.translate) == {"value": "Run"}


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("pa", "fr", "hi-IN,hi;q=0.9", "pa"),
        (None, "fr", "hi", "fr"),
        ("xx", None, "de-DE,de;q=0.9,hi-IN;q=0.8", "hi"),
        (None, None, "de", "en"),
        (None, None, "", "en"),
    ],
)
def test_the_address_comes_before_the_menu_and_that_before_the_browser(
    query: str | None, cookie: str | None, accepted: str, language: str
) -> None:
    assert translation.choose(query, cookie, accepted) == language


def test_every_text_of_every_table_is_in_every_language_with_the_same_fields() -> None:
    for folder in [Path(translation.__file__).parent, *(record.folder for record in BUNDLED)]:
        for text, translations_of in translation.read(folder).items():
            assert translations_of.keys() == LANGUAGES.keys() - {"en"}, text
            count = len(translation.FIELD.findall(text))
            assert all(len(translation.FIELD.findall(each)) == count for each in translations_of.values()), text


def refusals_of_files() -> Iterator[str]:
    """Yield what is said of each kind of file that is not read, with some value in each field."""
    for path in Path(unsupported.__file__).parent.glob("*.py"):
        module = importlib.import_module(f"core.imaging.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "UnsupportedError":
                (words,) = node.args
                fields = {name: getattr(module, name, "x") for name in ast.unparse(words).split() if name.isupper()}
                if isinstance(words, ast.JoinedStr):
                    parts = [str(each.value) if isinstance(each, ast.Constant) else "x" for each in words.values]
                    yield f"photo.jpg {''.join(parts)}."
                else:
                    yield f"photo.jpg {words.value if isinstance(words, ast.Constant) else fields[ast.unparse(words)]}."


WEIGHTS = "bundled weights, digits", "weights of the run 2026-11-28", "weights from runs/digits"
REFUSALS = [
    *refusals_of_files(),
    *(error.notice for error in (OwnerError, HubError, DiskFullError)),
    *(each.format(9) for each in (admission.FULL, admission.TIME_UP, admission.RESTARTING, jobs.FULL, calls.TOO_MANY)),
    *(masks.NOTHING_PAINTED, output_files.NOTHING_DRAWN, output_files.NOTHING_THERE, building.MISSING_WEIGHTS),
    *(
        batches.TOO_MANY.format(300, 200),
        handlers.WAITS.format("Denoiser", "9 s"),
        f"Runs on {zerogpu.LENT_GPU}, float32",
    ),
    *(f"Intel · TensorFlow · {label}{more}" for label in WEIGHTS for more in ("", " and 2 more")),
]


@pytest.mark.parametrize("said", REFUSALS)
def test_what_a_visitor_is_refused_with_is_in_their_language(said: str) -> None:
    tables = translation.load([])
    assert tables.keys() == LANGUAGES.keys() - {"en"}
    assert [language for language, table in tables.items() if table.find(said) is None] == []


def test_html_is_looked_up_as_it_reads_and_stays_html() -> None:
    table = Table({"the course's notebook": "le notebook d'« A < B »"})
    assert table.translate("<p>the course&#39;s notebook</p>") == "<p>le notebook d&#x27;« A &lt; B »</p>"


def test_no_line_of_french_begins_with_punctuation(tmp_path: Path) -> None:
    (tmp_path / translation.FILE).write_text('"Say: {}?" = { fr = "Dites : « {} » ?", es = "Diga: ¿{}?" }\n')
    tables = translation.load([tmp_path])
    assert tables["fr"].translate("Say: A?") == "Dites\u00a0: «\u00a0A\u00a0»\u00a0?"
    assert tables["es"].translate("Say: A?") == "Diga: ¿A?"


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / translation.FILE).write_text("no = table =")
    with pytest.raises(UserError, match=r"translations\.toml cannot be read"):
        translation.load([tmp_path])


def described(name: str) -> list[str]:
    """Return what `check` says of the translations of a plugin."""
    record = registry.find(name)
    page = verbs.import_module_of(record, "interface").build_interface(Plugin(record, LocalEngine()))
    return [*translations.describe(record, translation.texts_of(page.get_config_file()))]


@pytest.mark.parametrize("name", [record.name for record in BUNDLED])
def test_pages_and_lesson_are_translated_as_a_whole(name: str) -> None:
    assert all("all" in line for line in described(name))


def test_no_text_is_translated_in_two_ways() -> None:
    known: dict[str, dict[str, str]] = {}
    for folder in [Path(translation.__file__).parent, *(record.folder for record in BUNDLED)]:
        for text, translations_of in translation.read(folder).items():
            assert known.setdefault(text, translations_of) == translations_of, text


def test_check_lists_what_is_not_translated() -> None:
    record = registry.find("denoiser")
    lines = [*translations.describe(record, ["Network", "No plugin says so."])]
    assert "pa: 1 of 2 texts of its pages are not translated" in lines
    assert any("No plugin says so." in line for line in lines)


def test_a_plugin_without_translations_is_in_english(tmp_path: Path) -> None:
    record = registry.find("denoiser")
    lines = [*translations.describe(registry.Record("plain", tmp_path, record.package, record.state), ["A text"])]
    assert lines == ["plain: no translations.toml: its pages are in English"]


def page_of(address: str, **headers: str) -> tuple[str, Any]:
    """Return the HTML of a page, and the first label of its configuration that is a tab's."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        html = answer.read().decode()
    config = translated_app.CONFIG.search(html.encode())
    assert config is not None
    labels = [each["props"]["label"] for each in json.loads(config[1])["components"] if each["type"] == "tabitem"]
    return html, labels[0]


def test_a_page_is_sent_in_the_language_of_the_browser_or_of_the_address(app_address: str) -> None:
    address = f"{app_address}/denoiser"
    assert page_of(address)[1] == "Denoise a photo"
    assert page_of(address, **{"Accept-Language": "fr-CH,fr;q=0.9"})[1] == "Débruiter une photo"
    assert page_of(address, Cookie="darkroom_lang=es")[1] == "Quitar el ruido de una foto"
    html, label = page_of(f"{address}?lang=pa", **{"Accept-Language": "fr"})
    assert label == "ਫੋਟੋ ਵਿੱਚੋਂ ਸ਼ੋਰ ਹਟਾਓ"
    assert html.index("window.language") < html.index("window.gradio_config")
    (strings,) = re.findall(r"window\.strings = (\{.*?\});", html)
    assert {"Denoiser", "Language", "Use in"} < json.loads(strings).keys()
    assert "Noise level σ" not in json.loads(strings)  # scripts need a few only: the page stays small


def test_a_page_in_english_is_compressed_and_else_as_it_was(app_address: str) -> None:
    request = urllib.request.Request(f"{app_address}/denoiser", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        compressed, encoding = answer.read(), answer.headers["Content-Encoding"]
    assert encoding == "gzip"
    assert len(compressed) < 0.3 * len(page_of(f"{app_address}/denoiser")[0])
    assert b"Denoise a photo" in gzip.decompress(compressed)


@pytest.mark.browser
def test_what_gradio_says_in_english_only_and_what_components_refuse_is_in_the_language(
    browser: Any, app_address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/vae_explorer?lang=pa")
    page.get_by_role("button", name="ਇੱਕ ਬਣਾਓ: ਇਹ ਕਿੱਥੇ ਪੈਂਦਾ ਹੈ?").click()
    page.get_by_role("button", name="ਬੁਰਸ਼", exact=True).wait_for()
    page.get_by_role("button", name="ਇਸ ਨੂੰ ਨਕਸ਼ਿਆਂ 'ਤੇ ਦਿਖਾਓ").click()
    page.locator(".toast-body", has_text="ਪਹਿਲਾਂ ਕੁਝ ਬਣਾਓ।").wait_for()
    assert page.get_by_label("ਥਾਂ x: ਸਲਾਈਡਰ").is_visible()
    assert page.get_by_label(re.compile("Fullscreen|slider|Download|Reset")).count() == 0
    page.close()


@pytest.mark.browser
def test_what_comes_later_is_in_the_language_too_and_the_menu_changes_it(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser?lang=pa&tab=trained-on-other-data")
    page.get_by_role("button", name="ਦੋਵਾਂ ਨਾਲ ਸ਼ੋਰ ਹਟਾਓ").click()
    page.locator(".status:visible", has_text="ਵਿੱਚ ਪੂਰਾ ਹੋਇਆ।").wait_for()
    assert page.locator("html").get_attribute("lang") == "pa"
    assert page.title() == "ਡਿਨੋਇਜ਼ਰ - Darkroom"
    page.get_by_role("link", name="ਸੁਪਰ-ਰਿਜ਼ੋਲਵਰ").click()
    page.wait_for_url("**/super_resolver?lang=pa")
    page.locator(".badge", has_text="ਨਾਲ ਆਏ weights").wait_for(state="attached")  # of the header that comes later
    page.get_by_role("heading", name="ਸੁਪਰ-ਰਿਜ਼ੋਲਵਰ").wait_for()
    page.get_by_label("ਭਾਸ਼ਾ").select_option("es")
    page.wait_for_url("**lang=es")
    page.get_by_role("heading", name="Superresolución").wait_for()
    page.goto(f"{app_address}/")
    page.get_by_text("Demostraciones interactivas").wait_for()  # the menu's choice is kept
    page.close()


def test_a_call_without_a_page_is_answered_in_english() -> None:
    assert translated_app._translate_value(gr.Markdown(render=False), "Run", TABLE) == "ਚਲਾਓ"
    assert translated_app.language_of_call(None) == "en"


@pytest.mark.parametrize(
    ("template", "text", "fields"),
    [
        ("Done in {}.", "Done in 3.2 s.", ["3.2 s"]),
        ("{} of {name}, {:.2f}", "2 of 3, of, 4", ["2", "3", "of, 4"]),
        ("{}{}", "abc", ["a", "bc"]),
        ("Done in {}.", "Done in .", None),
        ("Done in {}.", "Done", None),
        ("{}: {}", "no colon", None),
    ],
)
def test_a_template_matches_each_field_with_as_little_as_possible(
    template: str, text: str, fields: list[str] | None
) -> None:
    assert translation.Template(template).match(text) == fields


def test_a_text_that_fits_parts_of_templates_many_times_costs_little() -> None:
    table = translation.Table({"{} is {}: {}, {} of {}; {}!": "x", "{}: {}": "{}: {}"})
    assert table.find(" is : , of ; " * 300) is not None  # a regular expression would take minutes
    assert table.find("a: " * translation.LONGEST) is None


def test_no_word_of_gradio_stays_as_it_is_or_becomes_another_that_is_translated() -> None:
    """Else the script that watches for them would translate its own work."""
    source = (Path(translation.__file__).parent / "scripts" / "gradio_words.js").read_text()
    words = set(re.findall(r'"([^"]+)"', source.partition("const ATTRIBUTES")[0]))
    for table in translation.load([]).values():
        assert not [word for word in words if (found := table.texts.get(word)) != word and found in words]
