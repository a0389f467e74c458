"""The drawings into 100 cv shards, by tasks that the executor spreads; the embedded doodles where there is no data."""

from functools import partial
from pathlib import Path
from typing import Any

from features.doodles import write_doodles
from features.drawings import CV_SHARDS
from features.shuffle import finish
from features.shuffle_plan import REPORT, Plan, plan
from pipelines.alone import alone_at
from pipelines.executor import Task, cores, run_tasks
from pipelines.holdout import set_aside
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings

PARTS_A_CORE = 4  # so that the cores end at about the same time though files differ in size


def data_folder(run: RunFolder, settings: RunSettings) -> Path:
    """Where the run's drawings come from."""
    return Path(settings.data) if settings.data else run.data


def shuffle(run: RunFolder, settings: RunSettings) -> None:
    """Make `shards/` unless it is whole.

    Raises `BadData` when files or too many rows cannot be read, `RunChanged` when `shards/` is of other drawings than
    the data folder holds now; one that is gone since is not missed.
    """
    with alone_at(run, "shuffle"):
        _shuffle(run, settings)


def _shuffle(run: RunFolder, settings: RunSettings) -> None:
    data, whole = data_folder(run, settings), (run.shards / REPORT).exists()
    if whole and not data.exists():
        return
    if not settings.data and not data.exists():
        console.print(f"drawing the embedded doodles into {data}")
        write_doodles(data, **settings.doodles.model_dump(), seed=settings.seed)
    planned = plan(data, run.shards, PARTS_A_CORE * cores(), settings.seed, settings.bad_row_share)
    if not whole:
        spread(planned, run.shards, settings)
        set_aside(run, settings)
        _tell(finish(str(run.shards.resolve())))


def spread(planned: Plan, folder: Path, settings: RunSettings) -> None:
    """The tasks of a shuffle into `folder`, all but `finish`."""
    shards = str(folder.resolve())
    perform = partial(run_tasks, workers=settings.workers, scheduler=settings.scheduler)
    parts = [_task("write_part", f"part {part}", shards=shards, part=part) for part in range(len(planned.parts))]
    perform([_task("write_test", "test set", shards=shards), *parts], title="read")
    perform([_task("write_shard", f"shard {cv}", shards=shards, cv=cv) for cv in range(CV_SHARDS)], title="shuffle")


def _tell(report: dict[str, Any]) -> None:
    console.print(
        f"{report['drawings']:,} drawings of {len(report['classes'])} classes, {report['with_time']:,} with time; "
        f"{report['duplicates']:,} doubles left out, {report['bad_rows']:,} bad rows set aside",
        soft_wrap=True,
    )


def _task(function: str, name: str, **arguments: Any) -> Task:
    return Task(name, f"features.shuffle:{function}", arguments)
