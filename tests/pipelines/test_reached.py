import pytest

from ground.errors import BadData
from ground.files import write_json
from pipelines.reached import epoch_reached

HEADER = "epoch,epochs,map_at_3,val_map_at_3\n"
NOW = {"epoch": 2, "epochs": 9, "step": 30, "steps": 120, "map_at_3": 0.5}


def test_before_the_first_word_there_is_nothing_to_say(tmp_path):
    assert epoch_reached(tmp_path) == ""


def test_the_watched_rows_give_the_score_and_the_own_ones_where_none_are_watched(tmp_path):
    (tmp_path / "history.csv").write_text(HEADER + "1,9,0.7,0.6\n")
    assert epoch_reached(tmp_path) == "epoch 1/9  map@3 0.600"
    (tmp_path / "history.csv").write_text(HEADER + "1,9,0.7,\n")
    assert epoch_reached(tmp_path) == "epoch 1/9  map@3 0.700"


def test_an_epoch_under_way_says_how_much_of_it_is_done(tmp_path):
    write_json(tmp_path / "progress.json", NOW)
    assert epoch_reached(tmp_path) == "epoch 2/9 25%  map@3 0.500"
    (tmp_path / "history.csv").write_text(HEADER + "1,9,0.7,0.6\n")
    assert epoch_reached(tmp_path) == "epoch 2/9 25%  map@3 0.600"


def test_the_word_of_an_epoch_that_is_over_counts_no_more(tmp_path):
    write_json(tmp_path / "progress.json", NOW)
    (tmp_path / "history.csv").write_text(HEADER + "1,9,0.7,0.6\n2,9,0.8,0.7\n")
    assert epoch_reached(tmp_path) == "epoch 2/9  map@3 0.700"


def test_a_damaged_word_is_said_so(tmp_path):
    (tmp_path / "progress.json").write_text("{")
    with pytest.raises(BadData, match=r"Expected JSON in .*progress\.json"):
        epoch_reached(tmp_path)
