"""What looks through the whole page after changes (scripts/changes.js)."""

from __future__ import annotations

from typing import Any

import pytest

from core.web import theme

COUNT_LOOKS = """async () => {
  const waitForFrames = async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); };
  let looks = 0;
  window.afterChanges(() => missing.look());
  window.afterChanges(() => looks++);
  await waitForFrames();
  const first = looks;
  for (let i = 0; i < 5; i++) {
    document.body.append(document.createElement("i"));
    await Promise.resolve();
  }
  await waitForFrames();
  return [first, looks - first];
}"""


@pytest.mark.browser
def test_a_page_is_looked_through_at_first_and_once_for_all_changes_of_a_frame(browser: Any) -> None:
    """One of those that look fails each time, which does not concern the others."""
    page = browser.new_page()
    page.add_script_tag(content=(theme.SCRIPTS / "changes.js").read_text(encoding="utf-8"))
    assert page.evaluate(COUNT_LOOKS) == [1, 1]
    page.close()
