import os
import subprocess
import sys

import pytest

SAYS = "import os, sys, stacking; print('lightgbm' in sys.modules, os.environ['OMP_WAIT_POLICY'])"


@pytest.mark.parametrize(("given", "expected"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")])
def test_threads_wait_idly_from_before_lightgbm_is_there_unless_the_user_says_otherwise(given, expected):
    others = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    said = subprocess.run([sys.executable, "-c", SAYS], env={**others, **given}, capture_output=True, check=True)
    assert said.stdout.decode().split() == ["False", expected]
