import keras
import pytest

from base_models.schedule import OneCycle, learning_rate_schedule
from base_models.settings import TrainSettings


def rates(schedule, steps):
    return [float(schedule(step)) for step in steps]


def test_one_cycle_starts_low_peaks_at_the_warmups_end_and_ends_near_zero():
    start, peak, end = rates(OneCycle(peak=1.0, steps=100, warmup=0.2), [0, 20, 100])
    assert start == pytest.approx(1 / 25)
    assert peak == pytest.approx(1.0)
    assert end == pytest.approx(1e-4)


def test_one_cycle_comes_back_from_its_config():
    schedule = OneCycle(peak=0.5, steps=10, warmup=0.3)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert rates(again, range(10)) == rates(schedule, range(10))


def test_cosine_rises_evenly_and_falls_to_zero():
    settings = TrainSettings(schedule="cosine", learning_rate=1.0, warmup=0.5)
    first, middle, last = rates(learning_rate_schedule(settings, steps=100), [0, 50, 100])
    assert first == pytest.approx(1 / 25)
    assert middle == pytest.approx(1.0)
    assert last == pytest.approx(0.0, abs=1e-6)


def test_without_warmup_the_cosine_starts_at_its_peak():
    settings = TrainSettings(schedule="cosine", learning_rate=1.0, warmup=0.0)
    assert rates(learning_rate_schedule(settings, steps=10), [0])[0] == pytest.approx(1.0)
