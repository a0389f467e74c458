"""What a store is of: its classes, its fold rule and the settings of the model behind it."""

import json
import sys
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ground.errors import BadData, BadOOF, ClassMismatch, FoldMismatch, MissingResult, RunChanged
from ground.files import read_json_as, write_json
from oof.folds import RULE

FORMAT = 1  # raised when a store of today could not be read by yesterday's code
_RECORDED = ("numpy", "keras", "tensorflow", "lightgbm", "scikit-learn")


def package_versions() -> dict[str, str]:
    """The versions of Python and of those packages, among the ones that shape probabilities, that are installed."""
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in _RECORDED:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # a model of another framework: nothing to record
            continue
    return versions


@dataclass(frozen=True)
class Manifest:
    """`manifest.json` of a store."""

    classes: tuple[str, ...]  # in the order of the columns
    folds: Annotated[int, Field(ge=1, le=100)]  # there are 100 cv shards
    config: dict[str, Any]  # what the caller says of the model; JSON values
    rule: str = RULE
    format: int = FORMAT
    packages: dict[str, str] = field(default_factory=package_versions)

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Raises `MissingResult` where there is none, `BadOOF` where it is damaged or of a newer format."""
        if not path.exists():
            raise MissingResult(
                f"Expected out-of-fold probabilities in {path.parent}, received no {path.name}. "
                f"Run `doodlestack train {path.parent.name}`, or `doodlestack oof import`, first."
            )
        try:
            manifest = read_json_as(path, cls)
        except BadData as error:
            raise BadOOF(
                f"Expected the manifest of a store in {path}, received something else ({error}). "
                f"Delete {path.parent} and make it anew."
            ) from error
        if not manifest.classes or len(set(manifest.classes)) < len(manifest.classes):
            raise BadOOF(f"Expected different classes in {path}, received {len(manifest.classes)}. Make it anew.")
        if manifest.format != FORMAT:
            raise BadOOF(
                f"Expected format {FORMAT} in {path}, received {manifest.format}. Use the version that wrote it."
            )
        return manifest

    def write(self, path: Path) -> None:
        write_json(path, asdict(self))

    def require(self, classes: tuple[str, ...] | None, folds: int | None, where: Path) -> None:
        """Raises `ClassMismatch` or `FoldMismatch` where the store is of other classes or another fold rule."""
        if classes is not None and classes != self.classes:
            raise ClassMismatch(
                f"Expected the classes {_differing(classes, self.classes)} in {where}, received "
                f"{_differing(self.classes, classes)}. Use the class list that it was made with, or make it anew."
            )
        if (folds is not None and folds != self.folds) or self.rule != RULE:
            raise FoldMismatch(
                f"Expected {folds or self.folds} folds by the rule `{RULE}` in {where}, received {self.folds} by "
                f"`{self.rule}`. Use as many folds as the store was made with, or make it anew."
            )

    def require_config(self, config: dict[str, Any], where: Path) -> None:
        """Raises `RunChanged` where the model's settings are others; names those that differ."""
        wanted = json.loads(json.dumps(config))  # as it would be read back: tuples are lists
        changed = [name for name in sorted({*wanted, *self.config}) if wanted.get(name) != self.config.get(name)]
        if changed:
            lines = [f"{name}: {wanted.get(name)!r}, received {self.config.get(name)!r}" for name in changed]
            raise RunChanged(
                f"Expected the probabilities in {where} to be of the same settings. Expected " + "; ".join(lines) + ". "
                "Go back to those settings, or choose another run folder."
            )


def _differing(classes: tuple[str, ...], others: tuple[str, ...]) -> str:
    """The class count, and the first place at which the lists part."""
    for place, name in enumerate(classes):
        if place >= len(others) or others[place] != name:
            return f"{len(classes)} in all, '{name}' at place {place}"
    return f"{len(classes)} in all"
