"""Digits that a visitor draws."""

from __future__ import annotations

import numpy as np
import pytest

from plugins.vae_explorer.tabs.visitor_images import normalize_digit


def test_a_digit_is_scaled_and_centered_as_in_mnist() -> None:
    paper = np.ones((200, 300, 3), np.float32)
    paper[150:190, 20:30] = 0
    digit = normalize_digit(paper)
    rows, columns = np.nonzero(digit[..., 0] > 0.5)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 5)
    assert (rows.mean(), columns.mean()) == pytest.approx((13.5, 13.5), abs=0.6)
    for blank in (np.zeros((30, 30, 3), np.float32), np.ones((30, 30, 1), np.float32)):
        assert normalize_digit(blank).max() == 0
