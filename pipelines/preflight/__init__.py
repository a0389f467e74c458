"""Preflight: before hours of work, everything that would stop it is looked for within seconds.

drawings_known.py   what is known of the drawings; everything below builds on it
data.py             data, classes, folds, the submission's format
models.py           a forward pass of each model, what it starts from, what it reads
room.py             the right to write, disk, memory
machine.py          cores, threads, backend, LightGBM
"""

from pipelines.preflight.looking import preflight, require_ready

__all__ = ["preflight", "require_ready"]
