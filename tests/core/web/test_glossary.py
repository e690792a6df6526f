"""The glossary: terms in texts open their explanation; a plugin adds its own; on paper it is a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from core.errors import UserError
from core.web import glossary

CORE = Path(glossary.__file__).parent
CHANGE_BUT_ONE = """async (text) => {
  const frame = () => new Promise(requestAnimationFrame), kept = document.createElement("p");
  kept.textContent = "PSNR, SSIM.";
  text.append(kept);
  await frame();
  text.prepend("Another beginning. ");
  await frame();
  return [kept.textContent, kept.childElementCount];
}"""


def shown(folder: Path) -> str:
    """Return the HTML of the glossary of a plugin in a folder."""
    with gr.Blocks() as page:
        glossary.lay_out(folder)
    (block,) = page.blocks.values()
    return str(block.value)


def test_every_term_has_an_explanation_of_its_own_place() -> None:
    terms = glossary.read(CORE)
    assert len({term.slug for term in terms}) == len(terms) >= 20
    assert all(term.text.endswith(".") for term in terms)


def test_a_plugin_adds_terms_and_explains_one_of_the_suite_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / glossary.FILE).write_text(
        '"EMA" = { text = "Ours." }\n"tint & tone" = { text = "<b>", also = "tints" }\n'
    )
    html = shown(tmp_path)
    assert "Ours." in html
    assert "Exponential moving average: a copy" not in html
    assert 'id="term-tint-tone"' in html
    assert "tint &amp; tone" in html
    assert "&lt;b&gt;" in html
    assert 'id="term-psnr"' in html


@pytest.mark.parametrize("text", ["no = table =", '"EMA" = { words = "?" }', '"EMA" = "?"'])
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / glossary.FILE).write_text(text)
    with pytest.raises(UserError, match=r"glossary\.toml cannot be read"):
        glossary.read(tmp_path)


@pytest.mark.browser
def test_a_term_opens_its_explanation_by_the_keyboard_and_escape_closes_it(browser: Any, app_address: str) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/denoiser?lang=fr&tab=trained-on-other-data")
    introduction = page.locator(".workbench:visible .source .md").first
    term = introduction.get_by_role("button", name="auto-encodeur")
    term.press("Enter")  # there is one: it is explained once in each text
    explanation = page.locator(".explanation:popover-open")
    assert "Un réseau qui comprime une image" in explanation.inner_text()
    page.keyboard.press("Escape")
    assert explanation.count() == 0
    assert term.evaluate("button => button === document.activeElement")

    kept = introduction.evaluate(CHANGE_BUT_ONE)  # as Gradio does, which leaves paragraphs that have not changed
    assert kept == ["PSNR, SSIM.", 2]

    label = page.locator(".settings:visible, .source:visible").locator("[data-testid=block-info] .term").first
    slider = page.get_by_label("Niveau de bruit σ").locator("visible=true").first
    before = slider.input_value()
    label.click()  # the term in the label of a control
    assert "L’écart type du bruit" in explanation.inner_text()
    label.click()
    assert explanation.count() == 0
    label.press("Enter")
    assert explanation.count() == 1
    page.keyboard.press("Escape")
    assert slider.input_value() == before

    page.locator(".lesson > summary").click()
    page.evaluate("dispatchEvent(new Event('beforeprint')); document.body.classList.add('printing-lesson')")
    page.emulate_media(media="print")
    assert page.locator("#term-psnr").is_visible()  # the lesson speaks of it
    assert page.locator("#term-mode-collapse").is_hidden()
    page.close()


@pytest.mark.browser
def test_terms_in_the_names_of_checkboxes_and_of_pictures_are_explained_and_choose_nothing(
    browser: Any, app_address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{app_address}/gan_generator?tab=lab")
    layers = page.locator("fieldset:visible", has_text="Also show")
    layers.locator(".term", has_text="manifold").click()
    assert "bent and stretched" in page.locator(".explanation:popover-open").inner_text()
    page.keyboard.press("Escape")
    assert layers.locator("input:checked").count() == 0
    page.goto(f"{app_address}/vae_explorer")
    page.locator("[data-testid=block-label]:visible .term", has_text="VAE").first.click()
    assert "An autoencoder whose encoder" in page.locator(".explanation:popover-open").inner_text()
    page.close()
