"""What the trees learn from: the candidate rows of many drawings, made block by block."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ground.errors import BadOOF
from stacking.candidates import candidate_table, feature_names
from stacking.columns import Floats, Labels, blocks
from stacking.evidence import Evidence
from stacking.spilled_rows import SpilledRows


@dataclass(frozen=True, eq=False)
class Lessons:
    """R candidates of the drawings that teach, drawing after drawing."""

    names: list[str]  # of the features
    features: SpilledRows  # (R, len(names)), on disk
    truth: NDArray[np.bool_]  # (R,) whether the candidate is the true class
    counts: NDArray[np.int64]  # candidates a drawing
    opinion: Floats  # (R,) the linear stacker's probability


@contextmanager
def lessons(
    parts: Iterable[tuple[Labels, Evidence]],
    probabilities: Floats,
    statistics: Floats,
    labels: Labels,
    taught: NDArray[np.bool_],
    candidates: int,
    most: int,
    hidden: Sequence[int],
) -> Iterator[Lessons]:
    """Of each part's `taught` rows among (N, M, C), (N, F) and (N,), by the evidence that doesn't know their labels.

    In the columns `hidden` all candidates have the same number, so that trees cannot ask for it. A drawing whose true
    class is none of its candidates teaches nothing and is left out; raises `BadOOF` where that holds for all. At
    1,000,000 drawings of 340 classes and 5 models the probabilities take 6.8 GB, a block of them and of what is made
    from it 10 MB, truth, counts and opinion of all 0.1 GB.
    """
    names, truth, counts, opinion = feature_names(probabilities.shape[1] + 1, statistics.shape[1]), [], [], []
    at_most = int(taught.sum()) * min(most, probabilities.shape[2])
    with SpilledRows(len(names), at_most) as features:
        for part, evidence in parts:
            for rows in blocks(part[taught[part]]):
                opinions = evidence.with_opinion(probabilities[rows], statistics[rows])  # (n, M + 1, C)
                table = candidate_table(opinions, statistics[rows], evidence, candidates, most)
                table.features[:, hidden] = 0
                true = table.classes == labels[rows][table.drawing]
                teaches = np.add.reduceat(true, table.starts[:-1]) > 0  # (n,)
                kept = teaches[table.drawing]
                features.append(table.features[kept])
                truth.append(true[kept])
                counts.append(table.counts[teaches])
                opinion.append(opinions[table.drawing[kept], -1, table.classes[kept]])
        if not len(features):
            raise BadOOF(
                f"Expected rows whose true class is among a model's first {candidates}, received none in "
                f"{len(labels):,} rows. Check that the labels are of these rows and of this class list."
            )
        yield Lessons(names, features, np.concatenate(truth), np.concatenate(counts), np.concatenate(opinion))
