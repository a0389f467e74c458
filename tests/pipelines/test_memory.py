"""What a container may take of the machine's memory."""

import psutil
import pytest

from pipelines.memory import available_memory, group_room

MACHINE = psutil.virtual_memory().total


@pytest.fixture
def groups(tmp_path):
    """Writes a group's files; the process is in `/pod/box`."""
    (tmp_path / "own").write_text("0::/pod/box\n")

    def write(group, **content):
        (tmp_path / group).mkdir(parents=True, exist_ok=True)
        for name, text in content.items():
            (tmp_path / group / f"memory.{name}").write_text(text)
        return group_room(tmp_path / "groups", tmp_path / "own")

    return write


def test_a_group_and_those_that_it_is_in_leave_what_they_do_not_use(groups):
    groups("groups/pod/box", max="1000\n", current="700\n", stat="anon 600\ninactive_file 50\n")
    groups("groups/pod", max="max\n", current="900\n", stat="inactive_file 0\n")
    room = groups("groups", max="5000\n", current="4900\n", stat="inactive_file 0\n")
    assert list(room) == [350, 100]


def test_groups_of_the_first_version_are_read_too(groups, tmp_path):
    (tmp_path / "own").write_text("5:cpu:/other\n4:memory:/pod\n")
    files = {"limit_in_bytes": "1000", "usage_in_bytes": "800", "stat": "total_inactive_file 100\n"}
    assert list(groups("groups/memory/pod", **files)) == [300]


def test_where_no_group_has_a_limit_the_machine_is_the_limit(tmp_path):
    assert list(group_room(tmp_path, tmp_path / "none")) == []
    assert 0 < available_memory() <= MACHINE
