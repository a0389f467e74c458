from dataclasses import replace

from rich.console import Console

from pipelines.scores import HoldoutScore, Scores
from pipelines.scores_table import scores_table
from stacking.choice import Score
from stacking.nested import Nested

MEAN = Score("mean", "blend", 0.9, 0.95, 0.94, 0.96, log_loss=0.3, seconds=2.0, chosen=True)
ROWS = (MEAN, replace(MEAN, name="tiny", map_at_3=0.93, chosen=False))
SCORES = Scores(1000, ("a", "b"), ROWS, "mean", reason="", inputs={"tiny": ""})


def shown(scores):
    console = Console(width=160, color_system=None)
    with console.capture() as captured:
        console.print(scores_table(scores))
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_methods_come_best_last_and_the_chosen_one_is_marked():
    lines = shown(SCORES)
    assert lines[-1] == "→ mean 0.9000 0.9500 0.9400 – 0.9600 0.300 2.0 s"
    assert lines[-2].startswith("tiny 0.9000 0.9300")


def test_the_choice_itself_and_the_holdout_stand_below():
    nested, held_out = Nested(("mean",), 0.9481, 0.938, 0.958, 0.0019), HoldoutScore(50, 0.95, 0.94, 0.96, 0.9, 0.3, 1)
    lines = shown(replace(SCORES, nested=nested, holdout=held_out))
    assert "chosen anew 0.9481 0.9380 – 0.9580" in lines
    assert "holdout, 50 0.9000 0.9500 0.9400 – 0.9600 0.300" in lines
