import numpy as np
import pytest

from features.drawings import Drawings
from features.inputs import GrayImage, ImageAndSequence, StrokeSequence
from features.mixing import Mixing, require_mixable
from ground.errors import BadSettings

B, LENGTH = 40, 24
PLACES = np.arange(B, dtype=np.int32)  # as labels: so soft labels say who was mixed with whom
AVERAGED, CUT = Mixing(mixup=0.8, cutmix=0.0, classes=B), Mixing(mixup=0.0, cutmix=1.0, classes=B)
SEED = (3, 1, 4)


@pytest.fixture(scope="module")
def sequences():
    """Drawings of 2 to 20 points, some of them longer than the sequences when joined, and one empty."""
    rng = np.random.default_rng(0)
    strokes = [[rng.integers(0, 256, (2, rng.integers(2, 8))).tolist() for _ in range(n % 3 + 1)] for n in range(B)]
    strokes[5] = []
    return StrokeSequence(length=LENGTH).make(Drawings.from_strokes(strokes))


def pairs(soft):
    """Each drawing's own share, and the place of the other one."""
    shares = soft[:, 1:].copy()
    own = shares[PLACES, PLACES].copy()
    shares[PLACES, PLACES] = 0
    return own, np.where(shares.any(axis=1), shares.argmax(axis=1), PLACES)


def noise(shape):
    return np.random.default_rng(1).integers(0, 256, (B, *shape), np.uint8)


def positions(sequence):
    """(points, 2), of a sequence of the form of `features.sequences`."""
    return sequence[sequence[:, 4] == 1, :2].cumsum(axis=0)


def test_soft_labels_begin_with_the_own_label_whose_part_is_the_larger():
    _, soft = AVERAGED.apply((noise((8, 8, 1)), PLACES), SEED)
    own, partner = pairs(soft)
    np.testing.assert_array_equal(soft[:, 0], PLACES)
    np.testing.assert_allclose(soft[:, 1:].sum(axis=1), 1, rtol=1e-6)
    assert own.min() >= 0.5
    assert (partner != PLACES).sum() > B / 2


def test_averaged_pictures_are_as_much_of_each_as_the_labels_say():
    x = noise((8, 8, 3))
    mixed, soft = AVERAGED.apply((x, PLACES), SEED)
    own, partner = pairs(soft)
    share = own[:, None, None, None]
    assert mixed.dtype == np.uint8
    assert np.abs(mixed - (share * x + (1 - share) * x[partner])).max() < 0.51


def test_a_cut_picture_shows_one_box_of_the_other_as_large_as_the_label_says():
    x = np.broadcast_to(PLACES[:, None, None, None], (B, 200, 200, 1)).astype(np.uint8)
    mixed, soft = CUT.apply((x, PLACES), SEED)
    own, partner = pairs(soft)
    for n in range(B):
        others = mixed[n, :, :, 0] != n
        assert set(np.unique(mixed[n])) <= {n, partner[n]}
        assert np.array_equal(others, np.outer(others.any(axis=1), others.any(axis=0)))
        assert others.mean() == pytest.approx(1 - own[n], abs=0.01)


@pytest.mark.parametrize("mixing", [AVERAGED, CUT])
def test_a_mixed_sequence_is_a_first_part_of_one_and_a_last_part_of_the_other_where_they_were(mixing, sequences):
    mixed, soft = mixing.apply((sequences, PLACES), SEED)
    for n, (own, partner) in enumerate(zip(*pairs(soft), strict=True)):
        one, other = positions(sequences[n]), positions(sequences[partner])
        kept, taken = round(float(own) * len(one)), round((1 - float(own)) * len(other))
        parts = [(one[:kept], other[len(other) - taken :]), (other[:taken], one[len(one) - kept :])]
        seen = positions(mixed[n])
        fits = [seam for seam in parts if _is_close(seen, np.concatenate(seam)[:LENGTH])]
        assert fits
        seam = len(fits[0][0])
        assert seam >= len(seen) or mixed[n, seam, 2] == 1
        assert not mixed[n, len(seen) :].any()


def _is_close(one, other):
    return one.shape == other.shape and np.allclose(one, other, atol=1e-5)


def test_a_picture_and_the_points_of_a_drawing_are_mixed_with_those_of_the_same_other(sequences):
    x = {"image": noise((8, 8, 3)), "sequence": sequences}
    mixed, soft = CUT.apply((x, PLACES), SEED)
    for name, array in x.items():
        alone, same = CUT.apply((array, PLACES), SEED)
        np.testing.assert_array_equal(mixed[name], alone)
        np.testing.assert_array_equal(soft, same)


def test_weights_are_mixed_as_the_labels_are():
    weights = np.linspace(0.1, 2, B, dtype=np.float32)
    _, soft, mixed = AVERAGED.apply((noise((4, 4, 1)), PLACES, weights), SEED)
    own, partner = pairs(soft)
    np.testing.assert_allclose(mixed, own * weights + (1 - own) * weights[partner], rtol=1e-6)


def test_a_seed_mixes_alike_and_another_one_otherwise():
    x = noise((8, 8, 1))
    (one, _), (again, _), (other, _) = (AVERAGED.apply((x, PLACES), seed) for seed in (SEED, SEED, (3, 1, 5)))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_with_both_ways_on_each_batch_takes_one_of_them():
    both, x = Mixing(0.8, 1.0, B), np.broadcast_to(PLACES[:, None, None, None], (B, 16, 16, 1)).astype(np.uint8)
    batches = [both.apply((x, PLACES), (1, 1, step))[0] for step in range(12)]
    averaged = [(mixed == mixed[:, :1, :1]).all() for mixed in batches]  # even pictures stay even, but for boxes
    assert 0 < sum(averaged) < 12


def test_a_batch_of_one_drawing_stays_as_it_is():
    x = noise((8, 8, 1))[:1]
    mixed, soft = AVERAGED.apply((x, PLACES[:1]), SEED)
    np.testing.assert_array_equal(mixed, x)
    assert soft[0, 1] == 1


class Numbers:
    """An input that is neither a picture nor a sequence of points."""

    shape, dtype = (16, 5), "float32"


def test_inputs_that_cannot_be_mixed_are_refused():
    for inputs in (GrayImage(), StrokeSequence(), ImageAndSequence()):
        require_mixable(inputs, "fine")
    with pytest.raises(BadSettings, match=r"to mix, mine takes float32 \(16, 5\)\. Set train_by_model\.mine\.mixup=0"):
        require_mixable(Numbers(), "mine")
