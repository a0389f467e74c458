"""The settings of a whole run, as a data sheet; presets and run.toml are files of these."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator

from base_models.settings import TrainSettings
from ground.settings import Settings
from stacking.feature_kinds import FEATURE_KINDS, FeatureKind

Method = Literal[
    "mean",
    "geometric",
    "rank",
    "power",
    "weighted",
    "greedy",
    "linear",
    "lambdarank",
    "xendcg",
    "binary",
    "rankers",  # the mean of lambdarank and binary
    "multiclass",
]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


BY_DEFAULT: tuple[Method, ...] = tuple(name for name in get_args(Method) if name != "xendcg")  # behind lambdarank


class StackSettings(Settings):
    """Which ways of joining the base models are tried, and the size of the LightGBM ones."""

    methods: tuple[Method, ...] = BY_DEFAULT
    candidates: int = Field(default=10, ge=3)  # each model's likeliest classes; MAP@3 needs 3, 10 hold the true one
    ranker_rounds: int = Field(default=75, ge=1)  # boosting rounds of lambdarank and binary, one tree each
    features: tuple[FeatureKind, ...] = FEATURE_KINDS  # what the rankers' trees see of a candidate
    by_class: bool | Literal["auto"] = "auto"  # whether the rankers' trees see which class a candidate is
    multiclass_rounds: int = Field(default=100, ge=1)  # boosting rounds of multiclass, a tree a class each
    multiclass_classes: int = Field(default=100, ge=2)  # beyond, it is left out: its time grows with their square
    layers: int = Field(default=1, ge=1, le=3)  # 2: the meta-models' answers are stacked again; each layer 6 × the time
    calibration: Literal["off", "temperature", "vector"] = "off"  # of each model, before all methods that join them
    pseudo_labels: float = Field(default=0.0, ge=0, le=1)  # share of test drawings, the surest, that teach it too
    nested_rows: int = Field(default=50_000, ge=0)  # drawings up to which the choice is made anew without each fold
    explain: bool = True  # what the kept method looks at, what each model adds, where it overrules them


class SubmissionSettings(Settings):
    """What submission.csv makes of the chosen method's probabilities."""

    balance: Literal["off", "greedy", "sinkhorn", "flow"] = "off"  # for a test set of equally many drawings a class
    assume_uniform: bool = False  # balance also where what is predicted speaks against it


class OofSettings(Settings):
    """How out-of-fold and test probabilities are kept on the disk."""

    form: Literal["auto", "dense", "topk"] = "auto"  # all classes of a row, or the likeliest; auto: dense up to 2 GB
    keep: int = Field(default=32, ge=3)  # of topk, but never fewer than stack.candidates; 4 bytes a class and row


class DoodleSettings(Settings):
    """The embedded doodles, drawn where a run has no data."""

    drawings_per_class: int = Field(default=120, ge=1)  # to train on
    test_per_class: int = Field(default=50, ge=1)  # to predict
    raw_share: float = Field(default=0.5, ge=0, le=1)  # of the drawings that come with raw strokes and so with time


class RunSettings(Settings):
    """Everything that a run follows; complete in RUN/run.toml."""

    preset: str = ""  # the preset that the rest started from; a note, without effect
    data: str = ""  # folder of drawings, absolute; empty = the embedded doodles, written to RUN/data
    pretrain: str = ""  # folder of other drawings, maybe of other classes, that every model learns first
    doodles: DoodleSettings = DoodleSettings()  # how many of them
    seed: int = 1  # of the shuffle, the initial weights, augmentation, the stack
    folds: int = Field(default=5, ge=2, le=100)  # fold = cv shard % folds, so 100 shards allow 100
    holdout: int = Field(default=0, ge=0, le=50)  # cv shards set aside from the start, each 1 % of the drawings
    bad_row_share: float = Field(default=0.01, ge=0, le=1)  # share of unreadable rows past which the shuffle stops
    models: tuple[str, ...] = Field(
        default=("gray64_cnn", "rgb128_cnn", "stroke_lstm"), min_length=1
    )  # names in the registry; with an @ and a label of your own after it, another one of that architecture
    model_files: tuple[str, ...] = ()  # the user's own Python files that register models
    workers: int = Field(default=0, ge=0)  # processes on this machine; 0 = as many as fit, one to train on a GPU
    deterministic: bool = False  # training gives the same bits again on the same machine; slower on a GPU
    tensorboard: bool = False  # training also writes its history for TensorBoard, beside itself
    scheduler: str = ""  # address of a dask scheduler whose workers take the tasks; empty = this machine
    train: dict[str, Any] = Field(default={})  # what was given for all models alike
    train_given: dict[str, dict[str, Any]] = Field(default={})  # what was given for each, while none has been asked
    train_by_model: dict[str, TrainSettings] = Field(default={})  # what each is trained with, complete; then asked
    oof: OofSettings = OofSettings()
    stack: StackSettings = StackSettings()
    submission: SubmissionSettings = SubmissionSettings()

    @field_validator("models")
    @classmethod
    def _each_once(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((name for name in models if models.count(name) > 1), None)
        if twice:
            raise ValueError(f"Expected each model once; another {twice} may be called {twice}@2")
        return models

    @property
    def asked_models(self) -> bool:
        """Whether the models have been asked for their own defaults: a shuffle leaves that to who needs them."""
        return all(name in self.train_by_model for name in self.models)
