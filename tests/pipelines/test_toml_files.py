import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.errors import BadSettings, MissingResult
from pipelines.toml_files import read_toml, write_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT
TABLES = st.recursive(
    st.dictionaries(TEXT, PLAIN | st.lists(PLAIN)), lambda inner: st.dictionaries(TEXT, inner | PLAIN), max_leaves=6
)


@given(values=TABLES)
def test_what_is_written_is_read_back(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "settings.toml"
    write_toml(path, values)
    assert read_toml(path) == values


def test_none_is_left_out(tmp_path):
    write_toml(tmp_path / "s.toml", {"known": 1, "unknown": None})
    assert read_toml(tmp_path / "s.toml") == {"known": 1}


def test_a_file_that_is_not_there_or_not_toml_is_named(tmp_path):
    with pytest.raises(MissingResult, match=r"Expected settings in .*absent\.toml"):
        read_toml(tmp_path / "absent.toml")
    (tmp_path / "bad.toml").write_text("folds == 3")
    with pytest.raises(BadSettings, match=r"Expected TOML in .*bad\.toml"):
        read_toml(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    "text", ["seed = " + "1" * 5000, "data = " + "[" * 20_000, "data = '\xff'"], ids=lambda text: text[:9]
)
def test_endless_numbers_and_nesting_and_other_encodings_are_refused_by_name(tmp_path, text):
    (tmp_path / "bad.toml").write_text(text, encoding="latin-1")
    with pytest.raises(BadSettings, match=r"Expected TOML in .*bad\.toml"):
        read_toml(tmp_path / "bad.toml")
