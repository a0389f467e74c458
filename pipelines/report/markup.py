"""HTML and SVG by plain function calls; text is escaped on its way in, so no name can break the page."""

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is markup already; any other string is escaped when it enters an element."""

    __slots__ = ()


Child = str | int | float | Iterable["Child"]


def element(tag: str, *children: Child, **attributes: str | float | None) -> Html:
    """`<tag …>children</tag>`.

    In attribute names `_` stands for `-`, and a trailing `_` is dropped (`class_`); an attribute that is None
    is left out.
    """
    return Html(f"<{tag}{_attributes(attributes)}>{joined(*children)}</{tag}>")


def joined(*children: Child) -> Html:
    """The children one after another, each escaped unless it is markup."""
    return Html("".join(_text(child) for child in children))


def table(heads: Iterable[Html], rows: Iterable[Html]) -> Html:
    """A table of `th` heads and `tr` rows that scrolls by itself where it is too large for the page."""
    head, body = element("thead", element("tr", heads)), element("tbody", rows)
    return element("div", element("table", head, body), class_="scroll")


def _text(child: Child) -> str:
    if isinstance(child, Html):
        return child
    if isinstance(child, str | int | float):
        return escape(str(child))
    return joined(*child)


def _attributes(attributes: dict[str, str | float | None]) -> str:
    named = ((name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items() if value is not None)
    return "".join(f' {name}="{escape(str(value))}"' for name, value in named)
