"""The suite's look: a darkroom. Neutral walls, one red safelight; system fonts, contrast at WCAG AA in both modes."""

from __future__ import annotations

from gradio.themes import Base, Color

SAFELIGHT = Color(
    name="safelight",
    c50="#fff1ef",
    c100="#ffdfdb",
    c200="#ffc3bc",
    c300="#ff9a8e",
    c400="#ff6f60",
    c500="#ef4a3a",
    c600="#c62f21",
    c700="#a8241a",
    c800="#86201a",
    c900="#6b1e19",
    c950="#3a0d0a",
)
PAPER = Color(
    name="paper",
    c50="#faf8f7",
    c100="#f3f0ee",
    c200="#e6e1de",
    c300="#d3ccc8",
    c400="#a79f9b",
    c500="#756c69",
    c600="#574f4d",
    c700="#3d3735",
    c800="#262120",
    c900="#191515",
    c950="#100d0d",
)

CSS = """
.gradio-container { margin: 0 auto !important; max-width: 1440px !important; width: 100%; }
.dark { --color-accent: #ff6f60; }
.dark [id^="gradio-share-link-button"] img { filter: invert(1); }
.html-container, .demo-card .words { text-align: left; }
.workbench { align-items: start; display: grid !important; gap: 1rem; grid-template: auto 1fr / minmax(17rem, 1fr) 3fr;
  grid-template-areas: "source stage" "settings stage"; }
.workbench > .source { grid-area: source; }
.workbench > .stage { grid-area: stage; min-width: 0 !important; }
.workbench > .settings { grid-area: settings; }
.hero { min-height: min(24rem, 60vw); }
@media (max-width: 760px) {
  .workbench { grid-template: auto / minmax(0, 1fr); grid-template-areas: "source" "stage" "settings"; }
}
.clickable img { cursor: crosshair; touch-action: pan-y; width: 100%; }
.filling .image-frame { width: 100%; }
.filling img { height: auto !important; max-height: 560px; object-fit: contain !important; width: 100% !important; }
.here { border: 3px solid white; border-radius: 50%; box-shadow: 0 0 0 2px black; height: 18px; pointer-events: none;
  position: absolute; transform: translate(-50%, -50%); width: 18px; }
.legend { font-size: 0.9rem; margin: 0; }
.sliders .form { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
.curves { height: 9rem; width: 100%; }
.caption { color: var(--body-text-color-subdued); font-size: 0.9rem; }
.page-title h1 { font-size: 1.9rem; letter-spacing: -0.02em; margin: 0.2rem 0 0; }
.page-title { padding-bottom: 0.75rem; }
.page-title p { color: var(--body-text-color-subdued); margin: 0.1rem 0; }
.page-title .badge { font-size: 0.85rem; }
.demo-cards { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.demo-card { background: var(--block-background-fill); border: 1px solid var(--border-color-primary);
  border-radius: 14px; color: var(--body-text-color) !important; display: block; overflow: hidden;
  text-decoration: none !important; transition: border-color 0.15s, transform 0.15s; }
a.demo-card:hover, a.demo-card:focus-visible { border-color: var(--color-accent); transform: translateY(-2px); }
.demo-card img, .demo-card .blank { aspect-ratio: 3 / 2; background: linear-gradient(135deg, #6b1e19, #191515);
  display: block; object-fit: cover; width: 100%; }
.demo-card div.words { padding: 0.9rem 1.1rem 1.1rem; }
.demo-card h2 { font-size: 1.15rem; margin: 0 0 0.2rem; }
.demo-card p { color: var(--body-text-color-subdued); margin: 0; }
.demo-card .state { font-size: 0.85rem; margin-top: 0.5rem; }
.demo-card .state.ready::before { color: #2e8b57; content: "● "; }
.demo-card .state.problem { color: var(--color-accent); padding: 0; border: 0; }
.status { color: var(--body-text-color-subdued); font-size: 0.85rem; min-height: 1.6rem; }
.status progress { appearance: none; height: 0.5rem; margin-right: 0.5rem; width: min(16rem, 40%); }
.status progress::-webkit-progress-bar { background: var(--border-color-primary); border-radius: 1rem; }
.status progress::-webkit-progress-value { background: var(--color-accent); border-radius: 1rem; }
.status progress::-moz-progress-bar { background: var(--color-accent); border-radius: 1rem; }
.problem { border-left: 4px solid var(--color-accent); padding: 0.2rem 1rem; }
@media (prefers-reduced-motion: reduce) { .demo-card { transition: none; } }
"""


def build_theme() -> Base:
    """Return the theme for `launch`."""
    fonts = ("ui-sans-serif", "system-ui", "sans-serif")
    mono = ("ui-monospace", "Consolas", "monospace")
    theme = Base(primary_hue=SAFELIGHT, secondary_hue=SAFELIGHT, neutral_hue=PAPER, font=fonts, font_mono=mono)
    return theme.set(
        body_background_fill="*neutral_100",
        body_background_fill_dark="*neutral_950",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        block_radius="14px",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        slider_color="*primary_600",
        slider_color_dark="*primary_400",
        color_accent="*primary_600",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
