"""What trees look at: how much of their gain in the training loss comes of which column."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stacking.layers import LayeredStacker
from stacking.multiclass import MulticlassStacker
from stacking.rankers import CandidateStacker
from stacking.stacker import Stacker
from stacking.voting import VotingStacker
from stacking.wrapped import WrappedStacker


@dataclass(frozen=True)
class Gain:
    """One column of the trees, under a name that a person understands."""

    name: str
    share: float  # of the gain of all splits, 0 to 1


def has_trees(stacker: Stacker) -> bool:
    """Whether LightGBM has the last word in it."""
    return isinstance(stacker.last, CandidateStacker | MulticlassStacker)


def gain_shares(fitted: Stacker, models: Sequence[str], statistics: Sequence[str]) -> tuple[Gain, ...]:
    """Greatest first; nothing for a method without trees or whose trees never split.

    A model's columns of all classes count as one. Of several layers, the last one's trees are looked at; of several
    stackers that vote, the mean of their shares is taken.
    """
    if isinstance(fitted, LayeredStacker):
        names = [f"{name} (layer below)" for name, _ in fitted.first_]
        return gain_shares(fitted.second_, [*models, *names], statistics)
    if isinstance(fitted, WrappedStacker):
        return gain_shares(fitted.stacker_, models, statistics)
    if isinstance(fitted, VotingStacker):
        return _mean([gain_shares(stacker, models, statistics) for _, stacker in fitted.stackers_])
    if not isinstance(fitted, CandidateStacker | MulticlassStacker):
        return ()
    booster = fitted.booster_
    by_name: dict[str, float] = {}
    gains = booster.feature_importance("gain").tolist()
    for place, (column, gain) in enumerate(zip(booster.feature_name(), gains, strict=True)):
        name = _name(column, place, len(fitted.classes_), models, statistics)
        by_name[name] = by_name.get(name, 0.0) + gain
    total = sum(by_name.values())
    return _sorted({name: gain / total for name, gain in by_name.items() if gain > 0})


def _mean(parts: Sequence[tuple[Gain, ...]]) -> tuple[Gain, ...]:
    """Of those that have trees which split."""
    split = [part for part in parts if part]
    total: dict[str, float] = {}
    for gain in (gain for part in split for gain in part):
        total[gain.name] = total.get(gain.name, 0.0) + gain.share / len(split)
    return _sorted(total)


def _sorted(shares: dict[str, float]) -> tuple[Gain, ...]:
    return tuple(sorted((Gain(name, share) for name, share in shares.items()), key=lambda gain: -gain.share))


def _name(column: str, place: int, classes: int, models: Sequence[str], statistics: Sequence[str]) -> str:
    """Of a column as `candidates.feature_names` calls it or, numbered, as `columns.join_columns` lays it."""
    if column.startswith("Column_"):
        width = len(models) * classes
        return f"{models[place // classes]} log probability" if place < width else statistics[place - width]
    if number := re.fullmatch(r"statistic_(\d+)", column):
        return statistics[int(number[1])]
    if column == "category_prior":
        return f"{statistics[-1]} prior"
    if parts := re.fullmatch(r"model_(\d+)_(.+)", column):
        what = parts[2].replace("_", " ")
        return f"{[*models, 'linear opinion'][int(parts[1])]} {what}"
    return column.replace("_", " ")
