"""Inputs of networks, and prediction in batches."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from core.errors import UserError
from core.networks.batching import as_batch, one_hot, predict


@pytest.fixture(scope="module")
def sum_network() -> keras.Model:
    first, second = keras.Input((2,)), keras.Input((2,))
    return keras.Model([first, second], keras.layers.Add()([first, second]))


@pytest.mark.parametrize("batch", [1, 3, 7, 100])
def test_the_result_does_not_depend_on_the_batch_size(sum_network: keras.Model, batch: int) -> None:
    inputs = [np.random.default_rng(i).random((7, 2), np.float32) for i in range(2)]
    outputs = predict(sum_network, inputs, batch)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, inputs[0] + inputs[1], rtol=1e-6)


def test_no_batch_is_larger_than_asked_for(sum_network: keras.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, predict_on_batch = [], sum_network.predict_on_batch
    monkeypatch.setattr(sum_network, "predict_on_batch", lambda x: sizes.append(len(x[0])) or predict_on_batch(x))
    predict(sum_network, [np.zeros((7, 2), np.float32)] * 2, batch=3)
    assert sizes == [3, 3, 1]


def test_a_network_with_one_input_is_given_an_array() -> None:
    inputs = keras.Input((2,))
    network = keras.Model(inputs, keras.layers.Rescaling(2)(inputs))  # Keras would warn of a list
    np.testing.assert_array_equal(predict(network, [np.ones((3, 2), np.float32)]), np.full((3, 2), 2))


def test_labels_become_one_hot_vectors() -> None:
    assert one_hot((2, 0), classes=3, count=2).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot([1], classes=2, count=3).tolist() == [[0, 1]] * 3
    assert one_hot(np.array([1], np.uint8), classes=2, count=1).tolist() == [[0, 1]]


@pytest.mark.parametrize("labels", [(), (0, 1), (3,), (-1,), (0.5,)])
def test_labels_that_are_no_class_indices_are_refused(labels: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="give one, or one for each picture, from 0 to 2"):
        one_hot(labels, classes=3, count=1)


def test_one_image_is_made_to_fit_and_becomes_a_batch() -> None:
    assert as_batch(np.ones((40, 30, 3), np.float32), (8, 8, 3)).shape == (1, 8, 8, 3)
    exact = np.random.default_rng(0).random((8, 8, 3), np.float32)
    np.testing.assert_array_equal(as_batch(exact, (8, 8, 3))[0], exact)


def test_many_images_must_have_the_shape() -> None:
    many = np.zeros((5, 8, 8, 3), np.float32)
    assert as_batch(many, (8, 8, 3)) is many
    with pytest.raises(UserError, match=r"pictures of \(8, 8, 3\) do not fit this checkpoint: make them \(9, 9, 3\)"):
        as_batch(many, (9, 9, 3))
