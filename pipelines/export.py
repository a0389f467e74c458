"""The shards in the other forms that feeds read: tfrecords, and CSV as the course had it."""

from pathlib import Path
from typing import get_args

from rich.table import Table

from features.csv_export import PLAIN, TIMED, csv_bytes, csv_path
from features.drawings import CV_SHARDS
from features.shards import Shards
from features.tfrecord_folders import Encoding, Picture, Records, begin_records, records_for
from pipelines.executor import Task, run_tasks
from pipelines.keras_start import start_keras
from pipelines.progress import console
from pipelines.report.numbers import size
from pipelines.room import free_bytes, require_room
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings


def write_csv(run: RunFolder, settings: RunSettings, with_time: bool = False) -> None:
    """Also write the shards as `train_k0.csv.gz` to `train_k99.csv.gz`, in `shards/csv` or `shards/csv-time`.

    What is there is not written again. Raises `NotEnoughRoom` where the disk will not do.
    """
    out = run.shards.resolve() / (TIMED if with_time else PLAIN)
    missing = [cv for cv in range(CV_SHARDS) if not csv_path(out, cv).exists()]
    if not missing:
        return
    needed = csv_bytes(Shards.open(run.shards), with_time) - _written([csv_path(out, cv) for cv in range(CV_SHARDS)])
    require_room(out, needed, "the shards as CSV", "Make room, or do without: the feed `shards` needs no other files.")
    tasks = [
        Task(
            csv_path(out, cv).name,
            "features.csv_export:export_csv",
            {"shards": str(out.parent), "cv": cv, "out": str(out), "with_time": with_time},
        )
        for cv in missing
    ]
    run_tasks(tasks, settings.workers, settings.scheduler, title=out.name)


def write_tfrecords(run: RunFolder, settings: RunSettings, encoding: Encoding, picture: Picture) -> Records:
    """Write the shards as tfrecords, pixels of `picture` or strokes, after telling the disk that each encoding takes.

    What is there is not written again. Raises `NotEnoughRoom` before a byte is written where the disk will not do,
    `RunChanged` where the records there are of another shuffle.
    """
    start_keras()
    from features.tfrecord_export import needed_bytes

    shards = Shards.open(run.shards.resolve())
    records = records_for(shards.folder, encoding, picture)
    sizes = {each: needed_bytes(shards, records_for(shards.folder, each, picture)) for each in get_args(Encoding)}
    console.print(_sizes_table(records, sizes, len(shards)))
    missing = records.missing()
    if missing:
        others = ", ".join(f"--encoding {each} takes {size(sizes[each])}" for each in sizes if each != encoding)
        instead = f"Make room, or choose another: {others}. The feed `shards` needs none."
        needed = sizes[encoding] - _written([records.file(cv) for cv in range(CV_SHARDS)])
        require_room(records.folder, needed, f"tfrecords ({encoding})", instead)
    begin_records(records)
    folder = str(records.folder)
    tasks = [
        Task(records.file(cv).name, "pipelines.export:write_tfrecord", {"folder": folder, "cv": cv}) for cv in missing
    ]
    run_tasks(tasks, settings.workers, settings.scheduler, title="tfrecord")
    return records


def write_tfrecord(folder: str, cv: int) -> None:
    """The task: one shard."""
    start_keras()
    from features.tfrecord_export import export_tfrecord

    export_tfrecord(folder, cv)


def _written(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.exists())


def _sizes_table(records: Records, sizes: dict[Encoding, int], drawings: int) -> Table:
    table = Table("tfrecords", "a drawing", f"{drawings:,} drawings", "", box=None)
    for encoding, needed in sizes.items():
        free = f"{size(free_bytes(records.folder))} are free" if encoding == records.encoding else ""
        about = "" if encoding == "raw" else "about "
        table.add_row(encoding, f"{about}{size(needed / max(drawings, 1))}", f"{about}{size(needed)}", free)
    return table
