"""The course's shuffle, written plainly with pandas: class files to 100 cv shards as text, gzipped in the end."""

import gzip
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

SHARDS = 100
LEVEL = 6  # of gzip, as its command has it


def append_to_shards(files: Sequence[Path], out: Path) -> int:
    """Append the rows of every class file to `train_k{cv}.csv`, with y and cv instead of key_id; gives the rows."""
    out.mkdir()
    total = 0
    for y, file in enumerate(files):
        rows = pd.read_csv(file)
        rows["y"] = y
        rows["cv"] = (rows["key_id"] // 10**7) % SHARDS
        for cv in range(SHARDS):
            of_shard = rows[rows["cv"] == cv].drop(columns="key_id")
            of_shard.to_csv(out / f"train_k{cv}.csv", mode="a", header=y == 0, index=False)
        total += len(rows)
    return total


def gzip_shards(out: Path) -> None:
    """Pack every shard, as the course's feeds read it."""
    for cv in range(SHARDS):
        plain = out / f"train_k{cv}.csv"
        with plain.open("rb") as text, gzip.open(f"{plain}.gz", "wb", LEVEL) as packed:
            shutil.copyfileobj(text, packed)
        plain.unlink()
