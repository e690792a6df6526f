"""The tab "VAE and GAN"."""

from __future__ import annotations

from core.imaging import images
from core.plugin import Plugin
from plugins.vae_explorer import example_images
from plugins.vae_explorer.sharpness import sharpness
from plugins.vae_explorer.tabs import vae_and_gan


def test_what_a_vae_and_a_gan_make_of_the_same_data_is_shown(plugin: Plugin) -> None:
    (sheet,) = vae_and_gan.compare_with_gan(plugin, 1)
    assert images.load(sheet).shape == (4 * 128, 8 * 128 + 180, 3)


def test_the_vae_blurs_and_the_gan_does_not(plugin: Plugin) -> None:
    generated, held_out = example_images.read_gan_samples(), example_images.read("cats").pictures[:36]
    assert generated.shape == held_out.shape
    sampled = plugin.run("sample", 36, checkpoint=vae_and_gan.CHECKPOINT)
    assert sharpness(sampled) < 0.95 * sharpness(generated)
    assert 0.9 < sharpness(generated) / sharpness(held_out) < 1.1
