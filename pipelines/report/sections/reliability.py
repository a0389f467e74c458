"""Whether a probability means what it says."""

from collections.abc import Sequence

import numpy as np

from pipelines.report.answers import Answers
from pipelines.report.charts import Axes, Series, colour, line_chart
from pipelines.report.findings import Findings
from pipelines.report.markup import Html, element, joined, table
from pipelines.report.numbers import percent
from stacking.calibration_gain import CalibrationGain

BINS = 10  # of equal width
LEAST_DRAWINGS = 10  # in a bin, for its share of right answers to say something
NOTE = (
    "Of the first answers given with a certain probability, how many are right? Above the dotted line a model is "
    "better than it says, below it worse. The calibration error is the mean distance from that line."
)

GAINS_NOTE = (
    "Before and after calibration by {by} scaling, fitted without the drawing's fold. It is applied before "
    "stacking where stack.calibration says so."
)


def reliability(findings: Findings) -> Html:
    """The share of right first answers against their probability, a line a model and one for the choice."""
    shown = [*findings.models, *([findings.chosen] if findings.chosen else [])]
    if not shown:
        return Html()
    series = [_series(answers, number) for number, answers in enumerate(shown)]
    axes = Axes((0, 1), (0, 1), "probability of the first answer", "share right")
    heads = [element("th", head, scope="col") for head in ("", "Mean probability", "Right", "Calibration error")]
    legend = table(heads, [_legend(answers, number) for number, answers in enumerate(shown)])
    chart = line_chart(series, axes, diagonal=True)
    gains = findings.scores.calibration if findings.scores else ()
    return joined(element("p", NOTE, class_="quiet"), element("div", chart, legend, class_="charts"), _gains(gains))


def _gains(gains: Sequence[CalibrationGain]) -> Html:
    """What calibration makes of each model, where the stack has measured it."""
    if not gains:
        return Html()
    heads = ("", "Calibration error", "then", "Log loss", "then")
    lines = []
    for gain in gains:
        errors = percent(gain.error_before), percent(gain.error_after)
        cells = (*errors, f"{gain.log_loss_before:.4f}", f"{gain.log_loss_after:.4f}")
        lines.append(element("tr", element("td", gain.name), [element("td", cell) for cell in cells]))
    note = element("p", GAINS_NOTE.format(by=gains[0].by), class_="quiet")
    return joined(note, table([element("th", head, scope="col") for head in heads], lines))


def _legend(answers: Answers, number: int) -> Html:
    swatch = element("span", class_="swatch", style=f"--colour:{colour(number)}")
    sure = float(answers.probability[answers.known, 0].mean())
    shares = (sure, answers.accuracy, _calibration_error(answers))
    return element("tr", element("td", swatch, answers.name), [element("td", percent(share)) for share in shares])


def _bins(answers: Answers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Of each bin: the drawings in it, their mean probability, their share of right answers."""
    probability, right = answers.probability[answers.known, 0], answers.right[answers.known]
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    count = np.bincount(place, minlength=BINS)
    sure = np.bincount(place, probability, minlength=BINS) / np.maximum(count, 1)
    return count, sure, np.bincount(place, right, minlength=BINS) / np.maximum(count, 1)


def _series(answers: Answers, number: int) -> Series:
    count, sure, right = _bins(answers)
    filled = count >= LEAST_DRAWINGS
    return Series(answers.name, sure[filled].tolist(), right[filled].tolist(), number, dots=True)


def _calibration_error(answers: Answers) -> float:
    count, sure, right = _bins(answers)
    return float(np.abs(sure - right) @ count / count.sum())
