"""Doodlestack: base models on cv folds, out-of-fold probabilities, a LightGBM stack, Kaggle submissions.

Only hands on the names that a user imports; each is loaded when it is first asked for, so that
`import doodlestack` is quick and a name costs what stands behind it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from base_models.registry import MODELS as MODELS
    from base_models.registry import base_model as base_model
    from base_models.settings import TrainSettings as TrainSettings
    from features.augmentation import Augmentation as Augmentation
    from features.drawings import Drawings as Drawings
    from features.inputs import ColorImage as ColorImage
    from features.inputs import GrayImage as GrayImage
    from features.inputs import ImageAndSequence as ImageAndSequence
    from features.inputs import StrokeSequence as StrokeSequence
    from features.shards import Shards as Shards
    from ground.errors import DoodlestackError as DoodlestackError
    from oof.store import OOFStore as OOFStore
    from pipelines.layers import run_settings as run_settings
    from pipelines.run import run as run
    from pipelines.settings import RunSettings as RunSettings
    from stacking.blends import GeometricBlend as GeometricBlend
    from stacking.blends import MeanBlend as MeanBlend
    from stacking.blends import WeightedBlend as WeightedBlend
    from stacking.calibration import TemperatureScaling as TemperatureScaling
    from stacking.calibration import VectorScaling as VectorScaling
    from stacking.choice import compare as compare
    from stacking.columns import join_columns as join_columns
    from stacking.greedy_selection import GreedyBlend as GreedyBlend
    from stacking.layers import LayeredStacker as LayeredStacker
    from stacking.linear import LinearStacker as LinearStacker
    from stacking.multiclass import MulticlassStacker as MulticlassStacker
    from stacking.power_mean import PowerBlend as PowerBlend
    from stacking.rank_mean import RankBlend as RankBlend
    from stacking.rankers import CandidateStacker as CandidateStacker
    from stacking.reliability import reliability as reliability
    from stacking.voting import VotingStacker as VotingStacker

_HOMES = {
    "MODELS": "base_models.registry",
    "base_model": "base_models.registry",
    "TrainSettings": "base_models.settings",
    "Augmentation": "features.augmentation",
    "Drawings": "features.drawings",
    "ColorImage": "features.inputs",
    "GrayImage": "features.inputs",
    "ImageAndSequence": "features.inputs",
    "StrokeSequence": "features.inputs",
    "Shards": "features.shards",
    "DoodlestackError": "ground.errors",
    "OOFStore": "oof.store",
    "run_settings": "pipelines.layers",
    "run": "pipelines.run",
    "RunSettings": "pipelines.settings",
    "GeometricBlend": "stacking.blends",
    "MeanBlend": "stacking.blends",
    "WeightedBlend": "stacking.blends",
    "TemperatureScaling": "stacking.calibration",
    "VectorScaling": "stacking.calibration",
    "compare": "stacking.choice",
    "join_columns": "stacking.columns",
    "GreedyBlend": "stacking.greedy_selection",
    "LayeredStacker": "stacking.layers",
    "LinearStacker": "stacking.linear",
    "MulticlassStacker": "stacking.multiclass",
    "PowerBlend": "stacking.power_mean",
    "RankBlend": "stacking.rank_mean",
    "CandidateStacker": "stacking.rankers",
    "reliability": "stacking.reliability",
    "VotingStacker": "stacking.voting",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'doodlestack' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
