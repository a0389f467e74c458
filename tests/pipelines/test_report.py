"""The report: self-contained, safe against any name, right in its figures, and useful at every stage of a run."""

import re
import shutil
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from base_models.records import COLUMNS, DONE, HISTORY, TrainingRecord
from base_models.seen import Seen
from features.classes import write_classes
from features.drawings import CV_SHARDS, Drawings, cv_of
from features.shards import CLASSES, TEST, shard_path, write_drawings
from ground.errors import BadData, ClassMismatch
from ground.files import write_json
from oof.folds import fold_of
from oof.store import OOFStore
from pipelines.report import write_report
from pipelines.run_folder import RunFolder
from pipelines.scores import HoldoutScore, Scores
from pipelines.settings import RunSettings
from pipelines.toml_files import write_toml
from stacking.choice import Score
from stacking.corrections import Corrections
from stacking.explanation import Explanation, Worth
from stacking.nested import Nested

NAMES = ("<script>alert(1)</script>", "Tom & Jerry's", "cat")
FOLDS = 2
N = 90


class Reader(HTMLParser):
    """Collects a page's elements and its text; raises where a tag is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def count(self, tag: str, **attributes: str) -> int:
        return sum(name == tag and attributes.items() <= found.items() for name, found in self.elements)


def drawings() -> Drawings:
    rng = np.random.default_rng(0)
    strokes = [[rng.integers(0, 256, (2, 4)).tolist() for _ in range(1 + n % 3)] for n in range(N)]
    order = np.argsort(cv_of(np.arange(N) * 10**7 + 5), kind="stable")
    return Drawings.from_strokes(strokes, key_id=(np.arange(N) * 10**7 + 5)[order], label=np.arange(N) % 3)


def answering(labels: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(N, 3) probabilities whose first answer is the label where `right`, else the next class."""
    first = np.where(right, labels, (labels + 1) % 3)
    probabilities = np.full((len(labels), 3), 0.1, np.float32)
    probabilities[np.arange(len(labels)), first] = 0.7
    probabilities[np.arange(len(labels)), (first + 1) % 3] = 0.2
    return probabilities


def write_shards(run: RunFolder, held: Drawings) -> None:
    for cv in range(CV_SHARDS):
        write_drawings(shard_path(run.shards, cv), held[held.cv == cv])
    write_drawings(run.shards / TEST, Drawings.empty())
    write_classes(run.shards / CLASSES, NAMES)


def write_store(folder: Path, held: Drawings, right: np.ndarray, folds: tuple[int, ...] = (0, 1)) -> None:
    store = OOFStore.create(folder, NAMES, FOLDS, {})
    for fold in folds:
        rows = fold_of(held.key_id, FOLDS) == fold
        store.write_fold(fold, held.key_id[rows], answering(held.label[rows], right[rows]))


def write_training(run: RunFolder, model: str, fold: int, **history: Any) -> None:
    columns = {"epoch": [1, 2, 3], "epochs": [3] * 3, "loss": [2.0, 1.0, 0.5], "map_at_3": [0.3, 0.5, 0.7]}
    columns |= {"val_loss": [2.1, 1.2, 0.9], "val_map_at_3": [np.nan] * 3} | history
    run.fold(model, fold).mkdir(parents=True)
    pd.DataFrame(columns).reindex(columns=COLUMNS).to_csv(run.fold(model, fold) / HISTORY, index=False)
    known = {"seed": 1, "rows": 45, "epochs": 3, "parameters": 1234, "seconds": 30.0, "settings": {}}
    record = TrainingRecord(model, fold, FOLDS, **known, seen=Seen(45, 0, "0f" * 32))
    write_json(run.fold(model, fold) / DONE, asdict(record))


def write_stack(run: RunFolder, held: Drawings) -> None:
    rows = (
        Score("paint", "model", 0.9, 0.8, 0.75, 0.85, log_loss=0.3, seconds=2.0),
        Score("mean", "blend", 0.9, 0.9, 0.85, 0.95, log_loss=0.3, seconds=2.0, chosen=True),
        Score("lambdarank", "meta", 0.9, 0.91, 0.85, 0.95, log_loss=0.3, seconds=2.0),
    )
    scores = Scores(
        N,
        NAMES,
        rows,
        chosen="mean",
        reason="simpler & as good",
        inputs={"paint": "0", "strokes": "1"},
        nested=Nested(("mean", "paint"), 0.8912, 0.88, 0.9, optimism=0.0088),
        holdout=HoldoutScore(1234, 0.8765, 0.86, 0.89, accuracy=0.8, log_loss=0.4, looks=2),
        explanation=explanation(),
    )
    write_json(run.stack / "scores.json", asdict(scores))
    write_store(run.stack / "oof", held, np.arange(N) % 10 != 0)


