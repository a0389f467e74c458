"""What the feeds read beside the shards: looked for before training, and made where a whole run is asked for."""

from collections.abc import Iterator, Sequence

from base_models.registry import load_models, model_named
from base_models.settings import TrainSettings
from features.csv_export import needs_times
from features.feeds.opening import check_feed
from features.inputs import GrayImage, ModelInput
from features.shards import Shards
from features.tfrecord_folders import Picture, best_encoding
from ground.errors import BadSettings, MissingResult
from pipelines.export import write_csv, write_tfrecords
from pipelines.keras_start import start_keras
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings


def require_feeds(run: RunFolder, settings: RunSettings, models: Sequence[str]) -> None:
    """Raise `MissingResult` or `BadSettings`, with what to run, where a feed of these models lacks what it reads."""
    shards = Shards.open(run.shards)
    for training, inputs in _fed(settings, models):
        check_feed(training.feed, shards, inputs, training.augmentation)


def make_feeds(run: RunFolder, settings: RunSettings, models: Sequence[str]) -> None:
    """Make what the feeds of these models lack; raises `NotEnoughRoom` where the disk will not do."""
    shards = Shards.open(run.shards)
    for training, inputs in _fed(settings, models):
        try:
            check_feed(training.feed, shards, inputs, training.augmentation)
        except (MissingResult, BadSettings):
            _make(run, settings, shards, training, inputs)


def _fed(settings: RunSettings, models: Sequence[str]) -> Iterator[tuple[TrainSettings, ModelInput]]:
    """The training and each input of the models whose feeds read other files than the shards."""
    for name in dict.fromkeys(models):
        training = settings.train_by_model[name]
        if training.feed in ("textline", "tfrecord"):
            start_keras()
            load_models(settings.model_files)
            inputs = model_named(name).inputs_for(training)
            small = inputs.halved() if training.small_first else None
            yield from ((training, seen) for seen in (small, inputs) if seen is not None)


def _make(run: RunFolder, settings: RunSettings, shards: Shards, training: TrainSettings, inputs: ModelInput) -> None:
    if training.feed == "textline":
        write_csv(run, settings, with_time=needs_times(shards, inputs))
    else:
        encoding = best_encoding(inputs, augmented=not training.augmentation.is_off)
        write_tfrecords(run, settings, encoding, inputs if isinstance(inputs, Picture) else GrayImage())
