"""Tiling: the same picture as untiled, in constant memory, stoppable, and content with a small device."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from core.imaging import tiling
from core.imaging.images import Image
from core.imaging.tiling import DeviceMemoryError
from core.progress import finish


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's."""


@pytest.mark.parametrize("shape", [(1, 1), (63, 64), (64, 65), (100, 300), (257, 129)])
def test_an_identity_gives_back_the_picture(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).random((*shape, 3), np.float32)
    seen = set()

    def identity(tile: Image) -> Image:
        seen.add(tile.shape)
        return tile

    np.testing.assert_array_equal(finish(tiling.apply(identity, image, tile=64, overlap=16)), image)
    assert seen == {(64, 64, 3)}


@pytest.mark.parametrize(
    ("shape", "tile", "count"), [((256, 384), (256, 384), 1), ((1, 70), (64, 128), 1), ((900, 100), (512, 128), 2)]
)
def test_tiles_are_no_larger_than_it_takes(shape: tuple[int, int], tile: tuple[int, int], count: int) -> None:
    seen = []
    image = np.random.default_rng(0).random((*shape, 1), np.float32)

    def identity(part: Image) -> Image:
        seen.append(part.shape[:2])
        return part

    np.testing.assert_array_equal(finish(tiling.apply(identity, image)), image)
    assert seen == [tile] * count


@pytest.mark.parametrize("scale", [2, 3])
def test_a_picture_can_grow(scale: int) -> None:
    image = np.random.default_rng(0).random((70, 130, 3), np.float32)

    def enlarge(tile: Image) -> Image:
        return tile.repeat(scale, 0).repeat(scale, 1)

    result = finish(tiling.apply(enlarge, image, tile=64, overlap=16, scale=scale))
    np.testing.assert_array_equal(result, enlarge(image))


def test_a_local_filter_leaves_no_seams() -> None:
    image = np.random.default_rng(0).random((150, 210, 1), np.float32)

    def smooth(tile: Image) -> Image:
        padded = np.pad(tile, ((4, 4), (4, 4), (0, 0)), mode="edge")
        rows = sum(padded[i : i + tile.shape[0]] for i in range(9))
        return sum(rows[:, i : i + tile.shape[1]] for i in range(9)) / 81

    tiled = finish(tiling.apply(smooth, image, tile=64, overlap=16))
    np.testing.assert_allclose(tiled[:140, :200], smooth(image)[:140, :200], atol=1e-6)


def test_a_thin_picture_takes_no_more_memory_than_it_has_pixels() -> None:
    thin = np.random.default_rng(0).random((1, 5_000, 3), np.float32)
    tracemalloc.start()
    np.testing.assert_array_equal(finish(tiling.apply(lambda tile: tile, thin)), thin)
    assert tracemalloc.get_traced_memory()[1] < 16e6
    tracemalloc.stop()


def test_progress_counts_to_the_end_and_stopping_stops() -> None:
    calls = []
    steps = tiling.apply(lambda tile: calls.append(1) or tile, np.zeros((200, 64, 3), np.float32), tile=64, overlap=0)
    first = next(steps)
    steps.close()
    assert (first.done, first.total, len(calls)) == (1, 4, 1)


def test_a_full_device_gets_smaller_tiles() -> None:
    def fits_128(tile: Image) -> Image:
        if tile.shape[0] > 128:
            raise ResourceExhaustedError("OOM when allocating tensor")
        return tile

    image = np.random.default_rng(0).random((300, 300, 3), np.float32)
    np.testing.assert_array_equal(finish(tiling.apply(fits_128, image, tile=512)), image)


def test_a_device_that_is_always_full_is_told_in_a_sentence() -> None:
    def never(tile: Image) -> Image:
        raise ResourceExhaustedError("RESOURCE_EXHAUSTED")

    with pytest.raises(DeviceMemoryError, match="too little memory"):
        finish(tiling.apply(never, np.zeros((10, 10, 3), np.float32)))


def test_other_errors_are_not_taken_for_a_full_device() -> None:
    def broken(tile: Image) -> Image:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        finish(tiling.apply(broken, np.zeros((10, 10, 3), np.float32)))
