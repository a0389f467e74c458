"""How each model learned: a line a fold, epoch by epoch."""

from itertools import groupby

import numpy as np

from pipelines.report.charts import Axes, Series, line_chart
from pipelines.report.findings import Findings, Training
from pipelines.report.markup import Html, element, joined
from pipelines.report.numbers import duration, whole

CURVES = {"loss": "Loss", "map_at_3": "MAP@3"}
NOTE = (
    "A colour a fold. Full lines: training drawings, as augmented; dashed: the inner validation part, which is never "
    "the held-out fold."
)


def learning(findings: Findings) -> Html:
    """Loss and MAP@3 of every (model, fold), on the training part and, dashed, on the inner validation part."""
    if not findings.trainings:
        return Html()
    models = [list(group) for _, group in groupby(findings.trainings, key=lambda training: training.model)]
    return joined(element("p", NOTE, class_="quiet"), [_model(trainings) for trainings in models])


def _model(trainings: list[Training]) -> Html:
    last = trainings[-1].record
    seconds = sum(training.record.seconds for training in trainings)
    folds = f"{len(trainings)} of {last.folds} folds"
    facts = f"{whole(last.parameters)} parameters, {whole(last.epochs)} epochs, {folds}, {duration(seconds)} in all"
    charts = [
        line_chart(series, _axes(series, CURVES[curve])) for curve in CURVES if (series := _series(trainings, curve))
    ]
    return element(
        "div",
        element("h3", trainings[0].model),
        element("p", facts, class_="quiet"),
        element("div", charts, class_="charts"),
    )


def _series(trainings: list[Training], curve: str) -> list[Series]:
    series = []
    for training in trainings:
        for column, dashed in ((curve, False), (f"val_{curve}", True)):
            if column not in training.history:
                continue
            rows = training.history[["epoch", column]].dropna()
            rows = rows[np.isfinite(rows[column])]
            name = f"fold {training.fold}, {'inner validation' if dashed else 'training'}"
            if len(rows):
                series.append(Series(name, rows["epoch"].tolist(), rows[column].tolist(), training.fold, dashed))
    return series


def _axes(series: list[Series], name: str) -> Axes:
    x = [value for each in series for value in each.x]
    y = [value for each in series for value in each.y]
    margin = 0.04 * (max(y) - min(y)) or 0.05
    return Axes((min(x), max(x)), (min(y) - margin, max(y) + margin), "epoch", name)
