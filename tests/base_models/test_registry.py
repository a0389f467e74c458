import pytest

from base_models.registry import MODELS, BaseModel, base_model, load_models, model_named
from base_models.settings import TrainSettings
from features.inputs import GrayImage
from ground.errors import BadSettings, UnknownModel

pytestmark = pytest.mark.usefixtures("own_registry")
OWN_MODEL = '''
import keras
from doodlestack import GrayImage, base_model

@base_model(inputs=GrayImage(size=32), train={"epochs": 7})
def tiny_gray(input_shape, classes):
    """A model of one's own."""
    image = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))
'''


@pytest.fixture
def registered():
    """Registers a model with given defaults; gives its name."""

    def register(train):
        def made_here(input_shape, classes):
            raise AssertionError("never built")

        base_model(inputs=GrayImage(), train=train)(made_here)
        return "made_here"

    return register


def test_our_own_base_models_are_registered():
    pictures, points = {"gray64_cnn", "rgb128_cnn"}, {"stroke_lstm", "point_raster", "point_transformer"}
    assert {*pictures, *points, "fusion_cnn_lstm", "fusion_lite_lstm"} <= set(MODELS)


def test_a_users_file_with_one_decorated_function_is_enough(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(OWN_MODEL)
    load_models([file])
    assert model_named("tiny_gray").summary == "A model of one's own."
    assert model_named("tiny_gray").settings({}).epochs == 7
    load_models([file])  # once more is no second registration


def test_taking_a_name_twice_raises():
    def gray64_cnn(input_shape, classes):
        raise AssertionError("never built")

    with pytest.raises(BadSettings, match="received 'gray64_cnn', which is taken"):
        base_model(inputs=GrayImage())(gray64_cnn)


def test_an_unknown_model_names_the_nearest():
    with pytest.raises(UnknownModel, match="received 'gray_64cnn'; did you mean 'gray64_cnn'"):
        model_named("gray_64cnn")


def test_an_architecture_has_as_many_models_as_have_a_label_after_its_name():
    other = model_named("gray64_cnn@wide-2")
    assert (other.name, other.build) == ("gray64_cnn@wide-2", MODELS["gray64_cnn"].build)
    assert other.settings({}) == model_named("gray64_cnn").settings({})
    assert other.name not in MODELS
    with pytest.raises(UnknownModel, match="received 'gray_64cnn'; did you mean 'gray64_cnn'"):
        model_named("gray_64cnn@2")
    for name in ("gray64_cnn@", "gray64_cnn@../2", "gray64_cnn@2@3"):
        with pytest.raises(BadSettings, match=rf"after the @ of gray64_cnn, such as .*received '{name}'"):
            model_named(name)


def test_a_file_that_is_not_there_and_one_that_registers_nothing_are_refused(tmp_path):
    with pytest.raises(BadSettings, match="which is not there"):
        load_models([tmp_path / "none.py"])
    (tmp_path / "empty.py").write_text("x = 1\n")
    with pytest.raises(BadSettings, match=r"received none\.$"):
        load_models([tmp_path / "empty.py"])


def test_a_models_own_default_gives_way_to_what_the_run_sets():
    lstm = model_named("stroke_lstm")
    default = lstm.train["learning_rate"]
    assert default != TrainSettings().learning_rate
    assert lstm.settings({}).learning_rate == default
    assert lstm.settings({"learning_rate": 1.0}).learning_rate == 1.0


def test_a_models_input_is_varied_by_its_settings_and_complete_in_them():
    model = model_named("gray64_cnn")
    varied = model.settings({"inputs": {"renderer": "opencv", "size": 48}})
    assert varied.inputs == {"size": 48, "line_width": 6.0, "centred": True, "renderer": "opencv"}
    assert model.inputs_for(varied) == GrayImage(size=48, centred=True, renderer="opencv")
    assert model.inputs_for(model.settings({})) == model.inputs_for(TrainSettings()) == model.inputs
    assert model.settings(varied.model_dump()) == varied


def test_one_setting_of_one_part_of_an_input_leaves_the_model_its_others():
    model = model_named("fusion_cnn_lstm")
    varied = model.inputs_for(model.settings({"inputs": {"image": {"line_width": 4}}}))
    assert varied.image == model.inputs.image.but(line_width=4)
    assert varied.sequence == model.inputs.sequence
    with pytest.raises(BadSettings, match=r"unknown setting 'image.sizes'; did you mean 'size'"):
        model.settings({"inputs": {"image": {"sizes": 32}}})


def test_an_unknown_setting_of_a_models_input_names_the_nearest():
    with pytest.raises(BadSettings, match=r"inputs of gray64_cnn:\n.*'rendere'; did you mean 'renderer'"):
        model_named("gray64_cnn").settings({"inputs": {"rendere": "opencv"}})
    with pytest.raises(BadSettings, match=r"stroke_lstm:\n.*unknown setting 'size'; known are: centred, length"):
        model_named("stroke_lstm").settings({"inputs": {"size": 32}})


def test_a_default_that_a_models_input_does_not_have_is_refused_at_registration(registered):
    with pytest.raises(BadSettings, match="inputs of made_here"):
        registered(train={"inputs": {"length": 64}})


def test_an_input_that_has_no_settings_cannot_be_varied():
    class Bare:
        shape, dtype = (3,), "float32"

    model = BaseModel("bare", build=lambda input_shape, classes: None, inputs=Bare())
    assert model.inputs_for(model.settings({})) is model.inputs
    with pytest.raises(BadSettings, match=r"Expected no settings of the inputs of bare.*received {'size': 3}"):
        model.settings({"inputs": {"size": 3}})


def test_nested_settings_are_merged_field_by_field(registered):
    name = registered(train={"augmentation": {"flip": 0.5, "rotate": 10}})
    augmentation = model_named(name).settings({"augmentation": {"flip": 0.0}}).augmentation
    assert (augmentation.flip, augmentation.rotate) == (0.0, 10)


def test_an_unknown_setting_names_the_model_and_the_nearest():
    with pytest.raises(BadSettings, match=r"training settings of gray64_cnn:\n.*'epoch'; did you mean 'epochs'"):
        model_named("gray64_cnn").settings({"epoch": 3})
