"""What kinds of features a candidate has; by themselves, as settings name them before anything heavy is imported."""

from typing import Literal, get_args

FeatureKind = Literal["models", "agreement", "reliability", "priors", "statistics"]
FEATURE_KINDS: tuple[FeatureKind, ...] = get_args(FeatureKind)
