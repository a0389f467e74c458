from typing import Annotated, Literal

import pytest
from pydantic import Field

from base_models.arguments import arguments_of
from ground.errors import BadSettings


def plain(input_shape, classes):
    """Takes nothing of its own."""


Width = Annotated[int, Field(ge=1)]


def own(input_shape, classes, width: Width = 32, norm: Literal["batch", "layer"] = "batch", share=0.5):
    """Takes a width, a norm and a share."""


def test_a_functions_further_arguments_are_settings_at_their_defaults():
    assert arguments_of(own, "own").model_dump() == {"width": 32, "norm": "batch", "share": 0.5}
    assert arguments_of(plain, "plain").model_dump() == {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"widht": 3}, "unknown setting 'widht'; did you mean 'width'"),
        ({"width": 0}, "width: Input should be greater than or equal to 1, received 0"),
        ({"norm": "group"}, "norm: Input should be 'batch' or 'layer'"),
        ({"share": "half"}, "share: Input should be a valid number"),
    ],
)
def test_their_annotations_or_defaults_are_their_types(values, message):
    with pytest.raises(BadSettings, match=message):
        arguments_of(own, "own").but(**values)


def test_an_argument_without_a_default_is_refused():
    def wanting(input_shape, classes, width):
        """Has to be told its width."""

    with pytest.raises(BadSettings, match="Expected a default for every further argument of wanting, 'width' has none"):
        arguments_of(wanting, "wanting")


def test_a_default_that_is_not_of_its_type_is_refused():
    def wrong(input_shape, classes, width: int = "wide"):
        """Says one thing and does another."""

    with pytest.raises(BadSettings, match="In the defaults of wrong's arguments:\n  width: "):
        arguments_of(wrong, "wrong")
