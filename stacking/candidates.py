"""The candidate table: a row for each drawing and each class that it may well be, compiled.

A drawing's candidates are the union of every model's first K classes, of which the `most` that the last model
(the strongest opinion) holds likeliest are kept, without those that it holds unlikely. At 340 classes that is a
hundredth of a multiclass problem, and one tree learns for all classes at once.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from oof.ranking import top
from stacking.columns import Floats, Labels, log_of
from stacking.evidence import Evidence
from stacking.likely import LEAST_LIKELY

FEWEST = 4  # candidates of a drawing that has so many: the three to answer with, and one to choose from

OF_A_MODEL = ("probability", "log_probability", "rank", "margin", "entropy")
OVER_MODELS = ("mean", "log_mean", "least", "greatest", "deviation", "first_votes", "top_3_votes")
OF_A_BASE_MODEL = ("confusion", "precision", "recall")
CLASS = "class"  # its place in the class list
OF_A_CLASS = {"prior": "priors", "confusion_sum": "reliability", CLASS: CLASS, "category_prior": "priors"}  # kinds


@dataclass(frozen=True, eq=False)
class CandidateTable:
    """R candidates of N drawings, drawing after drawing."""

    starts: NDArray[np.int64]  # (N + 1,) where each drawing's candidates start
    classes: Labels  # (R,) place in the class list; within a drawing, likeliest first
    features: Floats  # (R, len(feature_names))

    @property
    def counts(self) -> NDArray[np.int64]:
        """(N,) candidates a drawing: what LightGBM calls groups."""
        return np.diff(self.starts)

    @property
    def drawing(self) -> NDArray[np.int64]:
        """(R,) the drawing of each candidate."""
        return np.repeat(np.arange(len(self.starts) - 1), self.counts)


def feature_names(models: int, statistics: int) -> list[str]:
    """The columns of a table, in order; `models` counts the linear opinion, which comes last."""
    return [*_kind_by_name(models, statistics)]


def columns_without(kinds: Collection[str], by_class: bool, models: int, statistics: int) -> list[int]:
    """The columns that are of none of these `FEATURE_KINDS` nor, with `by_class`, the class."""
    asked = {*kinds, CLASS} if by_class else {*kinds}
    return [column for column, kind in enumerate(_kind_by_name(models, statistics).values()) if kind not in asked]


def _kind_by_name(models: int, statistics: int) -> dict[str, str]:
    return {
        **{f"model_{m}_{name}": "models" for m in range(models) for name in OF_A_MODEL},
        **dict.fromkeys(OVER_MODELS, "agreement"),
        **{f"model_{m}_{name}": "reliability" for m in range(models - 1) for name in OF_A_BASE_MODEL},
        **OF_A_CLASS,
        **{f"statistic_{f}": "statistics" for f in range(statistics)},
    }


def candidate_table(
    opinions: Floats, statistics: Floats, evidence: Evidence, candidates: int, most: int
) -> CandidateTable:
    """From `evidence.with_opinion` (N, M + 1, C) and (N, F): each opinion's first `candidates` classes, `most` at most.

    Features: each model's probability, its logarithm, rank, margin (logarithm less that of the model's best
    other class) and entropy (nats); over the models the mean, mean logarithm, least, greatest and standard
    deviation, how many put the class first and among their first three; of each base model the confusion of its
    first class with this one, and its precision and recall for this one; the class's log share, the sum of the
    confusions, the class itself, what the drawing's category (its country) adds to the log share; the drawing's
    statistics, times among them where they are known, and 0 in place of a category's number.
    """
    models, count = opinions.shape[1], min(candidates, opinions.shape[2])
    tops = np.stack([top(np.ascontiguousarray(opinions[:, m]), count) for m in range(models)], axis=1)  # (N, M + 1, K)
    starts, chosen = _choose(tops, np.ascontiguousarray(opinions[:, -1]), most)
    width = len(feature_names(models, statistics.shape[1]))
    features = np.empty((len(chosen), width), np.float32)
    _fill_models(features, starts, chosen, opinions, log_of(opinions), tops[:, :, 0])
    reliability = np.stack([evidence.precision, evidence.recall])  # (2, M, C)
    _fill_classes(features, starts, chosen, tops[:, :, 0], evidence.prior, evidence.confusion, reliability)
    features[:, width - statistics.shape[1] :] = np.repeat(statistics, np.diff(starts), axis=0)
    if evidence.linear.categorical:
        lines = np.repeat(evidence.categories.of_rows(statistics[:, -1]), np.diff(starts))
        features[:, width - statistics.shape[1] - 1] = evidence.categories.lift[lines, chosen]
        features[:, -1] = 0
    return CandidateTable(starts, chosen, features)


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _choose(tops: NDArray[np.int64], likely: Floats, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidates of each drawing from each model's first classes (N, M, K), in falling order of `likely` (N, C).

    Unlikely ones are left out but for the first `FEWEST`.
    """
    rows, models, count = tops.shape
    least = np.float32(LEAST_LIKELY)
    starts = np.zeros(rows + 1, np.int64)
    chosen = np.empty(rows * min(most, models * count), np.int64)
    taken = np.full(likely.shape[1], -1, np.int64)  # the drawing that last took the class
    for row in range(rows):
        first = end = starts[row]
        for model in range(models - 1, -1, -1):
            for place in range(count):
                c = tops[row, model, place]
                if taken[c] == row:
                    continue
                taken[c] = row
                at = end
                while at > first and likely[row, chosen[at - 1]] < likely[row, c]:
                    if at - first < most:
                        chosen[at] = chosen[at - 1]
                    at -= 1
                if at - first < most:
                    chosen[at] = c
                    end = min(end + 1, first + most)
        while end - first > FEWEST and likely[row, chosen[end - 1]] < least:
            end -= 1
        starts[row + 1] = end
    return starts, chosen[: starts[rows]].copy()


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _fill_models(
    features: Floats,
    starts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    probabilities: Floats,
    logs: Floats,
    firsts: NDArray[np.int64],
) -> None:
    rows, models, classes = probabilities.shape
    across = 5 * models  # where the columns over all models start
    for row in range(rows):
        features[starts[row] : starts[row + 1], across : across + 7] = 0
        for model in range(models):
            own, own_logs, first = probabilities[row, model], logs[row, model], firsts[row, model]
            entropy, second = np.float32(0), np.float32(-1)
            for c in range(classes):
                entropy -= own[c] * own_logs[c]
                if c != first and own[c] > second:
                    second = own[c]
            second_log = np.log(max(second, np.float32(1e-5)))
            for at in range(starts[row], starts[row + 1]):
                c = chosen[at]
                rank = 1
                for other in range(classes):
                    rank += own[other] > own[c]
                line = features[at]
                line[5 * model] = own[c]
                line[5 * model + 1] = own_logs[c]
                line[5 * model + 2] = rank
                line[5 * model + 3] = own_logs[c] - (second_log if c == first else own_logs[first])
                line[5 * model + 4] = entropy
                line[across] += own[c] / models
                line[across + 1] += own_logs[c] / models
                line[across + 2] = own[c] if model == 0 else min(line[across + 2], own[c])
                line[across + 3] = max(line[across + 3], own[c])
                line[across + 4] += own[c] * own[c] / models
                line[across + 5] += c == first
                line[across + 6] += rank <= 3
        for at in range(starts[row], starts[row + 1]):
            variance = features[at, across + 4] - features[at, across] ** 2
            features[at, across + 4] = np.sqrt(max(variance, np.float32(0)))


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _fill_classes(
    features: Floats,
    starts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    firsts: NDArray[np.int64],
    prior: Floats,
    confusion: Floats,
    reliability: Floats,
) -> None:
    models = len(confusion)  # the base models, without the linear opinion
    column = 5 * (models + 1) + 7
    last = column + 3 * models
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1]):
            c = chosen[at]
            line = features[at]
            total = np.float32(0)
            for model in range(models):
                value = confusion[model, firsts[row, model], c]
                line[column + 3 * model] = value
                line[column + 3 * model + 1] = reliability[0, model, c]
                line[column + 3 * model + 2] = reliability[1, model, c]
                total += value
            line[last] = prior[c]
            line[last + 1] = total
            line[last + 2] = c
            line[last + 3] = 0
