"""The chosen method's answers for a test set of equally many drawings of each class."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.shards import Shards
from oof.store import OOFStore
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from stacking.balance.gain import gain_on_equal_classes
from stacking.balance.labels import Balance, balanced_labels
from stacking.balance.uniformity import require_uniform
from stacking.calibration import TemperatureScaling
from stacking.columns import Floats


def balanced_answers(
    run: RunFolder, settings: RunSettings, balance: Balance, shards: Shards, models: Sequence[str], chosen: Floats
) -> NDArray[np.int64]:
    """(n, 3) classes of the test drawings, best first, from the chosen method's probabilities (n, C).

    Prints what balancing is worth on out-of-fold drawings, equally many of each class. Raises `BadSettings` where the
    test set cannot be of that kind, unless `submission.assume_uniform`.
    """
    labels = shards.label.astype(np.int64)
    if not settings.submission.assume_uniform:
        test, known = _mean_of_models(run, shards, models)
        require_uniform(test, known, labels, shards.classes)
    known = OOFStore(run.stack / "oof").read(shards.key_id)  # (N, C)
    temperature = TemperatureScaling(1, len(shards.classes)).fit(known, labels)
    console.print(f"{balance}: {gain_on_equal_classes(temperature.transform(known), labels, balance, settings.seed)}")
    return balanced_labels(temperature.transform(chosen), balance)


def _mean_of_models(run: RunFolder, shards: Shards, models: Sequence[str]) -> tuple[Floats, Floats]:
    """(n, C) of the test set and (N, C) out of fold: plain means, which a mean over the folds leaves as they are."""
    stores = [OOFStore(run.oof(name)) for name in models]
    test, share = shards.test().key_id, np.float32(1 / len(stores))
    predicted = sum(share * store.read_test(test) for store in stores)
    return np.asarray(predicted), np.asarray(sum(share * store.read(shards.key_id) for store in stores))
