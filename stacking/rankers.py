"""LightGBM over candidate rows: which of a drawing's few likely classes is the true one."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ground.errors import BadSettings
from stacking.binned_lessons import BINNING, BinnedLessons
from stacking.boosting import boost, load_booster, save_booster
from stacking.candidates import CandidateTable, candidate_table, columns_without
from stacking.categories import CategoryPrior
from stacking.columns import Floats, Groups, Labels, log_of
from stacking.evidence import Evidence, cross_fitted
from stacking.feature_kinds import FEATURE_KINDS, FeatureKind
from stacking.lessons import lessons
from stacking.linear import LinearStacker
from stacking.shared_fits import fits_shared, shared_fit
from stacking.stacker import Stacker

OBJECTIVES = {"lambdarank": "lambdarank", "xendcg": "rank_xendcg", "binary": "binary"}  # as LightGBM names them
ROWS_OF_A_CLASS = 50  # real drawings, `binary`: -0.008 MAP@3 at 21 of 340 classes, 0 at 29 of 21, +0.001 at 58


class CandidateStacker(Stacker):
    """Trees that rank each drawing's candidate classes.

    The objective is lambdarank, truncated at the third place; xendcg, a cross entropy that bounds NDCG (Bruch, An
    Alternative Cross Entropy Loss for Learning-to-Rank, WWW 2021); or binary, each row by itself. A linear stacker
    gives a second opinion, fitted without the rows it speaks of (`inner_folds`), and the trees start from it, so
    they learn only what it misses. A drawing whose true class is not among its candidates teaches nothing and is
    left out of the fit; predicting, it keeps its place with the others. Candidates get the softmax of their
    scores; the other classes keep the linear opinion's order and probability, at the most as much as the third
    candidate has, so that they never come among the first three.
    """

    kind = "meta"
    _arrays = ("prior_", "confusion_", "precision_", "recall_", "categories_", "lift_")

    def __init__(
        self,
        objective: Literal["lambdarank", "xendcg", "binary"] = "lambdarank",
        n_models: int = 1,
        n_classes: int | None = None,
        candidates: int = 10,  # each model's first so many classes
        most: int = 12,  # a drawing; the true class is among them for 99 % at 21 classes, 70 % at 340 (weak models)
        categorical: bool = False,  # whether the last statistic is a category's number, such as the country's
        features: tuple[FeatureKind, ...] = FEATURE_KINDS,  # of which kinds trees see them
        by_class: bool | Literal["auto"] = "auto",  # whether they see which class a candidate is
        inner_folds: int = 5,
        rounds: int = 75,  # as good as 150 of half the rate, in half the time
        learning_rate: float = 0.1,
        num_leaves: int = 15,
        min_data_in_leaf: int = 100,  # candidate rows: about 8 drawings
        feature_fraction: float = 0.5,
        lambda_l2: float = 10.0,
        rows: int = 1_000_000,  # drawings that teach the trees, drawn by seed; as 12 candidates × 80 bytes 1 GB
        threads: int = 0,  # 0: all cores
        seed: int = 0,
    ) -> None:
        self.objective = objective
        self.n_models = n_models
        self.n_classes = n_classes
        self.candidates = candidates
        self.most = most
        self.categorical = categorical
        self.features = features
        self.by_class = by_class
        self.inner_folds = inner_folds
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_data_in_leaf = min_data_in_leaf
        self.feature_fraction = feature_fraction
        self.lambda_l2 = lambda_l2
        self.rows = rows
        self.threads = threads
        self.seed = seed

    def _learn(self, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups) -> None:
        if self.objective not in OBJECTIVES:
            raise BadSettings(f"Expected the objective {', '.join(OBJECTIVES)}, received {self.objective!r}.")
        if unknown := sorted({*self.features} - {*FEATURE_KINDS}):
            raise BadSettings(f"Expected features among {', '.join(FEATURE_KINDS)}, received {unknown[0]!r}.")
        linear = LinearStacker(self.n_models, probabilities.shape[2], categorical=self.categorical, seed=self.seed)
        given = probabilities, statistics, labels
        with fits_shared():  # the penalty is chosen by the fits that are the second opinions
            evidence = Evidence.of(linear, *given, groups=groups)
            taught = shared_fit(
                self._of_lessons(),
                given if groups is None else (*given, groups),
                np.arange(len(labels)),
                lambda: self._lessons(linear, *given, groups),
            )
        self.booster_ = self._boosted(taught)
        self.linear_, self.prior_, self.confusion_ = evidence.linear, evidence.prior, evidence.confusion
        self.precision_, self.recall_ = evidence.precision, evidence.recall
        self.categories_, self.lift_ = evidence.categories.numbers, evidence.categories.lift

    def _probabilities(self, probabilities: Floats, statistics: Floats) -> Floats:
        categories = CategoryPrior(self.categories_, self.lift_)
        evidence = Evidence(self.linear_, self.prior_, self.confusion_, self.precision_, self.recall_, categories)
        opinions = evidence.with_opinion(probabilities, statistics)  # (N, M + 1, C)
        table = candidate_table(opinions, statistics, evidence, self.candidates, self.most)
        learned = self.booster_.predict(table.features, raw_score=True, num_threads=self.threads)
        start = self._start(opinions[table.drawing, -1, table.classes])
        weights = self._weights((learned + start).astype(np.float32), table)
        answer = opinions[:, -1].copy()  # (N, C)
        _place(answer, table.starts, table.classes, weights)
        return answer / answer.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]

    def _of_lessons(self) -> tuple[object, ...]:
        """The settings that lessons depend on; the objective, and how it is learned, is none of them."""
        shown = self.categorical, self.features, self.by_class
        return "lessons", self.candidates, self.most, *shown, self.inner_folds, self.rows, self.seed

    def _lessons(
        self, linear: LinearStacker, probabilities: Floats, statistics: Floats, labels: Labels, groups: Groups
    ) -> BinnedLessons:
        as_strict = LinearStacker(**linear.get_params()).set_params(penalty=linear.penalty_)  # a number of all rows
        parts = cross_fitted(as_strict, probabilities, statistics, labels, self.inner_folds, self.seed, groups)
        taught = np.random.default_rng(self.seed).permutation(len(labels)) < self.rows  # (N,)
        by_class = self._sees_classes(labels[taught], probabilities.shape[2])
        hidden = columns_without(self.features, by_class, self.n_models + 1, statistics.shape[1])
        with lessons(parts, probabilities, statistics, labels, taught, self.candidates, self.most, hidden) as taken:
            return BinnedLessons(taken, self.seed, self.threads)

    def _sees_classes(self, labels: Labels, classes: int) -> bool:
        """Whether trees may ask for the class: by itself, where half of the classes have `ROWS_OF_A_CLASS` or more."""
        if self.by_class not in (True, False, "auto"):
            raise BadSettings(f"Expected by_class to be true, false or 'auto', received {self.by_class!r}.")
        if self.by_class == "auto":
            return bool(np.median(np.bincount(labels, minlength=classes)) >= ROWS_OF_A_CLASS)
        return bool(self.by_class)

    def _start(self, opinion: Floats) -> Floats:
        """(R,) the linear opinion as a score: its logarithm, or as binary rows have it, its logit."""
        return log_of(opinion) - log_of(1 - opinion) if self.objective == "binary" else log_of(opinion)

    def _weights(self, scores: Floats, table: CandidateTable) -> Floats:
        """(R,) what each candidate's share of its drawing is proportional to."""
        if self.objective == "binary":
            return np.asarray(1 / (1 + np.exp(-scores)))
        highest = np.maximum.reduceat(scores, table.starts[:-1])
        return np.asarray(np.exp(scores - np.repeat(highest, table.counts)))

    def _boosted(self, lessons: BinnedLessons) -> Any:
        settings = {
            "objective": OBJECTIVES[self.objective],
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_data_in_leaf": self.min_data_in_leaf,
            "feature_fraction": self.feature_fraction,
            "lambda_l2": self.lambda_l2,
            **BINNING,
            "lambdarank_truncation_level": 3,  # what comes after the third place is worth nothing in MAP@3
        }
        if self.objective == "xendcg":  # its slopes are divided by 1 - probability: on sure rows they know no bounds
            settings["max_delta_step"] = 0.1  # 340 drawn classes, MAP@3: 0.299 without, 0.962 at 1, 0.966 at 0.1
        rows = lessons.rows(self._start(lessons.opinion))
        return boost(rows, self.rounds, self.seed, self.threads, settings)

    def _save_more(self, folder: Path) -> None:
        save_booster(self.booster_, folder)
        self.linear_.save(folder / "linear")

    def _load_more(self, folder: Path) -> None:
        self.features = tuple(self.features)  # JSON knows lists alone
        self.booster_ = load_booster(folder)
        self.linear_ = LinearStacker.load(folder / "linear")


@njit(nogil=True, cache=True)  # type: ignore[misc]
def _place(answer: Floats, starts: NDArray[np.int64], classes: NDArray[np.int64], weights: Floats) -> None:
    """Give the candidates what the others leave, by weight; keep the others below the third candidate."""
    is_candidate = np.zeros(answer.shape[1], np.bool_)
    for row in range(len(answer)):
        first, end = starts[row], starts[row + 1]
        is_candidate[:] = False
        is_candidate[classes[first:end]] = True
        others, likeliest = np.float32(0), np.float32(0)
        for c in range(answer.shape[1]):
            if not is_candidate[c]:
                others += answer[row, c]
                likeliest = max(likeliest, answer[row, c])
        shares = weights[first:end] / weights[first:end].sum() * (1 - others)
        third = np.sort(shares)[-min(3, end - first)]
        if likeliest >= third:
            answer[row] *= np.float32(0.99) * third / likeliest
        for at in range(first, end):
            answer[row, classes[at]] = shares[at - first]
