import pytest

from ground.errors import BadSettings
from pipelines.commands.options import Given


def test_holdout_and_layers_reach_the_settings_and_other_settings_of_the_stack_stay():
    given = Given(models="gray64_cnn", holdout=5, layers=2, changes=["stack.candidates=8"])
    settings = given.resolved()
    assert (settings.holdout, settings.stack.layers, settings.stack.candidates) == (5, 2, 8)
    untouched = Given(models="gray64_cnn").resolved()
    assert (untouched.holdout, untouched.stack.layers) == (0, 1)


@pytest.mark.parametrize(("given", "named"), [(Given(holdout=51), "holdout"), (Given(layers=4), "stack.layers")])
def test_more_than_half_of_the_shards_or_three_layers_are_refused(given, named):
    with pytest.raises(BadSettings, match=named):
        given.resolved()
