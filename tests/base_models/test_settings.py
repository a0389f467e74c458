import pytest

from base_models.settings import TrainSettings
from ground.errors import BadSettings


@pytest.mark.parametrize("value", ["keep", "drop", 0.5])
def test_what_becomes_of_unrecognised_drawings_is_said_by_a_word_or_a_weight(value):
    assert TrainSettings(unrecognized=value).unrecognized == value


@pytest.mark.parametrize("value", ["half", 0.0, 1.0, 2.5, True])
def test_what_is_neither_a_word_nor_a_weight_is_refused(value):
    with pytest.raises(BadSettings, match=r"unrecognized: .*Expected 'keep', 'drop', or their weight"):
        TrainSettings.of({"unrecognized": value})


def test_two_averages_at_once_are_refused():
    with pytest.raises(BadSettings, match=r"Expected ema or average_checkpoints, received ema=0\.9 and"):
        TrainSettings.of({"ema": 0.9, "average_checkpoints": 3})


@pytest.mark.parametrize(("rule", "rate"), [("off", 1e-3), ("sqrt", 2e-3), ("linear", 4e-3)])
def test_the_rate_grows_with_the_batch_as_the_rule_says(rule, rate):
    assert TrainSettings(learning_rate=1e-3, batch_size=512, scale_rate=rule).peak_rate == pytest.approx(rate)


def test_pretraining_keeps_the_craft_but_its_last_weights_count():
    settings = TrainSettings(average_checkpoints=5, mixup=0.2, unrecognized="drop", pretrain_epochs=1, frozen=0.3)
    first = settings.for_pretraining()
    assert (first.epochs, first.average_checkpoints, first.frozen) == (1, 1, 0)
    assert (first.mixup, first.unrecognized) == (0.2, "drop")


def test_what_is_not_by_default_is_told_alone():
    assert TrainSettings().not_by_default() == {}
    changed = TrainSettings(epochs=3, learning_rate=2e-3, augmentation={"rotate": 4.0})
    assert changed.not_by_default() == {"epochs": 3, "augmentation": {"rotate": 4.0}}


@pytest.mark.parametrize(
    ("epochs", "rows", "passes"),
    [(20, 10, 20), ("160000 drawings", 10_800, 15), ("160000 drawings", 6_200, 26), ("5 drawings", 1_000, 1)],
)
def test_epochs_are_counted_or_follow_from_the_drawings_to_see(epochs, rows, passes):
    assert TrainSettings(epochs=epochs).passes(rows) == passes


@pytest.mark.parametrize("epochs", ["many", 0, "0 drawings", 2.5, True])
def test_epochs_that_say_nothing_are_refused(epochs):
    with pytest.raises(BadSettings, match=r'epochs: .*such as 20, or drawings to see in all such as "160000 drawings"'):
        TrainSettings.of({"epochs": epochs})
