"""Everything, step after step; what is there and whole is not made again."""

import time
from pathlib import Path

from ground.temporaries import remove_left_behind
from pipelines.changes import write_settings
from pipelines.feeds import make_feeds
from pipelines.preflight import require_ready
from pipelines.report import write_report
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings
from pipelines.shuffle import shuffle
from pipelines.stack import stack
from pipelines.submit import submit
from pipelines.summary import show_summary
from pipelines.train import train, untrained

STILL_WRITTEN = 60.0  # seconds; who has just begun may hold no lock yet


def run(out: Path, settings: RunSettings, force: bool = False, skip_preflight: bool = False) -> None:
    """Make the run folder `out`: shards, models, out-of-fold stores, stack, submissions, report; print the table.

    `settings` come from `run_settings` or `resolve`. Raises `RunChanged` where `out` holds results of other
    settings, unless `force` lets those that depend on the change be made anew, and `NotReady` with what would stop
    the run, unless `skip_preflight` has it begin without a look.
    """
    folder = RunFolder(Path(out))
    write_settings(folder, settings, force)
    _tidy(folder)
    if not skip_preflight:
        require_ready(folder, settings)
    shuffle(folder, settings)
    make_feeds(folder, settings, [name for name, _ in untrained(folder, settings)])
    train(folder, settings)
    stack(folder, settings, force)
    submit(folder, settings)
    write_report(folder)
    show_summary(folder, settings)


def _tidy(folder: RunFolder) -> None:
    """Remove half-written files of killed processes, where nobody is at work who might write them just now."""
    if not folder.work_under_way():
        remove_left_behind(folder.root, before=time.time() - STILL_WRITTEN)
