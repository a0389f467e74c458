import pytest

from base_models.registry import MODELS, model_named
from features.inputs import GrayImage
from ground.errors import BadSettings, UnknownModel
from pipelines.layers import Layer, begin, changes_layer, completed, file_layer, preset_layer, presets, resolve
from pipelines.toml_files import write_toml

OWN_MODEL = """
from base_models.registry import base_model
from features.inputs import GrayImage

@base_model(inputs=GrayImage(size=32), train={"epochs": 7, "augmentation": {"flip": 0.25}})
def eager_model(input_shape, classes):
    "Learns in seven epochs."
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A layer that chooses a user's own model, with defaults of its own."""
    file = tmp_path_factory.mktemp("models") / "eager.py"
    file.write_text(OWN_MODEL)
    yield Layer({"models": ["eager_model"], "model_files": [str(file)]}, "the test")
    MODELS.pop("eager_model", None)  # it cannot be built


def layer(**values):
    return Layer(values, "the test")


@pytest.mark.parametrize("name", presets())
def test_every_preset_holds(name):
    settings = resolve([preset_layer(name)])
    assert settings.preset == name
    assert set(settings.train_by_model) == set(settings.models)


def test_the_baseline_is_mobilenet_v2_on_grey_64_px_read_by_a_generator_without_stacking():
    settings = resolve([preset_layer("baseline")])
    training = settings.train_by_model["mobilenet_v2"]
    assert model_named("mobilenet_v2").inputs_for(training) == GrayImage(size=64)
    assert (settings.models, settings.stack.methods, training.feed) == (("mobilenet_v2",), ("mean",), "generator")
    assert training.augmentation.is_off


def test_an_argument_of_a_network_is_set_by_name():
    settings = resolve([preset_layer("baseline"), changes_layer(["train_by_model.mobilenet_v2.network.alpha=0.5"])])
    assert settings.train_by_model["mobilenet_v2"].network["alpha"] == 0.5
    with pytest.raises(BadSettings, match=r"network of mobilenet_v2:\n  unknown setting 'alpa'; did you mean 'alpha'"):
        resolve([preset_layer("baseline"), changes_layer(["train_by_model.mobilenet_v2.network.alpa=0.5"])])


def test_the_later_layer_wins():
    settings = resolve([preset_layer("cpu"), layer(folds=4, seed=7), changes_layer(["folds=3"])])
    assert (settings.folds, settings.seed) == (3, 7)


def test_a_models_own_defaults_stand_over_the_general_ones_and_under_the_given(own):
    assert resolve([own]).train_by_model["eager_model"].epochs == 7
    assert resolve([own, layer(train={"epochs": 3})]).train_by_model["eager_model"].epochs == 3


def test_what_is_said_later_for_all_models_beats_what_was_said_earlier_for_one(own):
    earlier = layer(train_by_model={"eager_model": {"epochs": 30}})
    assert resolve([own, earlier]).train_by_model["eager_model"].epochs == 30
    assert resolve([own, earlier, changes_layer(["train.epochs=2"])]).train_by_model["eager_model"].epochs == 2


def test_what_is_said_of_an_architecture_holds_for_each_of_its_models_until_said_otherwise(own):
    both = layer(models=["eager_model", "eager_model@2"])
    by_model = {"eager_model": {"epochs": 4, "batch_size": 16}, "eager_model@2": {"batch_size": 8}}
    settings = resolve([own, both, layer(train_by_model=by_model)]).train_by_model
    assert {name: (each.epochs, each.batch_size) for name, each in settings.items()} == {
        "eager_model": (4, 16),
        "eager_model@2": (4, 8),
    }
    later = changes_layer(["train_by_model.eager_model.batch_size=32", "train_by_model.eager_model@2.epochs=9"])
    settings = resolve([own, both, layer(train_by_model=by_model), later]).train_by_model
    assert (settings["eager_model@2"].epochs, settings["eager_model@2"].batch_size) == (9, 32)


def test_a_model_that_is_named_twice_is_refused_with_a_name_for_the_other(own):
    with pytest.raises(BadSettings, match=r"models: .*once; another eager_model may be called eager_model@2"):
        resolve([own, layer(models=["eager_model", "eager_model"])])


def test_nested_tables_are_merged_not_replaced(own):
    augmentation = (
        resolve([own, changes_layer(["train.augmentation.rotate=5"])]).train_by_model["eager_model"].augmentation
    )
    assert (augmentation.flip, augmentation.rotate) == (0.25, 5.0)


