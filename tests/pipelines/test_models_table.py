import importlib.util
import os

import pytest
from rich.console import Console
from typer.testing import CliRunner

from base_models.registry import MODELS, load_models
from pipelines.command_line import app
from pipelines.memory import Memory, free_memory
from pipelines.models_table import model_in_detail, models_table

load_models()


def shown(what):
    console = Console(width=80)
    with console.capture() as capture:
        console.print(what)
    return capture.get()


@pytest.fixture(scope="module")
def lines():
    """The lines of the table on a machine with 1 GB free, by their first word."""
    text = shown(models_table(Memory(10**9, "main memory")))
    return {line.split()[0]: line for line in text.splitlines()}


def test_every_registered_model_has_a_line(lines):
    assert {*MODELS} <= {*lines}


def test_a_line_says_input_feed_parameters_size_memory_and_whether_it_fits(lines):
    assert " ".join(lines["mobilenet_v2"].split()[1:]) == "GrayImage 64×64×1 shards 2.7 M 10.8 MB 975.8 MB yes"
    assert lines["xception"].split()[-3:] == ["3.9", "GB", "no"]


def test_the_inputs_of_a_model_that_has_several_are_all_shown(lines):
    assert "64×64×3 + 128×5" in lines["fusion_cnn_lstm"]


def test_models_are_listed_where_the_weights_that_they_begin_with_are_not_installed(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for name in ("efficientnet_lite0", "fusion_lite_lstm"):
        assert "network.weights  'imagenet'" in shown(model_in_detail(name, Memory(10**9, "main memory")))


def test_the_table_fits_a_terminal_of_80_columns(lines):
    assert max(map(len, lines.values())) <= 80


def test_one_model_is_shown_with_what_can_be_set_of_it():
    text = shown(model_in_detail("mobilenet_v2", Memory(10**9, "GPU memory")))
    assert "2,693,524, 2,659,412 of them trained" in text
    assert "network.alpha" in text
    assert "--set train_by_model.mobilenet_v2.…=VALUE" in text
    assert "free: 1.0 GB of GPU memory" in " ".join(text.split())


def test_a_models_own_training_defaults_are_shown():
    assert "learning_rate    0.0002" in shown(model_in_detail("vgg16", Memory(10**9, "main memory")))


def test_an_unknown_name_on_the_command_line_names_the_nearest():
    result = CliRunner().invoke(app, ["models", "mobilenetv2"])
    assert result.exit_code == 2
    assert "did you mean 'mobilenet_v2'?" in result.stderr


@pytest.fixture
def nvidia_smi(monkeypatch, tmp_path):
    """Puts a program of that name, with the given lines, first on the path."""

    def make(*lines):
        program = tmp_path / "nvidia-smi"
        program.write_text("\n".join(("#!/bin/sh", *lines, "")))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return make


def test_free_memory_is_that_of_the_emptiest_gpu(nvidia_smi):
    nvidia_smi("echo 1024", "echo 2048")
    assert free_memory() == Memory(2 * 2**30, "GPU memory")


def test_without_a_gpu_that_answers_it_is_main_memory(nvidia_smi):
    nvidia_smi("exit 9")
    assert free_memory().place == "main memory"
    assert free_memory().free > 0
