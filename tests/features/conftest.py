"""Shards of a real shuffle, and beside them what the other feeds read."""

import shutil
from functools import cache

import numpy as np
import pytest

from features.csv_export import PLAIN, TIMED, export_csv
from features.drawings import CV_SHARDS, Drawings
from features.formats import kaggle_csv
from features.inputs import ColorImage, GrayImage
from features.shards import Shards
from features.shuffle import shuffle
from features.tfrecord_export import export_tfrecord
from features.tfrecord_folders import begin_records, records_for

COUNT = 150
GREY, COLOR = GrayImage(size=16), ColorImage(size=16)
PICTURES = {
    "raw": (GREY, COLOR, COLOR.but(use_time=False), GREY.but(renderer="opencv")),
    "png": (GREY, COLOR),
    "strokes": (GREY,),
}


@pytest.fixture(scope="session")
def known_shards(tmp_path_factory):
    """150 drawings in 75 shards, half of them with times, one empty. Each is alone in its class: labels name them."""
    folder, rng = tmp_path_factory.mktemp("known"), np.random.default_rng(0)
    strokes = [[a_stroke(rng, timed=row % 2 == 0) for _ in range(row % 4 + 1)] for row in range(COUNT)]
    strokes[7] = []
    key_id = 10**15 + np.arange(COUNT) // 2 * 10**7 + np.arange(COUNT)
    drawings = Drawings.from_strokes(strokes, key_id, np.arange(COUNT))
    classes = [f"class {row:03}" for row in range(COUNT)]
    kaggle_csv.write(folder / "data" / "train_simplified.csv", drawings, classes)
    shuffle(folder / "data", folder / "run" / "shards")
    return Shards.open(folder / "run" / "shards")


@pytest.fixture
def own_shards(known_shards, tmp_path):
    """A copy of the known shards, to write beside."""
    return copied(known_shards, tmp_path)


@pytest.fixture(scope="session")
def served(known_shards, tmp_path_factory):
    """`served(what)` gives a copy of the known shards beside which `what` is: csv, csv-time, raw, png or strokes."""

    @cache
    def serve(what):
        shards = copied(known_shards, tmp_path_factory.mktemp(what))
        if what in (PLAIN, TIMED):
            write_csv(shards, with_time=what == TIMED)
        for picture in PICTURES.get(what, ()):
            write_tfrecords(shards, what, picture)
        return shards

    return serve


def copied(shards, folder):
    shutil.copytree(shards.folder, folder / "run" / "shards")
    return Shards.open(folder / "run" / "shards")


def write_csv(shards, with_time):
    for cv in range(CV_SHARDS):
        export_csv(str(shards.folder), cv, str(shards.folder / (TIMED if with_time else PLAIN)), with_time)


def write_tfrecords(shards, encoding, picture):
    records = records_for(shards.folder, encoding, picture)
    begin_records(records)
    for cv in range(CV_SHARDS):
        export_tfrecord(str(records.folder), cv)
    return records


def a_stroke(rng, timed):
    """One to eight points, with their times or not."""
    points = rng.integers(0, 256, (2, rng.integers(1, 9))).tolist()
    return [*points, np.cumsum(rng.integers(0, 90, len(points[0]))).tolist()] if timed else points
