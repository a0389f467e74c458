import numpy as np
import pytest

from oof.scores import map_at_3
from stacking.blends import GeometricBlend, MeanBlend
from stacking.columns import join_columns, softmax
from stacking.power_mean import PowerBlend
from tests.stacking.generated import generated_oof

DRAWINGS = generated_oof(400, 9, seed=2)
X, Y = join_columns(DRAWINGS.probabilities), DRAWINGS.label


@pytest.mark.parametrize(("exponent", "same"), [(1.0, MeanBlend(3, 9)), (0.0, GeometricBlend(3, 9))])
def test_it_holds_the_arithmetic_and_the_geometric_mean(exponent: float, same: MeanBlend) -> None:
    answer = PowerBlend(3, 9, exponent=exponent).fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(answer, same.fit(X, Y).predict_proba(X), atol=1e-3)


def test_a_large_exponent_follows_the_surest_and_a_negative_one_whoever_objects() -> None:
    columns = join_columns([np.array([[0.8, 0.1, 0.1]], np.float32), np.array([[0.05, 0.45, 0.5]], np.float32)])
    assert PowerBlend(2, 3, exponent=8.0).fit(columns, [0]).predict(columns) == [0]
    assert PowerBlend(2, 3, exponent=-8.0).fit(columns, [0]).predict(columns) != [0]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_exponent_is_learned(sign: int) -> None:
    """Two models of which, drawing by drawing, one knows: by being sure (1), or by excluding a class (-1)."""
    rng = np.random.default_rng(0)
    labels = rng.integers(6, size=2000)
    knows = rng.random(2000) < 0.5
    scores = rng.normal(size=(2, 2000, 6))
    for model, informed in enumerate((knows, ~knows)):
        scores[model, informed] *= 0.1
        if sign > 0:
            scores[model, informed, labels[informed]] += 5
        else:
            scores[model, informed] -= 8.0 * (rng.random((informed.sum(), 6)) < 0.5)
            scores[model, informed, labels[informed]] = 0
    columns = join_columns([softmax(part.astype(np.float32)) for part in scores])
    blend = PowerBlend(2, 6).fit(columns, labels)
    assert sign * float(blend.exponent_) > 0
    extremes = [PowerBlend(2, 6, exponent=-sign).fit(columns, labels)]
    assert all(
        map_at_3(blend.predict_proba(columns), labels) > map_at_3(e.predict_proba(columns), labels) for e in extremes
    )
