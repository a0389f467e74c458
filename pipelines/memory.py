"""The memory that a network could train in on this machine."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

GROUPS, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
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
    return Memory(available_memory(), "main memory")


def available_memory() -> int:
    """Bytes of main memory that this process and its workers may take: a container often has less than the machine."""
    return max(0, min([int(psutil.virtual_memory().available), *group_room()]))


def group_room(groups: Path = GROUPS, own: Path = OWN_GROUPS) -> Iterator[int]:
    """Bytes left to each control group, of version 1 or 2, that this process is in and that has a limit.

    Files that the kernel holds in memory count as used by the group though it lets go of those not in use
    (`inactive_file`). https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
    """
    for line in own.read_text().splitlines() if own.exists() else ():
        _, kinds, path = line.split(":", 2)
        if kinds in ("", "memory"):
            top, version = groups / kinds, 1 if kinds else 2
            inside = top / path.lstrip("/")
            for group in (inside, *inside.parents):
                yield from _room_of(group, version)
                if group == top:
                    break


def _room_of(group: Path, version: int) -> Iterator[int]:
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes") if version == 1 else ("memory.max", "memory.current")
    limit, used = (group / name for name in names)
    if limit.exists() and (most := limit.read_text().strip()) != "max":
        held = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        idle = held["total_inactive_file" if version == 1 else "inactive_file"]
        yield int(most) - int(used.read_text()) + int(idle)
