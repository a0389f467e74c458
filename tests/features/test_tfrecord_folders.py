import dataclasses

import pytest

from features.inputs import ColorImage, GrayImage, StrokeSequence
from features.tfrecord_folders import begin_records, find_records, read_records, records_for
from ground.errors import BadData, BadSettings, MissingResult, RunChanged

GREY = GrayImage(size=16)


def begun(shards, encoding, picture, files=100, **changes):
    """An export of which so many files are there, all empty: their content is not looked at here."""
    records = dataclasses.replace(records_for(shards.folder, encoding, picture), **changes)
    begin_records(records)
    for cv in range(files):
        records.file(cv).touch()
    return records


@pytest.mark.parametrize(
    ("encoding", "picture", "name", "options"),
    [
        ("raw", GREY, "raw_gray_16_6_compiled", "raw --color gray --size 16 --line-width 6 --renderer compiled"),
        (
            "png",
            ColorImage(line_width=2.5, use_time=False, renderer="opencv", centred=True),
            "png_rgb_128_2.5_opencv_no-use-time_centred",
            "png --color rgb --size 128 --line-width 2.5 --renderer opencv --no-use-time --centred",
        ),
        ("strokes", GREY, "strokes", "strokes"),
    ],
)
def test_a_manifest_gives_back_what_it_describes_and_the_command_that_makes_it(
    own_shards, encoding, picture, name, options
):
    records = begun(own_shards, encoding, picture)
    assert read_records(records.folder / "manifest.json") == records
    assert records.folder == own_shards.folder / "tfrecord" / name
    assert records.command == f"doodlestack export tfrecord --encoding {options} --run {own_shards.folder.parent}"


def test_the_fastest_records_that_serve_are_taken(own_shards):
    begun(own_shards, "raw", GREY, files=99)
    begun(own_shards, "png", ColorImage())
    strokes = begun(own_shards, "strokes", GREY)
    assert find_records(own_shards, GREY, augmented=False) == strokes
    png = begun(own_shards, "png", GREY)
    assert find_records(own_shards, GREY, augmented=False) == png
    assert find_records(own_shards, GREY, augmented=True) == strokes
    assert find_records(own_shards, StrokeSequence(), augmented=False) == strokes
    raw = begun(own_shards, "raw", GREY)
    assert find_records(own_shards, GREY, augmented=False) == raw


@pytest.mark.parametrize(
    ("inputs", "augmented", "options"),
    [
        (GREY, False, "raw --color gray --size 16 --line-width 6 --renderer compiled"),
        (GREY, True, "strokes"),
        (StrokeSequence(), False, "strokes"),
    ],
)
def test_without_records_the_command_that_makes_the_right_ones_is_named(own_shards, inputs, augmented, options):
    with pytest.raises(MissingResult, match=rf"received none. Run `doodlestack export tfrecord --encoding {options} "):
        find_records(own_shards, inputs, augmented)


def test_records_cut_short_are_counted_with_the_command_that_goes_on(own_shards):
    begun(own_shards, "png", GREY, files=42)
    with pytest.raises(MissingResult, match=r"100 tfrecord files in .*png_gray.*received 42. Run `.*--encoding png "):
        find_records(own_shards, GREY, augmented=False)


@pytest.mark.parametrize(
    "other", [GREY.but(size=32), GREY.but(line_width=3), GREY.but(renderer="opencv"), ColorImage(size=16)]
)
def test_pictures_of_another_size_width_renderer_or_colouring_are_refused(own_shards, other):
    begun(own_shards, "raw", other)
    with pytest.raises(BadSettings) as refusal:
        find_records(own_shards, GREY, augmented=False)
    assert f"pictures by {other!r}" in str(refusal.value)
    assert "Run `doodlestack export tfrecord --encoding raw --color gray --size 16 " in str(refusal.value)


def test_finished_pictures_are_refused_where_drawings_are_augmented(own_shards):
    begun(own_shards, "raw", GREY)
    with pytest.raises(BadSettings, match=r"cannot be augmented\nRun `.* tfrecord --encoding strokes"):
        find_records(own_shards, GREY, augmented=True)


def test_records_of_another_shuffle_are_refused_and_not_mixed_with_ours(own_shards):
    begun(own_shards, "raw", GREY, shuffle="another")
    with pytest.raises(BadSettings, match="raw_gray_16_6_compiled: made from another shuffle; delete this folder"):
        find_records(own_shards, GREY, augmented=False)
    with pytest.raises(RunChanged, match=r"of this shuffle in .*raw_gray.*Delete that folder"):
        begin_records(records_for(own_shards.folder, "raw", GREY))


@pytest.mark.parametrize("content", ["", "[]", '{"encoding": "raw"}', '{"encoding": "gif", "shuffle": ""}'])
def test_a_damaged_manifest_is_named(own_shards, content):
    manifest = begun(own_shards, "raw", GREY).folder / "manifest.json"
    manifest.write_text(content)
    with pytest.raises(BadData, match=r"in .*raw_gray_16_6_compiled/manifest.json"):
        find_records(own_shards, GREY, augmented=False)


def test_a_sequence_is_not_exported_as_pixels(own_shards):
    with pytest.raises(BadSettings, match=r"a picture to export as raw, received StrokeSequence.*Export strokes"):
        records_for(own_shards.folder, "raw", StrokeSequence())
