"""The pairs of classes that are most often taken for each other, with the drawings themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.drawings import Drawings
from pipelines.report.answers import Answers
from pipelines.report.charts import doodle
from pipelines.report.findings import Findings
from pipelines.report.markup import Html, element, joined
from pipelines.report.numbers import percent, whole

PAIRS = 12
DRAWINGS_A_PAIR = 6
NOTE = (
    "Shown are the surest mistakes, so mislabelled drawings come first. Strokes run from blue (first) to red (last); "
    "key_id and all three answers show under the pointer."
)


@dataclass(frozen=True)
class Pair:
    """Two classes and the drawings of one that were taken for the other."""

    one: int
    other: int
    rows: NDArray[np.int64]  # the surest mistakes first


def confusions(findings: Findings) -> Html:
    """The most confused pairs; of each, the mistakes in which the answer was given with most certainty."""
    best, shards = findings.best, findings.shards
    if best is None or shards is None:
        return Html()
    pairs = most_confused(best, len(shards.classes))
    if not pairs:
        return Html()
    shown = np.concatenate([pair.rows[:DRAWINGS_A_PAIR] for pair in pairs])
    drawings = shards.take(shown)
    place = {row: number for number, row in enumerate(shown.tolist())}
    cards = [_card(pair, best, shards.classes, drawings, place) for pair in pairs]
    note = f"By {best.name}, out of fold. {NOTE}"
    return joined(element("p", note, class_="quiet"), element("div", cards, class_="pairs"))


def most_confused(best: Answers, classes: int) -> list[Pair]:
    """Up to `PAIRS` pairs of classes, those with most first answers of the one for the other first."""
    wrong = np.flatnonzero(best.known & ~best.right)
    truth, answer = best.label[wrong].astype(np.int64), best.classes[wrong, 0].astype(np.int64)
    code = np.minimum(truth, answer) * classes + np.maximum(truth, answer)
    codes, counts = np.unique(code, return_counts=True)
    surest = np.argsort(-best.probability[wrong, 0], kind="stable")
    most = codes[np.argsort(-counts, kind="stable")][:PAIRS].tolist()
    return [Pair(each // classes, each % classes, wrong[surest[code[surest] == each]]) for each in most]


def _card(pair: Pair, best: Answers, classes: tuple[str, ...], drawings: Drawings, place: dict[int, int]) -> Html:
    one, other = classes[pair.one], classes[pair.other]
    there = int((best.label[pair.rows] == pair.one).sum())
    both = int((best.known & np.isin(best.label, (pair.one, pair.other))).sum())
    back = len(pair.rows) - there
    counts = f"{one} taken for {other} {whole(there)} ×, {other} for {one} {whole(back)} ×"
    figures = [_figure(row, place[row], best, classes, drawings) for row in pair.rows[:DRAWINGS_A_PAIR].tolist()]
    return element(
        "article",
        element("h3", one, " ↔ ", other),
        element("div", f"{counts}: {percent(len(pair.rows) / both)} of the drawings of both.", class_="quiet"),
        element("div", figures, class_="gallery"),
        class_="pair",
    )


def _figure(row: int, place: int, best: Answers, classes: tuple[str, ...], drawings: Drawings) -> Html:
    given = [
        f"{classes[number]} {percent(probability)}"
        for number, probability in zip(best.classes[row].tolist(), best.probability[row].tolist(), strict=True)
        if number >= 0
    ]
    truth = classes[best.label[row]]
    title = f"key_id {drawings.key_id[place]}\ntruth: {truth}\nanswers: {', '.join(given)}"
    return element(
        "figure", doodle(drawings.strokes(place), title), element("figcaption", f"{truth}, taken for {given[0]}")
    )
