import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from ground.errors import BadOOF
from oof.scores import log_loss, map_at_3
from stacking.blends import GeometricBlend
from stacking.calibration import TemperatureScaling, VectorScaling
from stacking.columns import join_columns, softmax
from stacking.reliability import reliability

RNG = np.random.default_rng(0)
ROWS, CLASSES = 4000, 8
SCORES = (2 * RNG.normal(size=(ROWS, CLASSES))).astype(np.float32)
TRUTH = softmax(SCORES)
LABELS = (TRUTH.cumsum(axis=1) > RNG.random((ROWS, 1))).argmax(axis=1)  # drawn by TRUTH
SHIFT = np.linspace(-1, 1, CLASSES).astype(np.float32)
BOTH = [TemperatureScaling(1, CLASSES), VectorScaling(1, CLASSES)]
every_calibration = pytest.mark.parametrize("calibration", BOTH, ids=lambda one: type(one).__name__)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_known_temperature_is_found(temperature: float) -> None:
    too_sure = softmax(SCORES * np.float32(temperature))
    scaling = TemperatureScaling(1, CLASSES).fit(too_sure, LABELS)
    np.testing.assert_allclose(scaling.temperatures_, [temperature], rtol=0.05)
    np.testing.assert_allclose(scaling.transform(too_sure), TRUTH, atol=0.03)


def test_a_temperature_never_changes_the_order() -> None:
    too_sure = softmax(SCORES * 2)
    after = TemperatureScaling(1, CLASSES).fit_transform(too_sure, LABELS)
    ordered = np.take_along_axis(after, np.argsort(too_sure, axis=1), axis=1)
    assert (np.diff(ordered, axis=1) >= 0).all()


def test_what_a_model_says_too_often_is_mended_by_the_vector() -> None:
    biased = softmax(SCORES * 2 + SHIFT)
    by_number = TemperatureScaling(1, CLASSES).fit(biased[:2000], LABELS[:2000]).transform(biased[2000:])
    vector = VectorScaling(1, CLASSES, penalty=1.0).fit(biased[:2000], LABELS[:2000])
    by_vector = vector.transform(biased[2000:])
    assert log_loss(by_vector, LABELS[2000:]) < log_loss(by_number, LABELS[2000:]) - 0.02
    assert map_at_3(by_vector, LABELS[2000:]) > map_at_3(by_number, LABELS[2000:])
    np.testing.assert_allclose(by_vector.sum(axis=0), np.bincount(LABELS[2000:], minlength=CLASSES), rtol=0.2)


@pytest.mark.parametrize("penalty", [1e6])
def test_a_strong_prior_leaves_the_temperature_alone(penalty: float) -> None:
    biased = softmax(SCORES * 2 + SHIFT)
    plain = TemperatureScaling(1, CLASSES).fit_transform(biased, LABELS)
    strong = VectorScaling(1, CLASSES, penalty=penalty).fit_transform(biased, LABELS)
    np.testing.assert_allclose(strong, plain, atol=0.01)


@every_calibration
def test_afterwards_the_model_is_as_often_right_as_it_says(calibration: TemperatureScaling | VectorScaling) -> None:
    too_sure = softmax(SCORES * 3)
    after = clone(calibration).fit(too_sure[:2000], LABELS[:2000]).transform(too_sure[2000:])
    assert reliability(too_sure[2000:], LABELS[2000:]).expected_calibration_error > 0.15
    assert reliability(after, LABELS[2000:]).expected_calibration_error < 0.04


@every_calibration
def test_each_model_is_calibrated_by_itself_and_statistics_pass(
    calibration: TemperatureScaling | VectorScaling,
) -> None:
    statistics = np.where(RNG.random((ROWS, 2)) < 0.5, np.nan, 1).astype(np.float32)
    models = [softmax(SCORES * 3), softmax(SCORES * np.float32(0.5))]
    both = clone(calibration).set_params(n_models=2).fit_transform(join_columns(models, statistics), LABELS)
    alone = [clone(calibration).fit_transform(model, LABELS) for model in models]
    np.testing.assert_allclose(both[:, : 2 * CLASSES], join_columns(alone), atol=1e-6)
    np.testing.assert_array_equal(both[:, 2 * CLASSES :], statistics)


@every_calibration
def test_zeros_of_a_coarse_store_are_no_certainty(calibration: TemperatureScaling | VectorScaling) -> None:
    coarse = softmax(SCORES * 6).astype(np.float16).astype(np.float32)
    assert (coarse == 0).any()
    after = clone(calibration).fit_transform(coarse, LABELS)
    assert log_loss(after, LABELS) < log_loss(coarse, LABELS) / 2


@every_calibration
def test_a_row_that_is_not_predicted_is_refused(calibration: TemperatureScaling | VectorScaling) -> None:
    missing = TRUTH.copy()
    missing[5, 3] = np.nan
    with pytest.raises(BadOOF, match="first row 5"):
        clone(calibration).fit(missing, LABELS)
    with pytest.raises(BadOOF, match="first row 5"):
        clone(calibration).fit(TRUTH, LABELS).transform(missing)


@every_calibration
def test_the_rows_fitted_are_bounded(calibration: TemperatureScaling | VectorScaling) -> None:
    rows = np.random.default_rng(7).choice(ROWS, 500, replace=False)
    bounded = clone(calibration).set_params(rows=500, seed=7).fit(TRUTH, LABELS)
    expected = clone(calibration).fit(TRUTH[rows], LABELS[rows])
    np.testing.assert_array_equal(bounded.transform(TRUTH), expected.transform(TRUTH))


def test_it_stands_before_a_blend_in_a_pipeline() -> None:
    columns = join_columns([softmax(SCORES * 3), softmax(SCORES * np.float32(0.5))])
    pipeline = make_pipeline(TemperatureScaling(2, CLASSES), GeometricBlend(2, CLASSES)).fit(columns, LABELS)
    np.testing.assert_allclose(pipeline.predict_proba(columns), TRUTH, atol=0.03)
