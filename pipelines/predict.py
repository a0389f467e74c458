"""Name new drawings with everything that a run has learned."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from features.bad_rows import BadRows
from features.classes import read_classes
from features.drawings import Drawings
from features.formats import read, sources
from ground.errors import MissingResult
from oof.ranking import top
from pipelines.changes import read_settings
from pipelines.keras_start import start_keras
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.scores import Scores
from pipelines.stack_rows import statistics_of
from stacking.columns import join_columns
from stacking.methods import load_method
from stacking.shift import answer_by_fold, is_shifted
from stacking.submissions import write_submission


def predict(root: Path, file: Path, out: Path | None = None, model: str | None = None) -> None:
    """Print the three likeliest classes of every drawing in `file`, or write them to `out` as a submission.

    `model` answers alone; otherwise the stack does. Rows that are no drawings are set aside beside the run.
    """
    run = RunFolder(root)
    predictor = Predictor(run, model)
    bad_rows = BadRows(run.root / "predict_bad_rows.csv", share=1.0)
    drawings = Drawings.concat(part for source in sources(file) for part in read(source, bad_rows))
    if bad_rows.bad:
        console.print(f"{bad_rows.bad:,} rows are no drawings; they are in {bad_rows.file}")
    probabilities = predictor.probabilities(drawings)  # (N, C)
    if out is not None:
        write_submission(out, drawings.key_id, probabilities, predictor.classes)
    else:
        Console().print(_table(drawings.key_id, probabilities, predictor.classes))


class Predictor:
    """The models of a run, loaded once: every fold's base models and the stack over them, or one base model alone.

    Raises `MissingResult` where something is not there, or where the stack needs probabilities that were imported
    and so cannot be had for new drawings.
    """

    def __init__(self, run: RunFolder, model: str | None = None) -> None:
        start_keras()
        from base_models.prediction import load_network
        from base_models.registry import load_models, model_named

        settings = read_settings(run)
        load_models(settings.model_files)
        self.classes = read_classes(run.shards / "classes.json")
        self.stack = None if model else load_method(run.stack / "method")
        names = [model] if model else list(Scores.read(run).inputs)
        for name in names:
            if name not in settings.models:
                known = f"{', '.join(settings.models)} (by --model)"
                raise MissingResult(f"Expected models that can look at new drawings, {known}, received '{name}'.")
        self.training = [settings.train_by_model[name] for name in names]
        self.inputs = [model_named(name).inputs_for(settings.train_by_model[name]) for name in names]
        self.networks = [
            [
                load_network(run.fold(name, fold) / "model.keras", inputs, len(self.classes))
                for fold in range(settings.folds)
            ]
            for name, inputs in zip(names, self.inputs, strict=True)
        ]

    def probabilities(self, drawings: Drawings) -> NDArray[np.float32]:
        """(N, C) of sum 1: what each base model's networks say, a network a fold, joined by the stack as in the run."""
        from base_models.prediction import predict as predict_network

        rows = np.arange(len(drawings))
        by_model = [  # M times K times (N, C)
            [predict_network(network, inputs, drawings, rows, training) for network in networks]
            for inputs, networks, training in zip(self.inputs, self.networks, self.training, strict=True)
        ]
        means: list[NDArray[np.float32]] = [np.mean(each, axis=0) for each in by_model]
        if self.stack is None:
            return means[0]
        statistics = statistics_of(drawings)
        if is_shifted(self.stack):
            by_fold = zip(*by_model, strict=True)
            return answer_by_fold(self.stack, (join_columns(each, statistics) for each in by_fold))
        return self.stack.predict_proba(join_columns(means, statistics))


def _table(key_id: NDArray[np.int64], probabilities: NDArray[np.float32], classes: Sequence[str]) -> Table:
    best = top(np.ascontiguousarray(probabilities), 3)  # (N, 3)
    table = Table("key_id", "first", "second", "third", box=None)
    for row, labels in enumerate(best):
        table.add_row(str(key_id[row]), *(f"{classes[label]} {probabilities[row, label]:.0%}" for label in labels))
    return table
