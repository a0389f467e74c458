import pytest

from tests.in_memory import level_and_upright


@pytest.fixture
def source():
    """60 lines, level or upright, with the manners of shards."""
    return level_and_upright()
