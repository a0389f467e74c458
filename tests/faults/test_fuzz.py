"""The short form of `python -m tests.faults.fuzz --inputs 20000`.

Inputs made by hand are too slow for it; those that matter most are in the tests of the readers. So are damaged networks
and meta-models, for which a process would have to load Keras and LightGBM anew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fuzz import judge as judging
from tests.faults.fuzz import misbehaving
from tests.faults.fuzz.judge import Judge
from tests.faults.fuzz.readers import READERS

INPUTS = 6  # a reader


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("fuzz")) as judge:
        yield judge


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if not reader.alone])
def test_a_spoiled_file_ends_in_a_valid_result_or_in_an_error_that_names_it(name: str, judge: Judge) -> None:
    for verdict in judge.try_out(READERS[name], seed=1, count=INPUTS):
        assert not verdict.violates, f"{verdict.answer.kind}, {verdict.command}\n{verdict.answer.text}"


def test_the_fuzzer_notices_whatever_a_reader_may_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "LONGEST", 0.5)
    with Judge(tmp_path, misbehaving.__name__) as judge:
        for name, reader in misbehaving.READERS.items():
            verdicts = [judge.verdict(reader, "mutated", 0, number) for number in range(2)]
            assert name in [verdict.answer.kind for verdict in verdicts], verdicts


def test_an_input_is_made_again_from_its_numbers_alone(tmp_path: Path) -> None:
    reader = READERS["submission"]
    whole = {name: (tmp_path / name).read_bytes() for name in reader.prepare(tmp_path)}
    for kind in ("crafted", "built", "mutated"):
        assert reader.input(whole, kind, seed=3, number=2) == reader.input(whole, kind, seed=3, number=2)
    assert reader.input(whole, "mutated", 3, 2) != reader.input(whole, "mutated", 4, 2)
