"""What holds for every blend and meta-model alike."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from ground.errors import BadData, BadOOF, BadSettings, ClassMismatch, MissingResult
from oof.scores import map_at_3
from stacking.blends import MeanBlend
from stacking.description import read_description, write_description
from stacking.methods import load_method
from stacking.stacker import Stacker
from tests.stacking.generated import generated_oof
from tests.stacking.stacks import CLASSES, columns_of, small_stacks

DRAWINGS = generated_oof(1500, CLASSES, seed=1)
X, Y = columns_of(DRAWINGS), DRAWINGS.label
FITTED = {name: stack.fit(X[:1000], Y[:1000]) for name, stack in small_stacks().items()}
every_stack = pytest.mark.parametrize("name", FITTED)


@every_stack
def test_answers_are_probabilities_of_every_class(name: str) -> None:
    probabilities = FITTED[name].predict_proba(X[1000:])
    assert probabilities.shape == (500, CLASSES)
    assert probabilities.dtype == np.float32
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(FITTED[name].predict(X[1000:]), probabilities.argmax(axis=1))


@every_stack
def test_a_saved_stack_answers_the_same(name: str, tmp_path: Path) -> None:
    FITTED[name].save(tmp_path / "stack")
    loaded = load_method(tmp_path / "stack")
    assert type(loaded) is type(FITTED[name])
    assert params_of(loaded) == params_of(FITTED[name])
    np.testing.assert_array_equal(loaded.predict_proba(X[1000:]), FITTED[name].predict_proba(X[1000:]))


@every_stack
def test_fitting_again_gives_the_same(name: str) -> None:
    again = clone(FITTED[name]).fit(X[:1000], Y[:1000])
    np.testing.assert_array_equal(again.predict_proba(X[1000:]), FITTED[name].predict_proba(X[1000:]))


@every_stack
def test_an_answer_does_not_depend_on_the_rows_beside_it(name: str) -> None:
    order = np.random.default_rng(0).permutation(500)
    shuffled = FITTED[name].predict_proba(X[1000:][order])
    np.testing.assert_allclose(shuffled, FITTED[name].predict_proba(X[1000:])[order], atol=1e-5)


@every_stack
def test_a_class_that_no_fitted_row_has_keeps_its_column(name: str) -> None:
    seen = Y != CLASSES - 1
    stack = clone(FITTED[name]).fit(X[seen], Y[seen])
    assert stack.predict_proba(X[~seen]).shape[1] == CLASSES


@every_stack
def test_no_statistics_are_needed(name: str) -> None:
    width = 3 * CLASSES
    stack = clone(FITTED[name]).fit(X[:1000, :width], Y[:1000])
    assert map_at_3(stack.predict_proba(X[1000:, :width]), Y[1000:]) > 0.85


@every_stack
def test_a_row_that_is_not_predicted_is_refused(name: str) -> None:
    missing = X.copy()
    missing[7, 2] = np.nan
    with pytest.raises(BadOOF, match="first row 7"):
        clone(FITTED[name]).fit(missing, Y)
    with pytest.raises(BadOOF, match="first row 7"):
        FITTED[name].predict_proba(missing)


def params_of(stack: Stacker) -> dict[str, Any]:
    """All parameters; of stackers within it theirs, as two of the same are not equal."""
    held = {"stackers": [(name, params_of(each)) for name, each in getattr(stack, "stackers", ())]}
    return {**stack.get_params(), **held}


@pytest.mark.parametrize("name", ["linear", "lambdarank", "xendcg", "binary", "rankers", "multiclass"])
def test_a_meta_model_beats_every_blend(name: str) -> None:
    best_blend = max(map_at_3(FITTED[blend].predict_proba(X[1000:]), Y[1000:]) for blend in ("geometric", "weighted"))
    assert map_at_3(FITTED[name].predict_proba(X[1000:]), Y[1000:]) > best_blend


@pytest.mark.parametrize("seed", range(2))
@every_stack
def test_shuffled_labels_are_scored_at_chance(name: str, seed: int) -> None:
    shuffled = np.random.default_rng(seed).integers(CLASSES, size=len(Y))
    stack = clone(FITTED[name]).fit(X[:1000], shuffled[:1000])
    chance = (1 + 1 / 2 + 1 / 3) / CLASSES
    error = 4 * 0.28 / np.sqrt(500)  # four standard errors of a mean of 500 average precisions
    assert map_at_3(stack.predict_proba(X[1000:]), shuffled[1000:]) == pytest.approx(chance, abs=error)


def test_labels_may_be_names_when_the_class_count_is_not_given() -> None:
    names = np.array([f"class {place:02}" for place in range(CLASSES)])
    stack = MeanBlend(n_models=3).fit(X, names[Y])
    np.testing.assert_array_equal(stack.predict(X), names[stack.predict_proba(X).argmax(axis=1)])


def test_labels_outside_the_classes_and_other_widths_are_refused() -> None:
    with pytest.raises(ClassMismatch, match="from 0 to 11, received int64 from 1 to 12"):
        MeanBlend(3, CLASSES).fit(X, Y - Y.min() + 1)
    with pytest.raises(ClassMismatch, match="whole labels"):
        MeanBlend(3, CLASSES).fit(X, Y.astype(float))
    with pytest.raises(BadOOF, match="is expecting 44 features"):
        FITTED["mean"].predict_proba(X[:, :-1])
    with pytest.raises(BadOOF, match="inconsistent numbers of samples"):
        MeanBlend(3, CLASSES).fit(X, Y[:5])


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingResult, match=r"no stacker\.json"):
        load_method(tmp_path)
    FITTED["mean"].save(tmp_path / "stack")
    with pytest.raises(BadSettings, match="received a MeanBlend"):
        type(FITTED["linear"]).load(tmp_path / "stack")
    content = read_description(tmp_path / "stack")
    write_description(tmp_path / "stack", {**content, "class": "Path"})
    with pytest.raises(BadSettings, match="received 'Path'"):
        load_method(tmp_path / "stack")


@pytest.mark.parametrize("name", ["stacker.json", "arrays.npz", "trees.txt", "linear/arrays.npz"])
def test_one_flipped_bit_of_a_saved_stack_is_noticed(name: str, tmp_path: Path) -> None:
    FITTED["binary"].save(tmp_path / "stack")
    content = bytearray((tmp_path / "stack" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "stack" / name).write_bytes(content)
    with pytest.raises(BadData, match=r"(as it was saved|Expected JSON) in .*stack"):
        load_method(tmp_path / "stack")


@pytest.mark.parametrize("content", [b"[]", b"{}", b"7", b"", b'{"sha256": null}', b"\xff"])
def test_a_description_that_is_none_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "stacker.json").write_bytes(content)
    with pytest.raises(BadData, match=r"as it was saved|Expected JSON"):
        load_method(tmp_path)