def test_complete_settings_resolve_to_themselves(tmp_path, own):
    settings = resolve([preset_layer("demo"), own, layer(data=str(tmp_path), train={"epochs": 2})])
    write_toml(tmp_path / "run.toml", settings.model_dump(mode="json"))
    assert resolve([file_layer(tmp_path / "run.toml")]) == settings


def test_a_begun_run_is_completed_to_what_all_its_layers_resolve_to(tmp_path, own):
    layers = [
        preset_layer("cpu"),
        own,
        layer(train={"epochs": 4}, train_by_model={"eager_model": {"epochs": 30, "batch_size": 16}}),
        changes_layer(["train.epochs=2", "train.start_from=earlier"]),
    ]
    begun, resolved = begin(layers), resolve(layers)
    assert (begun.asked_models, resolved.asked_models, begun.train_by_model) == (False, True, {})
    assert completed(begun) == resolved
    write_toml(tmp_path / "run.toml", begun.model_dump(mode="json"))
    assert resolve([file_layer(tmp_path / "run.toml")]) == resolved
    assert resolve([file_layer(tmp_path / "run.toml"), changes_layer(["train.epochs=9"])]) == resolve(
        [*layers, changes_layer(["train.epochs=9"])]
    ).but(train={**resolved.train, "epochs": 9})


def test_models_that_were_asked_are_not_asked_again(own):
    settings = resolve([own])
    assert completed(settings) is settings


def test_an_unknown_model_of_a_begun_run_is_told_once_it_is_asked():
    begun = begin([layer(models=["grey64_cnn"])])
    with pytest.raises(UnknownModel, match="did you mean 'gray64_cnn'"):
        completed(begun)


def test_settings_of_a_model_that_a_begun_run_does_not_have_wait_to_be_told_of():
    begun = begin([layer(models=["gray64_cnn"]), changes_layer(["train_by_model.gray64_cn.epochs=3"])])
    with pytest.raises(UnknownModel, match=r"'gray64_cn'.*did you mean 'gray64_cnn'"):
        completed(begun)


@pytest.mark.parametrize("name", ["gray64_cnn@2", '"gray64_cnn@2"', "'gray64_cnn@2'"])
def test_names_of_the_command_line_may_stand_in_quotes(name):
    assert changes_layer([f"train_by_model.{name}.epochs=3"]).values == {
        "train_by_model": {"gray64_cnn@2": {"epochs": 3}}
    }


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("1e-3", 1e-3), ("true", True), ('["a", "b"]', ["a", "b"]), ("cosine", "cosine")]
)
def test_values_of_the_command_line_are_toml_or_text(text, value):
    assert changes_layer([f"train.thing = {text}"]).values == {"train": {"thing": value}}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"fold": 3}, r"In the test:\n  unknown setting 'fold'; did you mean 'folds'\?"),
        ({"train": {"epoch": 3}}, r"In \[train\] of the test:\n  unknown setting 'epoch'; did you mean 'epochs'\?"),
        (
            {"train_by_model": {"gray64_cnn": {"batch": 3}}},
            r"In \[train_by_model.gray64_cnn\] of the test:\n  unknown setting 'batch'; did you mean 'batch_size'\?",
        ),
        (
            {"train_by_model": {"gray64_cnn": {"inputs": {"siz": 3}}}},
            r"In the inputs of gray64_cnn:\n  unknown setting 'siz'; did you mean 'size'\?",
        ),
        ({"train": {"feed": "shard"}}, r"In \[train\] of the test:\n  feed: Input should be 'shards', 'generator'"),
        ({"stack": {"candidate": 3}}, r"unknown setting 'stack.candidate'; did you mean 'candidates'\?"),
        ({"folds": 1}, r"In the test:\n  folds: Input should be greater than or equal to 2, received 1"),
    ],
)
def test_a_wrong_setting_names_its_layer_and_the_nearest(values, message):
    with pytest.raises(BadSettings, match=message):
        resolve([Layer(values, "the test")])


def test_an_unknown_model_or_preset_names_the_nearest():
    with pytest.raises(UnknownModel, match="did you mean 'gray64_cnn'"):
        resolve([layer(models=["grey64_cnn"])])
    with pytest.raises(UnknownModel, match="received 'grey64_cnn'"):
        resolve([layer(train_by_model={"grey64_cnn": {"epochs": 2}})])
    with pytest.raises(BadSettings, match="unknown preset 'cpus'; did you mean 'cpu'"):
        preset_layer("cpus")


def test_a_change_without_a_value_is_refused():
    with pytest.raises(BadSettings, match="Expected name=value for --set"):
        changes_layer(["folds"])
