"""Where each result of a run lives; every step asks here and nowhere else."""

from dataclasses import dataclass
from pathlib import Path

from ground.locks import is_locked


@dataclass(frozen=True)
class RunFolder:
    """The paths inside one run folder."""

    root: Path

    @property
    def settings(self) -> Path:
        """The settings, complete, as resolved."""
        return self.root / "run.toml"

    @property
    def data(self) -> Path:
        """The embedded doodles as Kaggle CSV, where the run has no drawings of its own."""
        return self.root / "data"

    @property
    def shards(self) -> Path:
        """`cv_00.arrow` to `cv_99.arrow`, `test.arrow`, `classes.json`, `shuffle.json`, `bad_rows.csv`.

        Beside them, where asked for, the same drawings in other forms: `csv/`, `csv-time/`, `tfrecord/`.
        """
        return self.root / "shards"

    def fold(self, model: str, fold: int) -> Path:
        """`model.keras`, `history.csv` and `done.json` of one trained (model, fold)."""
        return self.root / "models" / model / f"fold_{fold}"

    @property
    def pretraining(self) -> Path:
        """The shards of the other drawings that models learn first."""
        return self.root / "pretraining"

    def pretrained(self, model: str) -> Path:
        """`model.keras`, `history.csv` and `done.json` of a model that has learned those and nothing else."""
        return self.root / "models" / model / "pretrained"

    def lock(self, work: str, fold: int | None = None) -> Path:
        """What a process holds while it does a piece of work in this run."""
        return self._locks / (work if fold is None else f"{work} fold {fold}")

    def work_under_way(self, besides: str = "") -> list[str]:
        """What processes are at in this run at this moment, `besides` one kind of work."""
        return sorted(path.name for path in self._locks.glob("*") if path.name != besides and is_locked(path))

    @property
    def _locks(self) -> Path:
        return self.root / ".locks"

    @property
    def oof_root(self) -> Path:
        """One out-of-fold store a model."""
        return self.root / "oof"

    def oof(self, model: str) -> Path:
        """The out-of-fold store of one model."""
        return self.oof_root / model

    @property
    def stack(self) -> Path:
        """`scores.json`, the fitted meta-model, and `oof/`: the chosen method's own out-of-fold store."""
        return self.root / "stack"

    @property
    def holdout_root(self) -> Path:
        """A store a model of its probabilities of the drawings that were set aside, and when they were scored."""
        return self.root / "holdout"

    def holdout(self, model: str) -> Path:
        """The probabilities of one model, a part for each fold's network."""
        return self.holdout_root / model

    @property
    def submissions(self) -> Path:
        """`<method>.csv` in Kaggle's form, and the same probabilities as `<method>.npz`."""
        return self.root / "submissions"

    @property
    def submission(self) -> Path:
        """The chosen method's among them, to be handed in."""
        return self.submissions / "submission.csv"

    @property
    def report(self) -> Path:
        """The self-contained page."""
        return self.root / "report.html"
