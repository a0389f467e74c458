import subprocess
import sys

import pytest

import doodlestack


@pytest.mark.parametrize("name", dir(doodlestack))
def test_every_name_that_is_handed_on_is_there(name):
    assert getattr(doodlestack, name) is not None


def test_importing_it_loads_none_of_the_rooms():
    script = "import sys, doodlestack; print(*(m for m in sys.modules if m in ('keras', 'numpy', 'features', 'oof')))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_a_name_that_it_has_not_is_said_so():
    with pytest.raises(AttributeError, match="module 'doodlestack' has no attribute 'Drawing'"):
        _ = doodlestack.Drawing
