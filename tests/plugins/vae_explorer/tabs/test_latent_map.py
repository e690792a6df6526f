"""The tab "Map"."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.errors import UserError
from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer import latent_plane
from plugins.vae_explorer.tabs import encodings, latent_map, map_drawing, map_networks, map_path, map_rendering


def difference(first: str, second: str) -> float:
    return float(np.abs(images.load(first) - images.load(second)).max())


def test_all_maps_are_rendered_and_a_position_on_them_is_decoded(plugin: Plugin) -> None:
    vae, ae, aae = latent_map.render_maps(plugin, "clothes")
    assert not aae.visible  # the adversarial one knows only digits
    assert latent_map.render_maps(plugin, "digits")[2].visible
    assert images.load(vae).shape == images.load(ae).shape == (map_rendering.SIDE, map_rendering.SIDE, 3)
    here, there = (latent_map.decode_position(plugin, "digits", *position)[0] for position in ((20, 50), (80, 20)))
    assert difference(here, there) > 0.5
    for bad in ({"subject": "cats"}, {"x": 101}, {"y": -1}):
        with pytest.raises(UserError):
            latent_map.decode_position(plugin, **bad)
    click = gr.SelectData(None, {"index": [140, 280], "value": None})
    assert latent_map._click(False, "", "", 3, click) == (25, 50, "", 4)
    assert latent_map._click(True, "5 5", "50 50 50", 3, click) == (25, 50, "5.0 5.0, 62.5 75.0", 4)


def test_a_click_on_a_point_shows_its_image_and_its_reconstruction(plugin: Plugin) -> None:
    checkpoint, index = "mnist_vae_2", 17
    latent = encodings.encode_test_images(plugin, checkpoint).mean[index]
    x, y = 100 * map_networks.plane_of(plugin, checkpoint).positions_of(latent)
    strip = images.load(latent_map.decode_position(plugin, "digits", float(x), float(y))[0])
    scale = strip.shape[0] // 28
    here, image, reconstructed = np.split(
        np.delete(strip[scale // 2 :: scale, scale // 2 :: scale, 0], [28, 29, 58, 59], axis=1), 3, axis=1
    )
    np.testing.assert_allclose(image, encodings.test_images(checkpoint).pictures[index, ..., 0], atol=2 / 255)
    np.testing.assert_allclose(here, reconstructed, atol=0.02)


def test_a_zoom_keeps_what_is_under_the_ring(plugin: Plugin) -> None:
    window, x, y, _ = latent_map._zoom_in("", 30, 80, 0)
    assert window == "5 50 50"
    assert (x, y) == (50, 60)
    before = latent_map.decode_position(plugin, "digits", 30, 80)
    after = latent_map.decode_position(plugin, "digits", x, y, window)
    assert [difference(*pair) < 0.02 for pair in zip(before[:2], after[:2], strict=True)] == [True, True]
    assert latent_map._zoom_in("0 0 3.125", 50, 50, 0)[0] == "0 0 3.125"
    whole, part = (latent_map.render_maps(plugin, "digits", window=each)[0] for each in ("", window))
    assert difference(whole, part) > 0.5


def test_a_text_names_a_part_of_the_map_and_wrong_ones_all_of_it() -> None:
    for window in ((0.25, 0.5, 0.125), (0.03125, 0.40625, 1 / 32)):
        assert latent_plane.read_window(latent_plane.write_window(window)) == pytest.approx(window)
    assert latent_plane.read_window("90 80 50") == (0.5, 0.5, 0.5)  # within the map
    assert latent_plane.read_window("0 0 0") == (0, 0, latent_plane.SMALLEST_WINDOW)
    for text in ("", "1 2", "a", "1 2 3 4"):
        assert latent_plane.read_window(text) == latent_plane.WHOLE


def test_hidden_classes_a_path_and_a_drawing_change_the_maps(plugin: Plugin, tmp_path: Path) -> None:
    drawing = write_digit(tmp_path)
    plain = latent_map.render_maps(plugin, "digits")[1]
    for settings in ({"classes": [1]}, {"path": "10 10, 90 90"}, {"drawing": drawing}):
        assert difference(latent_map.render_maps(plugin, "digits", **settings)[1], plain) > 0.3


def test_a_drawing_lands_among_those_of_its_class(plugin: Plugin, tmp_path: Path) -> None:
    sheet, words = map_drawing.place_drawing(plugin, write_digit(tmp_path))
    assert "VAE: 0, AE: 0" in words
    height, width, _ = images.load(sheet).shape
    assert width / height == pytest.approx((4 * 28 + 3 * map_rendering.GAP) / 28)  # the drawing, and three networks
    with pytest.raises(UserError, match="Nothing is drawn yet"):
        map_drawing.place_drawing(plugin, None)


def test_a_path_is_played_by_every_network(plugin: Plugin) -> None:
    (film,) = map_path.play_path(plugin, "clothes", "20 20, 80 80, 50")
    with pillow.open(film) as frames:
        assert frames.n_frames == 2 * map_path.STEPS
        assert frames.width / frames.height == pytest.approx((2 * 28 + map_path.GAP) / 28)
    with pytest.raises(UserError, match="The path has 1 positions"):
        map_path.play_path(plugin, "digits", "20 20")
    assert len(map_path.read(", ".join(["150 7"] * 40))) == map_path.MOST
    assert map_path.read("150 7").max() == 1


def write_digit(folder: Path) -> str:
    """Return the path of a test image of a zero, dark on light as a drawing is."""
    known = encodings.test_images("mnist_vae_2")
    zero = known.pictures[np.flatnonzero(known.labels == 0)[0]]
    path = folder / "zero.png"
    pillow.fromarray(images.to_uint8(1 - zero[..., 0])).resize((280, 280)).save(path)
    return str(path)


def test_near_the_pointer_a_point_has_its_test_image_and_its_reconstruction(plugin: Plugin) -> None:
    checkpoint, index = "mnist_aae_2", 5
    points = latent_map._points_of(plugin, "digits", 2)
    known = encodings.test_images(checkpoint)
    np.testing.assert_array_equal(points.pictures[0], known.pictures)
    np.testing.assert_array_equal(points.groups, known.labels)
    (reconstructed,) = plugin.run("reconstruct", known.pictures[index][None], checkpoint=checkpoint)
    np.testing.assert_allclose(points.pictures[1][index], reconstructed, atol=0.01)
    x, y = 100 * points.positions[index]
    latent = map_networks.plane_of(plugin, checkpoint).latents_at(np.array([x, y]) / 100)
    np.testing.assert_allclose(latent, encodings.encode_test_images(plugin, checkpoint).mean[index], atol=1e-3)
    with pytest.raises(UserError):
        latent_map._points_of(plugin, "clothes", 2)  # the adversarial network knows only digits
