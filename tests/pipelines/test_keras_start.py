import os
import subprocess
import sys

STARTS = "from pipelines.keras_start import start_keras; start_keras(); import os; print(os.environ['{0}'])"


def test_starting_keras_asks_for_one_dnn_before_tensorflow_is_loaded():
    asked = "TF_ENABLE_ONEDNN_OPTS"
    others = {name: value for name, value in os.environ.items() if name != asked}
    said = subprocess.run([sys.executable, "-c", STARTS.format(asked)], env=others, capture_output=True, check=True)
    assert said.stdout.decode().split() == ["1"]
