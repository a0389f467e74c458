import os
import subprocess
import sys

import pytest

SAYS = "import os, sys, base_models; print('tensorflow' in sys.modules, os.environ['TF_ENABLE_ONEDNN_OPTS'])"


@pytest.mark.parametrize(("given", "expected"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")], ids=str)
def test_tensorflow_is_asked_to_use_one_dnn_before_it_is_there_unless_the_user_says_otherwise(given, expected):
    others = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    said = subprocess.run([sys.executable, "-c", SAYS], env={**others, **given}, capture_output=True, check=True)
    assert said.stdout.decode().split() == ["False", expected]