def explanation() -> Explanation:
    """What the mean might be said to do; it has no trees."""
    paint = Worth("paint", 0.0123, 0.0101, 0.0145)
    classes = [Corrections(name, 90, 20, righted=9 - place, spoiled=3) for place, name in enumerate(NAMES)]
    return Explanation(
        method="mean",
        models=(paint, Worth("<b>", -0.0001, -0.002, 0.001)),
        models_rows=(4000, 1234),
        columns=(paint, Worth("points", 0.0, 0.0, 0.0)),
        columns_rows=1234,
        corrections=(Corrections("paint", 90, 20, 9, 3), Corrections("strokes", 90, 20, 0, 0)),
        best_model="strokes",
        classes=(*classes, Corrections("unchanged", 90, 0, 9, 3)),
        gain_of="",
        gain=(),
    )


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A finished run of two models: one wrong on every fourth drawing, the other on every sixth."""
    run, held = RunFolder(tmp_path / "run"), drawings()
    write_shards(run, held)
    for model, every in (("paint", 4), ("strokes", 6)):
        write_store(run.oof(model), held, np.arange(N) % every != 0)
        for fold in range(FOLDS):
            write_training(run, model, fold)
    write_stack(run, held)
    run.submissions.mkdir()
    (run.submissions / "mean.csv").write_text("key_id,word\n")
    settings = RunSettings(folds=2, models=("paint", "<b>"), train_by_model={"paint": {}, "<b>": {}})
    write_toml(run.settings, settings.model_dump(mode="json"))
    return run


def report_of(run: RunFolder) -> tuple[str, Reader]:
    page = write_report(run).read_text(encoding="utf-8")
    return page, Reader(page)


def test_the_page_is_one_well_formed_file_that_asks_for_nothing_else(run: RunFolder) -> None:
    page, reader = report_of(run)
    assert reader.open == []
    assert not re.search(r"https?:|src=|@import|url\(|<link", page)
    assert run.report.name == "report.html"
    assert sorted(path.name for path in run.root.glob("*.html")) == ["report.html"]


def test_no_name_and_no_setting_enters_the_page_as_markup(run: RunFolder) -> None:
    page, reader = report_of(run)
    assert reader.count("script") == 1  # the page's own
    assert "<script>alert" not in page
    assert NAMES[0] in reader.text.replace("&lt;", "<")
    assert reader.count("b") == 1 + reader.count("div", **{"class": "tile"}) + 1  # choice, tiles, the marked tile


def test_every_section_of_a_finished_run_is_there_and_linked(run: RunFolder) -> None:
    _, reader = report_of(run)
    anchors = [found["href"] for tag, found in reader.elements if tag == "a" and str(found["href"]).startswith("#")]
    sections = [f"#{found['id']}" for tag, found in reader.elements if tag == "section"]
    assert anchors == sections
    assert len(sections) == 10
    assert reader.count("ul", **{"class": "missing"}) == 0


def test_the_table_is_in_order_and_marks_the_chosen_method_and_says_why(run: RunFolder) -> None:
    _, reader = report_of(run)
    assert reader.text.index("lambdarankmeta-model") < reader.text.index("meanchosenblend")
    assert reader.text.index("meanchosenblend") < reader.text.index("paintbase model")
    assert reader.count("tr", **{"class": "marked"}) == 1
    assert "Chosen: mean. simpler & as good" in reader.text
    assert "chosen anewnested choice0.89120.8800 – 0.9000" in reader.text
    assert "meanholdout0.87650.8600 – 0.8900" in reader.text


def test_the_first_tile_has_the_interval_of_the_table(run: RunFolder) -> None:
    _, reader = report_of(run)
    assert "MAP@3 of mean, 0.8500 to 0.9500" in reader.text
    shutil.rmtree(run.stack)
    _, reader = report_of(run)
    assert re.search(r"MAP@3 of strokes, 0\.\d{4} to 0\.\d{4}", reader.text)


def test_the_explanation_shows_worth_corrections_and_no_empty_table(run: RunFolder) -> None:
    page, reader = report_of(run)
    assert "What each model adds to mean" in reader.text
    assert "paint+0.0123+0.0101 to +0.0145" in reader.text
    assert "9020 (22.2\N{NO-BREAK SPACE}%)9375.0\N{NO-BREAK SPACE}%" in reader.text
    assert reader.text.index("Classes, against strokes") < reader.text.index("What mean looks at")
    assert "unchanged" not in reader.text
    assert "What the trees look at" not in reader.text
    assert "<td>paint</td>" in page
    assert "<td>points</td>" not in page  # a column that changes nothing
    assert page.count('class="whisker marked"') == 1 + 2  # the chosen method, and what counts for sure


def test_the_holdout_has_a_tile_that_says_when_it_was_looked_at_before(run: RunFolder) -> None:
    _, reader = report_of(run)
    assert "0.8765MAP@3 on the holdout, 1,234 drawings, 0.8600 to 0.8900; scored 2 times by now" in reader.text


def test_errors_in_common_are_shares_over_what_independence_gives(run: RunFolder) -> None:
    _, reader = report_of(run)
    wrong, also = np.arange(N) % 4 == 0, np.arange(N) % 6 == 0
    ratio = (wrong & also).mean() / (wrong.mean() * also.mean())
    assert reader.text.count(f"{ratio:.1f} ×") == 2
    assert f"at least one on {100 * (1 - (wrong & also).mean()):.1f}" in reader.text


def test_classes_come_worst_first_with_what_they_are_taken_for(run: RunFolder) -> None:
    _, reader = report_of(run)
    rows = [found["data-value"] for tag, found in reader.elements if tag == "td" and "data-value" in found]
    table = np.array(rows).reshape(3, 5)
    wrong = np.arange(N) % 10 == 0
    assert table[:, 3].astype(float).tolist() == sorted(table[:, 3].astype(float))
    for name, count, right, _, other in table.tolist():
        label = NAMES.index(name)
        assert (int(count), float(right)) == (30, pytest.approx(1 - wrong[label::3].mean()))
        assert other == NAMES[(label + 1) % 3]


def test_confused_drawings_are_shown_with_key_id_truth_and_three_answers(run: RunFolder) -> None:
    page, reader = report_of(run)
    wrong = np.flatnonzero(np.arange(N) % 10 == 0)
    assert reader.count("svg", **{"class": "doodle"}) == len(wrong)
    for key_id in drawings().key_id[wrong]:
        title = re.search(rf"<title>key_id {key_id}\ntruth: .*\nanswers: (.*?)</title>", page)
        assert title is not None
        assert title[1].count("%") == 3


def test_each_fold_has_a_curve_and_a_column_without_values_has_none(run: RunFolder) -> None:
    _, reader = report_of(run)
    assert reader.text.count("fold 0, training") == 2 * 2  # models × charts
    assert reader.text.count("fold 1, inner validation") == 2  # no val_map_at_3
    assert reader.text.count("1,234 parameters, 3 epochs, 2 of 2 folds, 60 s in all") == 2


def test_without_a_stack_the_best_model_stands_in_and_the_missing_step_is_named(run: RunFolder) -> None:
    shutil.rmtree(run.stack)
    _, reader = report_of(run)
    assert "run `doodlestack stack`" in reader.text
    assert "By strokes, out of fold" in reader.text
    assert reader.text.index("strokesbase model") < reader.text.index("paintbase model")


def test_a_missing_fold_is_named_and_the_others_are_scored(run: RunFolder) -> None:
    write_store(run.oof("half"), drawings(), np.ones(N, bool), folds=(1,))
    _, reader = report_of(run)
    assert "half lacks fold 0" in reader.text
    assert "All 3 models are right on 100.0" in reader.text  # in fold 1, the odd rows, nobody errs


def test_an_empty_folder_gives_a_page_that_names_all_that_is_missing(tmp_path: Path) -> None:
    _, reader = report_of(RunFolder(tmp_path / "new"))
    assert reader.count("li") == 5
    assert "run `doodlestack train`" in reader.text
    assert reader.count("section") == 1


def test_a_damaged_history_is_named_with_its_file(run: RunFolder) -> None:
    path = run.fold("paint", 1) / "history.csv"
    path.write_text("epoch,loss\n1,2\n")
    with pytest.raises(BadData, match=r"fold_1.history\.csv, received other columns .* train this fold again"):
        write_report(run)
    assert not run.report.exists()


def test_probabilities_of_another_class_list_are_refused(run: RunFolder) -> None:
    write_classes(run.shards / CLASSES, ("a", "b", "c"))
    with pytest.raises(ClassMismatch, match="'a' at place 0"):
        write_report(run)


def test_340_classes_make_a_page_under_3_megabytes(tmp_path: Path) -> None:
    run, names = RunFolder(tmp_path / "run"), tuple(f"class {n:03}" for n in range(340))
    key_id = np.arange(680) * 10**7
    strokes = [[list(range(40)), list(range(40))]] * 12
    held = Drawings.from_strokes([strokes] * 680, key_id=key_id, label=np.arange(680) % 340)
    write_shards(run, held[np.argsort(held.cv, kind="stable")])
    write_classes(run.shards / CLASSES, names)
    store = OOFStore.create(run.oof("m"), names, FOLDS, {})
    probabilities = np.random.default_rng(0).dirichlet(np.ones(340), 680).astype(np.float32)
    for fold in range(FOLDS):
        rows = fold_of(key_id, FOLDS) == fold
        store.write_fold(fold, key_id[rows], probabilities[rows])
    page, reader = report_of(run)
    assert len(page) < 3_000_000
    assert reader.count("article") == 12
