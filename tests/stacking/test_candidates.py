import numpy as np
import pytest
from numpy.typing import NDArray

from stacking.candidates import FEWEST, CandidateTable, candidate_table, feature_names
from stacking.evidence import Evidence, cross_fitted
from stacking.likely import LEAST_LIKELY
from stacking.linear import LinearStacker
from tests.stacking.generated import generated_oof

CLASSES, MODELS = 9, 2
DRAWINGS = generated_oof(300, CLASSES, MODELS, statistics=4, seed=2)
PROBABILITIES = np.stack(DRAWINGS.probabilities, axis=1)
EVIDENCE = Evidence.of(LinearStacker(MODELS, CLASSES), PROBABILITIES, DRAWINGS.statistics, DRAWINGS.label)
OPINIONS = EVIDENCE.with_opinion(PROBABILITIES, DRAWINGS.statistics)
OPINIONS[:, -1] += np.random.default_rng(3).uniform(0, 1e-6, OPINIONS[:, -1].shape)  # unlikely classes are equally so
NAMES = feature_names(MODELS + 1, 4)


def table_of(candidates: int = 3, most: int = 5) -> CandidateTable:
    return candidate_table(OPINIONS, DRAWINGS.statistics, EVIDENCE, candidates, most)


def column(table: CandidateTable, name: str) -> NDArray[np.float32]:
    return table.features[:, NAMES.index(name)]


@pytest.mark.parametrize("most", [2, 4, 9])
def test_candidates_are_the_likeliest_of_the_models_first_classes(most: int) -> None:
    table = table_of(candidates=3, most=most)
    for row in range(len(OPINIONS)):
        union = {c for opinion in OPINIONS[row] for c in np.argsort(-opinion, kind="stable")[:3]}
        likeliest = sorted(union, key=lambda c: -OPINIONS[row, -1, c])[:most]
        expected = [c for place, c in enumerate(likeliest) if place < FEWEST or OPINIONS[row, -1, c] >= LEAST_LIKELY]
        assert table.classes[table.starts[row] : table.starts[row + 1]].tolist() == expected


def test_all_likely_classes_are_candidates_where_k_reaches_them() -> None:
    likely = (OPINIONS[:, -1] >= LEAST_LIKELY).sum(axis=1)
    assert likely.max() > FEWEST
    assert likely.min() < FEWEST
    assert (table_of(candidates=99, most=99).counts == np.maximum(likely, FEWEST)).all()


def test_features_are_what_their_names_say() -> None:
    table = table_of()
    drawing, classes = table.drawing, table.classes
    for model in range(MODELS + 1):
        opinion = OPINIONS[:, model]
        own = opinion[drawing, classes]
        logs = np.log(np.maximum(opinion, 1e-5))
        order = np.argsort(np.argsort(-opinion, axis=1, kind="stable"), axis=1)
        others = np.where(np.arange(CLASSES) == classes[:, None], -np.inf, logs[drawing])
        np.testing.assert_array_equal(column(table, f"model_{model}_probability"), own)
        np.testing.assert_allclose(column(table, f"model_{model}_rank"), order[drawing, classes] + 1)
        margin = logs[drawing, classes] - others.max(axis=1)
        np.testing.assert_allclose(column(table, f"model_{model}_margin"), margin, atol=1e-5)
        entropy = -(opinion * logs).sum(axis=1)[drawing]
        np.testing.assert_allclose(column(table, f"model_{model}_entropy"), entropy, atol=1e-5)
    own = OPINIONS[drawing, :, classes]  # (R, M + 1)
    for name, values in {
        "mean": own.mean(axis=1),
        "log_mean": np.log(np.maximum(own, 1e-5)).mean(axis=1),
        "least": own.min(axis=1),
        "greatest": own.max(axis=1),
        "deviation": own.std(axis=1),
        "first_votes": (OPINIONS.argmax(axis=2)[drawing] == classes[:, None]).sum(axis=1),
        "prior": EVIDENCE.prior[classes],
        "statistic_1": DRAWINGS.statistics[drawing, 1],
        "model_1_confusion": EVIDENCE.confusion[1, PROBABILITIES[:, 1].argmax(axis=1)[drawing], classes],
        "model_0_precision": EVIDENCE.precision[0, classes],
        "model_1_recall": EVIDENCE.recall[1, classes],
    }.items():
        np.testing.assert_allclose(column(table, name), values, atol=1e-3, err_msg=name)


def test_the_confusion_is_a_share_of_the_classes() -> None:
    np.testing.assert_allclose(np.exp(EVIDENCE.confusion).sum(axis=2), 1, atol=1e-5)
    np.testing.assert_allclose(np.exp(EVIDENCE.prior).sum(), 1, atol=1e-5)


def test_precision_and_recall_are_shares_drawn_towards_the_models_accuracy() -> None:
    first, label = PROBABILITIES[:, 1].argmax(axis=1), DRAWINGS.label
    accuracy = (first == label).mean()
    for c in range(CLASSES):
        right = ((first == c) & (label == c)).sum() + 2 * accuracy
        assert EVIDENCE.precision[1, c] == pytest.approx(right / ((first == c).sum() + 2))
        assert EVIDENCE.recall[1, c] == pytest.approx(right / ((label == c).sum() + 2))


def test_evidence_of_some_rows_is_that_of_these_rows_alone() -> None:
    rows = np.random.default_rng(0).permutation(300)[:200]
    linear = LinearStacker(MODELS, CLASSES, rows=150)  # fewer than there are, so it draws
    some = Evidence.of(linear, PROBABILITIES, DRAWINGS.statistics, DRAWINGS.label, rows)
    linear = LinearStacker(MODELS, CLASSES, rows=150)
    alone = Evidence.of(linear, PROBABILITIES[rows], DRAWINGS.statistics[rows], DRAWINGS.label[rows])
    for name in ("prior", "confusion", "precision", "recall"):
        np.testing.assert_array_equal(getattr(some, name), getattr(alone, name))
    np.testing.assert_array_equal(some.linear.matrix_, alone.linear.matrix_)


def test_evidence_on_a_row_does_not_know_its_label() -> None:
    labels = DRAWINGS.label.copy()
    linear = LinearStacker(MODELS, CLASSES)

    def evidence_for_row_0() -> Evidence:
        parts = cross_fitted(linear, PROBABILITIES, DRAWINGS.statistics, labels, folds=3, seed=0)
        return next(evidence for rows, evidence in parts if 0 in rows)

    before = evidence_for_row_0()
    labels[0] = (labels[0] + 1) % CLASSES
    after = evidence_for_row_0()
    np.testing.assert_array_equal(before.confusion, after.confusion)
    np.testing.assert_array_equal(before.prior, after.prior)
    np.testing.assert_array_equal(before.precision, after.precision)
    np.testing.assert_array_equal(before.recall, after.recall)
    rows = PROBABILITIES[:1], DRAWINGS.statistics[:1]
    np.testing.assert_array_equal(before.with_opinion(*rows), after.with_opinion(*rows))
