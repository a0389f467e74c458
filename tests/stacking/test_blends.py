import numpy as np

from stacking.blends import GeometricBlend, MeanBlend, SingleModel, WeightedBlend
from stacking.columns import join_columns
from tests.stacking.generated import generated_oof

A = np.array([[0.8, 0.1, 0.1], [0.2, 0.4, 0.4]], np.float32)
B = np.array([[0.2, 0.6, 0.2], [0.2, 0.2, 0.6]], np.float32)
X, Y = join_columns([A, B]), np.array([0, 2])


def test_the_formulas() -> None:
    np.testing.assert_allclose(SingleModel(1, 2, 3).fit(X, Y).predict_proba(X), B, atol=1e-6)
    np.testing.assert_allclose(MeanBlend(2, 3).fit(X, Y).predict_proba(X), (A + B) / 2, atol=1e-6)
    root = np.sqrt(A * B)
    expected = root / root.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(GeometricBlend(2, 3).fit(X, Y).predict_proba(X), expected, atol=1e-6)


def test_the_weights_turn_to_the_model_that_knows_and_away_from_noise() -> None:
    drawings = generated_oof(800, 8, models=1, seed=3)
    noise = np.random.default_rng(0).dirichlet(np.ones(8), size=800).astype(np.float32)
    blend = WeightedBlend(2, 8).fit(join_columns([noise, *drawings.probabilities]), drawings.label)
    assert blend.weights_[0] < 0.1 < 0.4 < blend.weights_[1]


def test_of_very_many_rows_a_part_is_enough_for_the_weights() -> None:
    drawings = generated_oof(60_000, 4, models=2, statistics=1)
    probabilities = np.stack(drawings.probabilities, axis=1)
    first = WeightedBlend.weights_of(probabilities[:30_000], drawings.label[:30_000])
    np.testing.assert_allclose(WeightedBlend.weights_of(probabilities, drawings.label), first, rtol=0.1)
