"""The memory that a network could train in on this machine."""

import shutil
import subprocess
from dataclasses import dataclass

import psutil

QUESTION = ("--query-gpu=memory.free", "--format=csv,noheader,nounits")  # answered in MiB, a line a GPU


@dataclass(frozen=True)
class Memory:
    """Bytes that are free, and where."""

    free: int
    place: str


def free_memory() -> Memory:
    """Of the GPU that has most, where `nvidia-smi` finds one, else of main memory.

    Ask before a backend starts: on a GPU it takes what there is.
    """
    if tool := shutil.which("nvidia-smi"):
        answer = subprocess.run([tool, *QUESTION], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            return Memory(max(map(int, answer.stdout.split())) * 2**20, "GPU memory")
    return Memory(psutil.virtual_memory().available, "main memory")
