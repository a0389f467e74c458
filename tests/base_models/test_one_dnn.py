import os
import subprocess
import sys

import pytest

SAYS = "import os, sys, {}; print('tensorflow' in sys.modules, os.environ['TF_ENABLE_ONEDNN_OPTS'])"


@pytest.mark.parametrize("first", ["base_models", "pipelines.keras_start"])
@pytest.mark.parametrize(("given", "expected"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")], ids=str)
def test_tensorflow_is_asked_to_use_one_dnn_before_it_is_there_unless_the_user_says_otherwise(given, expected, first):
    others = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    says = [sys.executable, "-c", SAYS.format(first)]
    said = subprocess.run(says, env={**others, **given}, capture_output=True, check=True)
    assert said.stdout.decode().split() == ["False", expected]
