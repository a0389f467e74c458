import os
from contextlib import suppress
from pathlib import Path

import pytest

from ground.files import whole_file, whole_folder
from ground.temporaries import remove_left_behind, remove_under_way

OLD, NEW = 1_000.0, 3_000.0  # seconds since 1970


def test_what_a_killed_process_was_writing_is_removed_and_nothing_else(tmp_path):
    (tmp_path / "deep").mkdir()
    half = [tmp_path / "deep" / ".part.0123abcd.npy", tmp_path / ".stack.89abcdef"]
    half[1].mkdir()
    kept = [tmp_path / ".locks", tmp_path / ".hidden.npy", tmp_path / "part.npy", tmp_path / ".new.0123abcd.npy"]
    for path in [half[0], half[1] / "model.txt", *kept]:
        path.touch()
        os.utime(path, (OLD, OLD))
    os.utime(half[1], (OLD, OLD))
    os.utime(kept[-1], (NEW, NEW))
    remove_left_behind(tmp_path, before=2_000)
    assert sorted(tmp_path.rglob("*")) == sorted([tmp_path / "deep", *kept])


@pytest.mark.parametrize("write", [whole_file, whole_folder])
@pytest.mark.parametrize("remove", [remove_under_way, lambda: remove_left_behind(Path.cwd(), before=2_000)])
def test_what_is_under_way_can_be_removed(tmp_path, monkeypatch, write, remove):
    monkeypatch.chdir(tmp_path)
    with suppress(FileNotFoundError), write(tmp_path / "a.csv") as written:
        written.touch()
        os.utime(written, (OLD, OLD))
        before = os.listdir(tmp_path)
        remove()
        after = os.listdir(tmp_path)
    assert (before, after, os.listdir(tmp_path)) == ([written.name], [], [])
