import numpy as np
import pytest

from ground.errors import BadSettings
from oof.scores import map_at_3
from stacking.blends import GeometricBlend, MeanBlend
from stacking.columns import join_columns
from stacking.greedy_selection import GreedyBlend
from tests.stacking.generated import generated_oof

CLASSES = 12


def with_noise(models: int, noise: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    drawings = generated_oof(600, CLASSES, models, seed=seed)
    rng = np.random.default_rng(seed)
    guesses = [rng.dirichlet(np.ones(CLASSES), size=600).astype(np.float32) for _ in range(noise)]
    return join_columns([*guesses, *drawings.probabilities]), drawings.label


@pytest.mark.parametrize("mean", ["geometric", "arithmetic"])
@pytest.mark.parametrize(("models", "noise"), [(1, 0), (1, 3), (2, 1), (4, 0)])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_never_below_the_best_model_on_the_rows_it_was_fitted_on(
    mean: str, models: int, noise: int, seed: int
) -> None:
    columns, labels = with_noise(models, noise, seed)
    count = models + noise
    models_alone = columns.reshape(600, count, CLASSES).swapaxes(0, 1)
    if mean == "geometric":
        models_alone = np.maximum(models_alone, np.float32(1e-5))  # where its logarithms begin
    blend = GreedyBlend(count, CLASSES, mean=mean, bags=3).fit(columns, labels)
    assert map_at_3(blend.predict_proba(columns), labels) >= max(map_at_3(answer, labels) for answer in models_alone)
    np.testing.assert_allclose(blend.weights_.sum(), 1, atol=1e-6)


def test_guesses_weigh_little_and_the_blend_beats_the_plain_means() -> None:
    columns, labels = with_noise(models=2, noise=2, seed=5)
    blend = GreedyBlend(4, CLASSES).fit(columns[:400], labels[:400])
    assert blend.weights_[:2].max() < blend.weights_[2:].min() / 2
    held_out = map_at_3(blend.predict_proba(columns[400:]), labels[400:])
    for plain in (MeanBlend(4, CLASSES), GeometricBlend(4, CLASSES)):
        answer = plain.fit(columns[:400], labels[:400]).predict_proba(columns[400:])
        assert held_out > map_at_3(answer, labels[400:])


def test_bags_take_the_extremes_off_the_weights() -> None:
    drawings = generated_oof(300, CLASSES, models=5, seed=8)
    columns = join_columns(drawings.probabilities)
    single = [GreedyBlend(5, CLASSES, bags=1, seed=seed).fit(columns, drawings.label).weights_ for seed in range(6)]
    bagged = [GreedyBlend(5, CLASSES, bags=20, seed=seed).fit(columns, drawings.label).weights_ for seed in range(6)]
    assert np.std(bagged, axis=0).mean() < 0.5 * np.std(single, axis=0).mean()


def test_another_mean_is_refused() -> None:
    columns, labels = with_noise(models=2, noise=0, seed=0)
    with pytest.raises(BadSettings, match="one of geometric, arithmetic, received 'harmonic'"):
        GreedyBlend(2, CLASSES, mean="harmonic").fit(columns, labels)  # type: ignore[arg-type]
