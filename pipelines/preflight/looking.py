"""All checks in their order, and the refusal to begin where one fails."""

from ground.errors import DoodlestackError, NotReady
from pipelines.checks import Check, failures
from pipelines.memory import Memory, free_memory
from pipelines.preflight.data import data_checks
from pipelines.preflight.drawings_known import known_drawings
from pipelines.preflight.machine import machine_checks
from pipelines.preflight.models import folds_to_train, model_checks
from pipelines.preflight.room import disk_check, memory_check, write_check
from pipelines.progress import console
from pipelines.run_folder import RunFolder
from pipelines.settings import RunSettings


def preflight(run: RunFolder, settings: RunSettings, apart: bool = False) -> list[Check]:
    """Look at everything that the rest of a run needs; writes nothing but a file that it removes.

    With `apart`, models are tried in a process of their own: on a GPU, a process that has trained or tried a model
    keeps the GPU's memory, which the workers then lack.
    """
    memory = free_memory()  # asked first: a backend takes what there is
    checks = [*machine_checks(settings, memory), write_check(run)]
    try:
        known = known_drawings(run, settings)
    except DoodlestackError as error:
        return [*checks, Check("data", "failure", str(error))]
    missing = folds_to_train(run, settings)
    tried, footprints = model_checks(run, settings, known, missing, apart)
    return [
        *checks,
        disk_check(run, settings, known, missing, footprints),
        memory_check(settings, memory, footprints),
        *data_checks(run, settings, known),
        *tried,
    ]


def require_ready(run: RunFolder, settings: RunSettings) -> None:
    """Raise `NotReady` with all that stands in the way of a run; print what is worth a warning."""
    with console.status("preflight"):
        checks = preflight(run, settings, apart=_trains_elsewhere(settings, free_memory()))
    for check in checks:
        if check.state == "warning":
            console.print(f"{check.name}: {check.found}. {check.advice}", style="yellow", markup=False, soft_wrap=True)
    if failed := failures(checks):
        lines = "\n  ".join(f"{check.name}: {check.found} {check.advice}".rstrip() for check in failed)
        raise NotReady(
            f"Expected a machine, data and models that a run can go through with, received:\n  {lines}\n"
            "If you know better, `doodlestack run --skip-preflight` begins without this look."
        )


def _trains_elsewhere(settings: RunSettings, memory: Memory) -> bool:
    """Whether there is a GPU, and other processes than this one will train on it."""
    return memory.place.startswith("GPU") and (settings.workers > 1 or bool(settings.scheduler))
