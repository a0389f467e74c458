import numpy as np
import pytest

from ground.errors import BadOOF, BadSettings
from oof.ranking import top
from stacking.balance.uniformity import require_uniform, uniformity
from tests.stacking.balance.sets import CLASSES, answers, equal_classes, unequal_classes

NAMES = [f"class {place}" for place in range(CLASSES)]
KNOWN, LABELS = unequal_classes(1500, seed=99)  # what a model was trained on need not be balanced


def test_equal_classes_pass_though_they_do_not_come_first_equally_often() -> None:
    probabilities, _ = equal_classes(skew=0, a_class=200)
    firsts = np.bincount(top(probabilities, 1)[:, 0], minlength=CLASSES)
    assert ((firsts - 200) ** 2 / 200).sum() > 31.3  # 1 in 1000 with 11 degrees of freedom
    require_uniform(probabilities, KNOWN, LABELS, NAMES)


def test_unequal_classes_are_refused_with_the_class_that_is_farthest() -> None:
    probabilities, _ = unequal_classes(seed=1)
    with pytest.raises(BadSettings, match=r"farthest is class 0: \d+ drawings, \d+ if it were so\. Turn balancing off"):
        require_uniform(probabilities, KNOWN, LABELS, NAMES)


def test_a_model_that_prefers_some_classes_does_not_hide_that_they_are_equal() -> None:
    rng = np.random.default_rng(3)
    known = answers(LABELS, rng, skew=1.5)
    assert uniformity(equal_classes(skew=1.5)[0], known, LABELS).chance > 0.01
    assert uniformity(unequal_classes()[0], answers(LABELS, rng), LABELS).chance < 1e-6


def test_the_chance_is_what_it_says() -> None:
    """Sets drawn at random from equal classes, each held against known rows of its own."""
    rng = np.random.default_rng(0)
    chances = []
    for _ in range(200):
        labels, known = rng.integers(CLASSES, size=300), np.repeat(np.arange(CLASSES), 40)
        chances.append(uniformity(answers(labels, rng), answers(known, rng), known).chance)
    for level in (0.05, 0.2, 0.5, 0.8):
        assert np.mean(np.array(chances) < level) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 200))


def test_too_few_drawings_say_nothing() -> None:
    probabilities, _ = equal_classes(a_class=4)
    with pytest.raises(BadSettings, match="5 test drawings or more for each of 12 classes, received 48 in all"):
        require_uniform(probabilities, KNOWN, LABELS, NAMES)


def test_a_class_that_is_not_known_is_refused() -> None:
    seen = LABELS != 4
    with pytest.raises(BadOOF, match="2 known rows of every class or more, received 0"):
        uniformity(equal_classes()[0], KNOWN[seen], LABELS[seen])
