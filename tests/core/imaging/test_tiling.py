"""Tiling gives the result of the whole image, in bounded memory, with progress, and on devices with little memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from core.imaging import tiling
from core.imaging.images import Image
from core.imaging.tiling import DeviceMemoryError
from core.progress import finish


class ResourceExhaustedError(Exception):
    """Has the name of TensorFlow's exception."""


@pytest.mark.parametrize("shape", [(1, 1), (63, 64), (64, 65), (100, 300), (257, 129)])
def test_the_identity_returns_the_image(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random((*shape, 3), np.float32)
    seen = set()

    def identity(tile: Image) -> Image:
        seen.add(tile.shape)
        return tile

    np.testing.assert_array_equal(finish(tiling.apply(identity, image, tile_size=64, overlap=16, multiple=8)), image)
    assert seen == {(64, 64, 3)}


@pytest.mark.parametrize(
    ("shape", "tile", "count"), [((256, 384), (256, 384), 1), ((1, 70), (64, 128), 1), ((900, 100), (512, 128), 2)]
)
def test_tiles_are_no_larger_than_needed(shape: tuple[int, int], tile: tuple[int, int], count: int) -> None:
    seen = []
    image = np.random.default_rng(0).random((*shape, 1), np.float32)

    def identity(part: Image) -> Image:
        seen.append(part.shape[:2])
        return part

    np.testing.assert_array_equal(finish(tiling.apply(identity, image, multiple=8)), image)
    assert seen == [tile] * count == [tile] * tiling.count(image.shape, multiple=8)


@pytest.mark.parametrize("scale", [2, 3])
def test_a_function_can_upscale(scale: int) -> None:
    image = np.random.default_rng(0).random((70, 130, 3), np.float32)

    def enlarge(tile: Image) -> Image:
        return tile.repeat(scale, 0).repeat(scale, 1)

    result = finish(tiling.apply(enlarge, image, tile_size=64, overlap=16, multiple=8, scale=scale))
    np.testing.assert_array_equal(result, enlarge(image))


def test_a_local_filter_leaves_no_seams() -> None:
    image = np.random.default_rng(0).random((150, 210, 1), np.float32)

    def smooth(tile: Image) -> Image:
        padded = np.pad(tile, ((4, 4), (4, 4), (0, 0)), mode="edge")
        rows = sum(padded[i : i + tile.shape[0]] for i in range(9))
        return sum(rows[:, i : i + tile.shape[1]] for i in range(9)) / 81

    tiled = finish(tiling.apply(smooth, image, tile_size=64, overlap=16, multiple=8))
    np.testing.assert_allclose(tiled[:140, :200], smooth(image)[:140, :200], atol=1e-6)


def test_a_thin_image_takes_little_memory() -> None:
    thin = np.random.default_rng(0).random((1, 5_000, 3), np.float32)
    tracemalloc.start()
    np.testing.assert_array_equal(finish(tiling.apply(lambda tile: tile, thin, multiple=8)), thin)
    assert tracemalloc.get_traced_memory()[1] < 16e6
    tracemalloc.stop()


def test_progress_counts_tiles_and_closing_stops() -> None:
    calls = []
    image = np.zeros((200, 64, 3), np.float32)
    steps = tiling.apply(lambda tile: calls.append(1) or tile, image, tile_size=64, overlap=0, multiple=8)
    first = next(steps)
    steps.close()
    assert (first.done, first.total, len(calls)) == (1, 4, 1)


def test_a_full_device_is_given_smaller_tiles() -> None:
    def fits_128(tile: Image) -> Image:
        if tile.shape[0] > 128:
            raise ResourceExhaustedError("OOM when allocating tensor")
        return tile

    image = np.random.default_rng(0).random((300, 300, 3), np.float32)
    np.testing.assert_array_equal(finish(tiling.apply(fits_128, image, tile_size=512, multiple=8)), image)


def test_a_device_that_is_always_full_is_reported_in_a_sentence() -> None:
    def never(tile: Image) -> Image:
        raise ResourceExhaustedError("RESOURCE_EXHAUSTED")

    with pytest.raises(DeviceMemoryError, match="too little memory"):
        finish(tiling.apply(never, np.zeros((10, 10, 3), np.float32), multiple=8))


def test_other_errors_are_raised_unchanged() -> None:
    def broken(tile: Image) -> Image:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        finish(tiling.apply(broken, np.zeros((10, 10, 3), np.float32), multiple=8))


@pytest.mark.parametrize("multiple", [1, 8, 16, 48, 128])
def test_tiles_are_in_phase_whatever_the_downsampling(multiple: int) -> None:
    image = np.random.default_rng(0).random((700, 300, 1), np.float32)

    def pool(tile: Image) -> Image:
        """Return the mean of each `multiple` × `multiple` block in all its pixels, as strided layers do."""
        assert not any(side % multiple for side in tile.shape[:2])
        blocks = tile.reshape(tile.shape[0] // multiple, multiple, tile.shape[1] // multiple, multiple)
        return blocks.mean((1, 3), keepdims=True).repeat(multiple, 1).repeat(multiple, 3).reshape(tile.shape)

    tiled = finish(tiling.apply(pool, image, tile_size=2 * max(96, multiple), overlap=64, multiple=multiple))
    whole = tuple(side // multiple * multiple for side in image.shape[:2])
    np.testing.assert_allclose(tiled[: whole[0], : whole[1]], pool(image[: whole[0], : whole[1]]), atol=1e-6)


def test_smaller_tiles_are_multiples_too() -> None:
    def fits_128(tile: Image) -> Image:
        if tile.shape[0] > 128:
            raise ResourceExhaustedError("OOM when allocating tensor")
        return tile

    image = np.random.default_rng(0).random((300, 300, 3), np.float32)
    np.testing.assert_array_equal(finish(tiling.apply(fits_128, image, multiple=128)), image)


def test_mistakes_in_the_call_are_named() -> None:
    image = np.zeros((10, 10, 3), np.float32)
    with pytest.raises(ValueError, match="tile_size is 100: use a multiple of 8"):
        finish(tiling.apply(lambda tile: tile, image, tile_size=100, multiple=8))
    with pytest.raises(ValueError, match="the function turned 64 × 64 pixels into"):
        finish(tiling.apply(lambda tile: tile[:5], image, multiple=8))
