"""The report of a run: one HTML page that can be sent to someone as it is."""

from pathlib import Path

from ground.files import whole_file
from pipelines.report.findings import gather
from pipelines.report.page import page
from pipelines.run_folder import RunFolder

__all__ = ["write_report"]


def write_report(run: RunFolder) -> Path:
    """Write `report.html` of a run at whatever stage it is; the page names what is missing. Returns its path.

    Raises `BadData` or `BadOOF` where a file of the run is damaged.
    """
    with whole_file(run.report) as temporary:
        temporary.write_text(page(gather(run)), encoding="utf-8")
    return run.report
