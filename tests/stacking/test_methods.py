import pytest

from ground.errors import BadSettings
from stacking.methods import methods


def test_methods_go_from_simple_to_complex() -> None:
    names = list(methods(["gray64_cnn", "stroke_lstm"], 21, multiclass=True))
    assert names[:4] == ["gray64_cnn", "stroke_lstm", "mean", "geometric"]
    assert names[4:8] == ["rank", "power", "weighted", "greedy"]
    assert names[8:] == ["linear", "lambdarank", "xendcg", "binary", "rankers", "multiclass"]
    assert "multiclass" not in methods(["gray64_cnn"], 340, multiclass=False)


@pytest.mark.parametrize("models", [["mean", "gray64_cnn"], ["gray64_cnn", "gray64_cnn"]])
def test_a_base_model_of_a_taken_name_is_refused(models: list[str]) -> None:
    with pytest.raises(BadSettings, match="different names"):
        methods(models, 21, multiclass=False)
