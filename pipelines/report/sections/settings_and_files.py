"""What the run was told to do, and where its results lie."""

from pathlib import Path

from pipelines.report.findings import Findings
from pipelines.report.markup import Html, element, table
from pipelines.report.numbers import size

FOLDERS = ("shards", "models", "oof", "stack")  # shown as one line each; submissions one by one


def settings(findings: Findings) -> Html:
    """run.toml, as it is."""
    if not findings.settings:
        return Html()
    return element("pre", findings.settings)


def files(findings: Findings) -> Html:
    """The folders and submissions of the run with their sizes; links are relative to the page."""
    root = findings.run.root
    paths = [root / name for name in FOLDERS] + sorted(findings.run.submissions.glob("*"))
    lines = [_line(path, root) for path in paths if path.exists()]
    if not lines:
        return Html()
    heads = [element("th", head, scope="col") for head in ("In the run folder", "Size")]
    return table(heads, lines)


def _line(path: Path, root: Path) -> Html:
    held = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    name = path.relative_to(root).as_posix() + ("/" if path.is_dir() else "")
    shown = f"{size(sum(file.stat().st_size for file in held))}"
    return element("tr", element("td", element("a", name, href=name)), element("td", shown))
