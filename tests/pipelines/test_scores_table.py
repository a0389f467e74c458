from rich.console import Console

from pipelines.scores_table import scores_table

ROW = {"accuracy": 0.9, "map_at_3": 0.95, "low": 0.94, "high": 0.96, "log_loss": 0.3, "seconds": 2.0}
ROWS = [{**ROW, "name": "mean", "chosen": True}, {**ROW, "name": "tiny", "chosen": False, "map_at_3": 0.93}]
SCORES = {"drawings": 1000, "classes": ["a", "b"], "rows": ROWS, "chosen": "mean"}


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
    nested = {"map_at_3": 0.9481, "low": 0.938, "high": 0.958, "chosen": ["mean"], "optimism": 0.0019}
    lines = shown({**SCORES, "nested": nested, "holdout": {**ROW, "drawings": 50, "looks": 1}})
    assert "chosen anew 0.9481 0.9380 – 0.9580" in lines
    assert "holdout, 50 0.9000 0.9500 0.9400 – 0.9600 0.300" in lines
