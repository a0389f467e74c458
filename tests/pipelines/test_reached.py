import csv

import pytest

from base_models.records import COLUMNS, HISTORY, PROGRESS
from ground.errors import BadData
from ground.files import write_json
from pipelines.reached import epoch_reached

NOW = {"epoch": 2, "epochs": 9, "step": 30, "steps": 120, "map_at_3": 0.5}


def write_history(folder, *rows):
    with (folder / HISTORY).open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


def epoch(number, map_at_3, val_map_at_3=""):
    return {"epoch": number, "epochs": 9, "map_at_3": map_at_3, "val_map_at_3": val_map_at_3}


def test_before_the_first_word_there_is_nothing_to_say(tmp_path):
    assert epoch_reached(tmp_path) == ""


def test_the_watched_rows_give_the_score_and_the_own_ones_where_none_are_watched(tmp_path):
    write_history(tmp_path, epoch(1, 0.7, 0.6))
    assert epoch_reached(tmp_path) == "epoch 1/9  map@3 0.600"
    write_history(tmp_path, epoch(1, 0.7))
    assert epoch_reached(tmp_path) == "epoch 1/9  map@3 0.700"


def test_an_epoch_under_way_says_how_much_of_it_is_done(tmp_path):
    write_json(tmp_path / "progress.json", NOW)
    assert epoch_reached(tmp_path) == "epoch 2/9 25%  map@3 0.500"
    write_history(tmp_path, epoch(1, 0.7, 0.6))
    assert epoch_reached(tmp_path) == "epoch 2/9 25%  map@3 0.600"


def test_the_word_of_an_epoch_that_is_over_counts_no_more(tmp_path):
    write_json(tmp_path / "progress.json", NOW)
    write_history(tmp_path, epoch(1, 0.7, 0.6), epoch(2, 0.8, 0.7))
    assert epoch_reached(tmp_path) == "epoch 2/9  map@3 0.700"


@pytest.mark.parametrize("text", ["{", "[]", '{"epoch": 2, "epochs": 9, "step": 3, "steps": 0}'])
def test_a_damaged_word_of_the_epoch_under_way_is_said_so(tmp_path, text):
    (tmp_path / PROGRESS).write_text(text)
    with pytest.raises(BadData, match=r"Expected JSON in .*progress\.json.* writes it anew"):
        epoch_reached(tmp_path)


@pytest.mark.parametrize(
    ("line", "received"),
    [
        ("0,9,,,0.7,,,,,", "'0' as epoch in line 2"),
        ("1,nine,,,0.7,,,,,", "'nine' as epochs"),
        ("1,9,,,0.7,,,0.6.1,,", "'0.6.1' as val_map_at_3"),
        ("1,9,,,0.7", "other columns than"),
        ("1,9,,,0.7,,,0.6,,,5", "other columns than"),
        ("", "no line of any epoch"),
    ],
)
def test_a_damaged_history_is_said_so(tmp_path, line, received):
    (tmp_path / HISTORY).write_text(",".join(COLUMNS) + f"\n{line}\n")
    with pytest.raises(BadData, match=rf"history\.csv, received {received}.* train this fold again"):
        epoch_reached(tmp_path)
