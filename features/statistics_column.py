"""How a group of statistics is written down: an enumeration, a statistic a line, its description as its value."""

from enum import IntEnum
from typing import Self


class Column(IntEnum):
    """Base of a group; its members number the columns from 0 in the order in which they are written."""

    description: str

    def __new__(cls, description: str) -> Self:
        """Take the next number."""
        member = int.__new__(cls, len(cls.__members__))
        member._value_ = len(cls.__members__)
        member.description = description
        return member
