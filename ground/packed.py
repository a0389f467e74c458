"""Packed files that unpack to more than drawings or probabilities can: bombs."""

from pathlib import Path

from ground.errors import BadData

MOST_GROWTH = 100  # drawings grow 3- to 6-fold, mostly empty probabilities some 50-fold; a bomb 1,000-fold
NEVER_A_BOMB = 64 << 20  # bytes; small files that hold one line over and over may grow more


def refuse_bomb(path: Path | str, packed: int, unpacked: int) -> None:
    """Raises `BadData` where so many bytes cannot honestly come of `packed` ones; ask while unpacking, not after."""
    if unpacked > max(NEVER_A_BOMB, MOST_GROWTH * packed):
        raise BadData(
            f"Expected {path} to grow at most {MOST_GROWTH}-fold when unpacked, received {unpacked / 1e6:,.0f} MB "
            f"and more from {packed / 1e6:,.1f} MB. Get the file from where you trust it."
        )
