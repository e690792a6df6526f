"""The verbs: encode, decode, sample, reconstruct, interpolate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow  # noqa: N813 - as in core.imaging.images

from core.cli.parser import main
from core.errors import UserError
from core.plugin import Plugin
from plugins.vae_explorer import example_images
from plugins.vae_explorer.latents import COMPARED_DIMENSIONS
from plugins.vae_explorer.model import build_autoencoder, decode, encode, interpolate, sample


@pytest.mark.parametrize(("variational", "classes"), [(False, 0), (True, 0), (True, 10)])
def test_images_of_the_network_s_shape_are_encoded_and_decoded(variational: bool, classes: int) -> None:
    network = build_autoencoder((32, 20, 3), 5, variational, classes, width=4, hidden=(8,))
    labels, shown = (3,) if classes else (), np.random.default_rng(0).random((6, 32, 20, 3), np.float32)
    encoded = encode(network, shown, labels)
    assert encoded.mean.shape == encoded.log_variance.shape == (6, 5)
    assert np.isfinite(encoded.log_variance).all() == variational
    assert decode(network, encoded.mean, labels).shape == (6, 32, 20, 3)
    assert decode(network, encode(network, shown[0], labels).mean, labels).shape == (32, 20, 3)
    with pytest.raises(UserError, match="is conditional" if classes else "is not conditional"):
        encode(network, shown, () if classes else (3,))
    with pytest.raises(UserError, match="do not fit this checkpoint"):
        encode(network, shown[:, :28], labels)


def test_invalid_latent_vectors_and_counts_are_refused_in_a_sentence() -> None:
    network = build_autoencoder(width=4, hidden=(8,), classes=3)
    image = np.zeros((28, 28, 1), np.float32)
    for call, words in [
        (lambda: decode(network, np.zeros(3), (1,)), "has 2 finite numbers"),
        (lambda: decode(network, np.array([np.nan, 0]), (1,)), "has 2 finite numbers"),
        (lambda: sample(network, 0, labels=(1,)), "count is 0"),
        (lambda: sample(network, 4, labels=(3,)), "from 0 to 2"),
        (lambda: sample(network, 4, seed=-1, labels=(1,)), "seed is -1"),
        (lambda: sample(network, 4, labels=(1, 2)), "one for each picture"),
        (lambda: interpolate(network, image, image, 1, labels=(1,)), "steps is 1"),
    ]:
        with pytest.raises(UserError, match=words):
            call()


def test_an_interpolation_starts_and_ends_at_the_reconstructions(digits: example_images.Examples) -> None:
    network = build_autoencoder(dimensions=6, width=4, hidden=(8,))
    ends = digits.pictures[:2]
    reconstructed = decode(network, encode(network, ends).mean)
    for spherical in (False, True):
        frames = interpolate(network, *ends, steps=5, spherical=spherical)
        np.testing.assert_allclose(frames[[0, -1]], reconstructed, atol=1e-5)


def test_an_autoencoder_reconstructs_better_than_pca(plugin: Plugin, digits: example_images.Examples) -> None:
    shown = digits.pictures
    for dimensions in COMPARED_DIMENSIONS:
        by_autoencoder = plugin.run("reconstruct", shown, checkpoint=f"mnist_ae_{dimensions}")
        by_pca = plugin.run("reconstruct", shown, keep=dimensions, checkpoint="mnist_pca")
        assert np.square(shown - by_autoencoder).mean() < np.square(shown - by_pca).mean()


def test_verbs_answer_on_the_command_line(tmp_path: Path, digit_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, digit = tmp_path / "out.png", str(digit_file)
    assert main(["run", "vae_explorer", "encode", digit]) == 0
    assert len(capsys.readouterr().out.splitlines()[0].split()) == 3
    for arguments, size in [
        (["decode", str(out), "--latents", "0.5", "-1"], (28, 28)),
        (["sample", str(out), "--count", "16", "--labels", "7", "--checkpoint", "mnist_cvae"], (112, 112)),
        (["reconstruct", digit, str(out), "--keep", "1"], (28, 28)),
        (["interpolate", digit, digit, str(out), "--steps", "5"], (140, 28)),
    ]:
        assert main(["run", "vae_explorer", *arguments]) == 0
        assert pillow.open(out).size == size
    assert main(["run", "vae_explorer", "decode", str(out), "--latents", "1"]) == 2
