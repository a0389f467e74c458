"""The tfrecords beside the shards: one folder an export, with a manifest that says what its files hold.

A folder's name says it too, so exports of different pictures stand side by side and a model takes the one it needs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from features.drawings import CV_SHARDS
from features.inputs import ColorImage, GrayImage, ModelInput
from features.shards import Shards
from features.shuffle_plan import read_plan
from ground.errors import BadSettings, MissingResult, RunChanged
from ground.files import read_json_as, write_json

Encoding = Literal["raw", "png", "strokes"]  # the fastest to read first
Picture = GrayImage | ColorImage
COLORS: dict[str, type[Picture]] = {"gray": GrayImage, "rgb": ColorImage}
FOLDER, MANIFEST = "tfrecord", "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """`manifest.json`: what the records beside it hold."""

    encoding: Encoding
    shuffle: str
    gray: GrayImage | None = None  # either picture, or neither where they hold strokes
    rgb: ColorImage | None = None


@dataclass(frozen=True)
class Records:
    """The tfrecords of one export, there or not yet: `cv_00.tfrecord` to `cv_99.tfrecord` in a folder of their own."""

    beside: Path  # the shards' folder
    encoding: Encoding
    picture: Picture | None  # what their images show; None where they hold strokes
    shuffle: str  # fingerprint of the shuffle that they are made from

    @property
    def options(self) -> dict[str, str]:
        """The options of `doodlestack export tfrecord` that make them."""
        if self.picture is None:
            return {"encoding": self.encoding}
        by_time = not isinstance(self.picture, ColorImage) or self.picture.use_time
        return {
            "encoding": self.encoding,
            "color": _color(self.picture),
            "size": str(self.picture.size),
            "line-width": str(self.picture.line_width).removesuffix(".0"),
            "renderer": self.picture.renderer,
            **({} if by_time else {"no-use-time": ""}),
            **({"centred": ""} if self.picture.centred else {}),
        }

    @property
    def command(self) -> str:
        """What makes them."""
        options = " ".join(f"--{name} {value}".rstrip() for name, value in self.options.items())
        return f"doodlestack export tfrecord {options} --run {self.beside.parent}"

    @property
    def folder(self) -> Path:
        """Where they are, `raw_gray_64_6_compiled` for instance."""
        return self.beside / FOLDER / "_".join(value or name for name, value in self.options.items())

    def file(self, cv: int) -> Path:
        """The file of one cv shard."""
        return self.folder / f"cv_{cv:02}.tfrecord"

    def missing(self) -> list[int]:
        """The cv shards whose files are not there."""
        return [cv for cv in range(CV_SHARDS) if not self.file(cv).exists()]

    def misfit(self, shuffle: str, inputs: ModelInput, augmented: bool) -> str:
        """Why they cannot feed a model with `inputs`; empty where they can. Strokes feed any model."""
        if self.shuffle != shuffle:
            return "made from another shuffle; delete this folder"
        if self.picture is None:
            return ""
        if self.picture != inputs:
            return f"pictures by {self.picture!r}"
        return "finished pictures, which cannot be augmented" if augmented else ""


def records_for(shards: Path, encoding: Encoding, inputs: ModelInput) -> Records:
    """The records of these shards so encoded; strokes are the same for all inputs.

    Raises `BadSettings` for pixels of what is no picture.
    """
    shuffle = read_plan(shards).fingerprint
    if encoding == "strokes":
        return Records(shards, encoding, None, shuffle)
    if not isinstance(inputs, Picture):
        raise BadSettings(f"Expected a picture to export as {encoding}, received {inputs!r}. Export strokes.")
    return Records(shards, encoding, inputs, shuffle)


def best_encoding(inputs: ModelInput, augmented: bool) -> Encoding:
    """Finished pixels where a model takes them as they are, strokes where it augments or sees no picture."""
    return "raw" if isinstance(inputs, Picture) and not augmented else "strokes"


def begin_records(records: Records) -> None:
    """Write the manifest; raises `RunChanged` where the folder holds records of another shuffle."""
    manifest = records.folder / MANIFEST
    if manifest.exists() and read_records(manifest) != records:
        raise RunChanged(
            f"Expected tfrecords of this shuffle in {records.folder}, received those of another. Delete that folder."
        )
    picture = records.picture
    described = {} if picture is None else {_color(picture): picture.model_dump()}
    write_json(manifest, {"encoding": records.encoding, **described, "shuffle": records.shuffle})


def read_records(manifest: Path) -> Records:
    """The records that a manifest describes; raises `BadData` where it is damaged."""
    held = read_json_as(manifest, Manifest)
    return Records(manifest.parent.parent.parent, held.encoding, held.gray or held.rgb, held.shuffle)


def find_records(shards: Shards, inputs: ModelInput, augmented: bool) -> Records:
    """The whole records beside the shards that feed a model with `inputs`, the fastest of them.

    Raises `MissingResult` where there are none or not all of their files, `BadSettings` where they show other
    pictures, cannot be augmented or are of another shuffle; each says what to run.
    """
    held = [read_records(manifest) for manifest in sorted((shards.folder / FOLDER).glob(f"*/{MANIFEST}"))]
    best = records_for(shards.folder, best_encoding(inputs, augmented), inputs)
    misfits = {records: records.misfit(best.shuffle, inputs, augmented) for records in held}
    fitting = [records for records in held if not misfits[records]]
    whole = [records for records in fitting if not records.missing()]
    if whole:
        return min(whole, key=lambda records: get_args(Encoding).index(records.encoding))
    if fitting:
        folder, there = fitting[0].folder, CV_SHARDS - len(fitting[0].missing())
        again = f"Run `{fitting[0].command}`; it goes on there."
        raise MissingResult(f"Expected {CV_SHARDS} tfrecord files in {folder}, received {there}. {again}")
    wanted = f"Expected tfrecords for {inputs!r}{' with augmentation' if augmented else ''} in {shards.folder / FOLDER}"
    if not held:
        raise MissingResult(f"{wanted}, received none. Run `{best.command}`.")
    reasons = "".join(f"\n  {records.folder.name}: {misfits[records]}" for records in held)
    raise BadSettings(f"{wanted}, received:{reasons}\nRun `{best.command}`.")


def _color(picture: Picture) -> str:
    return "rgb" if isinstance(picture, ColorImage) else "gray"
