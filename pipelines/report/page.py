"""The page around the sections: one file that needs nothing else, in which no text is trusted."""

from importlib.resources import files as package_files

from pipelines.report.findings import Findings
from pipelines.report.markup import Html, element, joined
from pipelines.report.sections.confusions import confusions
from pipelines.report.sections.each_class import each_class
from pipelines.report.sections.errors_in_common import errors_in_common
from pipelines.report.sections.explanation import explanation
from pipelines.report.sections.headline import headline
from pipelines.report.sections.learning import learning
from pipelines.report.sections.methods import methods
from pipelines.report.sections.reliability import reliability
from pipelines.report.sections.settings_and_files import files, settings

# A new section is a function of the findings in sections/, and a line here.
SECTIONS = {
    "In short": headline,
    "All methods": methods,
    "Why it answers so": explanation,
    "Each class": each_class,
    "Most confused pairs": confusions,
    "Errors in common": errors_in_common,
    "Reliability": reliability,
    "Learning curves": learning,
    "Settings": settings,
    "Files": files,
}


def page(findings: Findings) -> str:
    """The whole page; a section that has nothing to show is left out, of the contents too."""
    title = f"Doodlestack: {findings.run.root.resolve().name}"
    contents, sections = [], []
    for name, section in SECTIONS.items():
        if shown := section(findings):
            anchor = name.lower().replace(" ", "-")
            contents.append(element("a", name, href=f"#{anchor}"))
            sections.append(element("section", element("h2", name), shown, id=anchor))
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Html(_resource("page.css"))),
    )
    main = element("main", element("h1", title), element("nav", contents), sections)
    body = element("body", main, element("script", Html(_resource("page.js"))))
    return joined(Html("<!doctype html>"), element("html", head, body, lang="en"), Html("\n"))


def _resource(name: str) -> str:
    return (package_files("pipelines.report") / name).read_text(encoding="utf-8")
