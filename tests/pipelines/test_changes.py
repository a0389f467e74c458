import pytest

from base_models.registry import MODELS, load_models
from base_models.settings import TrainSettings
from ground.errors import MissingResult, RunChanged
from pipelines.changes import read_settings, write_settings
from pipelines.run_folder import RunFolder
from pipelines.settings import OofSettings, RunSettings, StackSettings

SETTINGS = RunSettings(models=("one", "two"), train_by_model={"one": TrainSettings(), "two": TrainSettings()})
RESULTS = ("shards", "models/one", "models/two", "oof/one", "oof/two", "stack", "submissions")


@pytest.fixture
def run(tmp_path):
    """A run folder with results of SETTINGS."""
    run = RunFolder(tmp_path)
    write_settings(run, SETTINGS)
    for name in RESULTS:
        (tmp_path / name).mkdir(parents=True)
    return run


def left(run):
    return {name for name in RESULTS if (run.root / name).exists()}


def with_epochs(model, epochs):
    return with_training(model, epochs=epochs)


def with_training(model, **changes):
    return SETTINGS.but(train_by_model={**SETTINGS.train_by_model, model: TrainSettings(**changes)})


def test_settings_are_read_as_written(run):
    assert read_settings(run) == SETTINGS


def test_a_folder_without_a_run_is_said_so(tmp_path):
    with pytest.raises(MissingResult, match="Begin with `doodlestack run"):
        read_settings(RunFolder(tmp_path))


def test_the_same_settings_and_those_without_effect_are_welcome(run):
    write_settings(run, SETTINGS)
    write_settings(run, SETTINGS.but(workers=2, scheduler="tcp://here:1", preset="cpu"))
    assert read_settings(run).workers == 2


def test_a_change_is_refused_with_what_changed_and_nothing_is_written(run):
    with pytest.raises(
        RunChanged, match=r"(?s)train_by_model\.one\.epochs: 20 → 3\n.*--out.*models/one, oof/one, stack"
    ):
        write_settings(run, with_epochs("one", 3))
    assert read_settings(run) == SETTINGS


@pytest.mark.parametrize(
    ("changed", "gone"),
    [
        (SETTINGS.but(stack=StackSettings(candidates=7)), {"stack", "submissions"}),
        (SETTINGS.but(models=("one",)), {"stack", "submissions"}),
        (with_epochs("two", 3), {"models/two", "oof/two", "stack", "submissions"}),
        (with_training("two", views=4), {"oof/two", "stack", "submissions"}),
        (with_training("two", views=4, epochs=3), {"models/two", "oof/two", "stack", "submissions"}),
        (with_training("two", views=4, discriminant=0.4), {"models/two", "oof/two", "stack", "submissions"}),
        (SETTINGS.but(oof=OofSettings(form="topk")), {"oof/one", "oof/two", "stack", "submissions"}),
        (SETTINGS.but(folds=3), set(RESULTS) - {"shards"}),
        (SETTINGS.but(seed=9), set(RESULTS)),
    ],
)
def test_force_deletes_what_depends_on_the_change_and_no_more(run, changed, gone):
    write_settings(run, changed, force=True)
    assert left(run) == set(RESULTS) - gone
    assert read_settings(run) == changed


def test_another_form_of_the_stores_leaves_the_imported_ones(run):
    (run.root / "oof/bought").mkdir()
    write_settings(run, SETTINGS.but(oof=OofSettings(keep=20)), force=True)
    assert [folder.name for folder in run.oof_root.iterdir()] == ["bought"]


def test_a_model_more_touches_the_stack_only(run):
    more = SETTINGS.but(
        models=("one", "two", "three"), train_by_model={**SETTINGS.train_by_model, "three": TrainSettings()}
    )
    write_settings(run, more, force=True)
    assert left(run) == set(RESULTS) - {"stack", "submissions"}


def test_what_an_older_run_left_to_the_defaults_of_a_model_is_no_change(tmp_path):
    load_models()
    run, model = RunFolder(tmp_path), MODELS["gray64_cnn"]
    left_open = RunSettings(models=("gray64_cnn",), train_by_model={"gray64_cnn": TrainSettings()})
    write_settings(run, left_open)
    (tmp_path / "models/gray64_cnn").mkdir(parents=True)
    write_settings(run, left_open.but(train_by_model={"gray64_cnn": model.settings({})}))
    larger = model.settings({"inputs": {"size": 96}})
    with pytest.raises(RunChanged, match=r"train_by_model\.gray64_cnn\.inputs\.size: 64 → 96"):
        write_settings(run, left_open.but(train_by_model={"gray64_cnn": larger}))
