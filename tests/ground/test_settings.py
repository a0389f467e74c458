import pytest
from pydantic import ValidationError

from ground.errors import BadSettings
from ground.settings import Settings, nearest


class Inner(Settings):
    flip: float = 0.0


class Outer(Settings):
    folds: int = 5
    inner: Inner = Inner()


def test_an_unknown_setting_names_the_nearest():
    with pytest.raises(BadSettings, match="unknown setting 'fold'; did you mean 'folds'"):
        Outer.of({"fold": 3})


def test_an_unknown_setting_inside_another_names_the_nearest_there():
    with pytest.raises(BadSettings, match=r"unknown setting 'inner\.flipp'; did you mean 'flip'"):
        Outer.of({"inner": {"flipp": 0.5}})


def test_a_wrong_value_is_shown_with_its_setting_and_source():
    with pytest.raises(BadSettings, match=r"In run\.toml:\n  folds: .*integer.* received 'many'"):
        Outer.of({"folds": "many"}, source="run.toml")


def test_settings_are_frozen_and_copies_are_checked():
    settings = Outer(folds=3)
    with pytest.raises(ValidationError, match="frozen"):
        settings.folds = 4
    assert settings.but(folds=4).folds == 4
    with pytest.raises(BadSettings, match="unknown setting 'holds'"):
        settings.but(holds=4)


def test_what_is_near_nothing_lists_what_there_is():
    assert nearest("zzz", ["gray64_cnn", "stroke_lstm"]) == "; known are: gray64_cnn, stroke_lstm"
