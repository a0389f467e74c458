"""Checks by their names."""

from pipelines.preflight import preflight
from pipelines.preflight.data import data_checks
from pipelines.preflight.drawings_known import known_drawings


def looked(run, settings):
    """Every check by its name."""
    return {check.name: check for check in preflight(run, settings)}


def of_data(settings, folder, run):
    """The checks of a folder of data."""
    changed = settings.but(data=str(folder))
    return {check.name: check for check in data_checks(run, changed, known_drawings(run, changed))}
