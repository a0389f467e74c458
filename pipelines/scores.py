"""`stack/scores.json`: what the stack found, as every later step reads it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from ground.errors import BadData
from ground.files import read_json_as
from pipelines.run_folder import RunFolder
from stacking.calibration_gain import CalibrationGain
from stacking.choice import Score
from stacking.explanation import Explanation
from stacking.nested import Nested

FILE = "scores.json"
MOST = 1e12  # drawings or seconds; more are a damaged file's, and no chart could be drawn of them


@dataclass(frozen=True)
class HoldoutScore:
    """The kept method on drawings that were set aside from the start."""

    drawings: int
    map_at_3: float
    low: float  # of the 95 % bootstrap interval of map_at_3
    high: float
    accuracy: float
    log_loss: float  # nats
    looks: int  # how often this run's holdout has been scored by now


@dataclass(frozen=True)
class Scores:
    """All of the file."""

    drawings: int
    classes: tuple[str, ...]
    rows: tuple[Score, ...]  # from simple to complex
    chosen: str  # the name of one of them
    reason: str
    inputs: dict[str, str]  # the fingerprint of each base model's store, in the order in which they were stacked
    nested: Nested | None = None
    holdout: HoldoutScore | None = None
    explanation: Explanation | None = None
    calibration: tuple[CalibrationGain, ...] = ()  # of each base model, before and after

    @classmethod
    def read(cls, run: RunFolder) -> "Scores":
        """Raises `MissingResult` where there is none, `BadData` where it is damaged; both say how it is made anew."""
        path, mend = run.stack / FILE, f"`doodlestack stack --run {run.root} --force` makes it anew."
        scores = read_json_as(path, cls, mend)
        if problem := next(scores._problems(), None):
            raise BadData(f"Expected the scores of a stack in {path}, received {problem}. {mend}")
        return scores

    @property
    def chosen_row(self) -> Score:
        """The line of the method that was kept."""
        return next(row for row in self.rows if row.name == self.chosen)

    def _problems(self) -> Iterator[str]:
        """What a form alone does not tell."""
        if (marked := [row.name for row in self.rows if row.chosen]) != [self.chosen]:
            yield f"'{self.chosen}' as chosen, but as marked {', '.join(marked) or 'none'}"
        if not self.inputs:
            yield "no inputs"
        scored: tuple[Score | Nested | HoldoutScore | None, ...] = (*self.rows, self.nested, self.holdout)
        for each in scored:
            if each and not all(0 <= figure <= 1 for figure in (each.map_at_3, each.low, each.high)):
                yield f"a map@3 of {each.map_at_3}, {each.low} to {each.high}"
        if not all(abs(number) <= MOST for number in _numbers(asdict(self))):
            yield f"a number beyond {MOST:g}"


def _numbers(content: object) -> Iterator[float]:
    """All of them, however deep."""
    if isinstance(content, int | float):
        yield content
    elif isinstance(content, dict | list | tuple):
        for inner in content.values() if isinstance(content, dict) else content:
            yield from _numbers(inner)
