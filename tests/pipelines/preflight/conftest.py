import shutil

import pytest

from pipelines.preflight.drawings_known import known_drawings
from pipelines.run_folder import RunFolder


@pytest.fixture
def own_data(data, tmp_path):
    """A copy of the competition, to change."""
    shutil.copytree(data, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def known(settings, tmp_path):
    """What is known of the competition's drawings before the shuffle."""
    return known_drawings(RunFolder(tmp_path / "new"), settings)
