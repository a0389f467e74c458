"""The page's few charts, each an SVG of its own that takes its colours from the page's style."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.report.markup import Html, element
from pipelines.report.numbers import ticks

WIDTH, HEIGHT = 340, 200  # of a chart, in its own units; the page scales it
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 30  # room for the axes
COLOURS = 8  # the style has --series-0 to --series-7


@dataclass(frozen=True)
class Series:
    """One line of a chart."""

    name: str  # shown when the pointer rests on the line
    x: Sequence[float]
    y: Sequence[float]
    colour: int  # counted on, past the last one from the first again
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Axes:
    """The span of values that a chart shows, and what they are called."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_name: str
    y_name: str

    def across(self, value: float) -> float:
        """Chart units from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self.x[0]) / ((self.x[1] - self.x[0]) or 1)

    def down(self, value: float) -> float:
        """Chart units from the top."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self.y[0]) / ((self.y[1] - self.y[0]) or 1)


def colour(number: int) -> str:
    """The style's colour of a series."""
    return f"var(--series-{number % COLOURS})"


def line_chart(series: Sequence[Series], axes: Axes, diagonal: bool = False) -> Html:
    """Lines over a grid; `diagonal` adds the line on which x and y are the same."""
    parts = list(_grid(axes))
    if diagonal:
        (left, right), (low, high) = axes.x, axes.y
        start, end = max(left, low), min(right, high)
        way = f"M{axes.across(start):.1f} {axes.down(start):.1f}L{axes.across(end):.1f} {axes.down(end):.1f}"
        parts.append(element("path", d=way, class_="even"))
    parts += [_line(each, axes) for each in series]
    label = f"{axes.y_name} over {axes.x_name}"
    return element("svg", parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="chart", role="img", aria_label=label)


def whisker(low: float, value: float, high: float, span: tuple[float, float], marked: bool) -> Html:
    """A dot with its interval, on a row 200 × 20 that spans `span`."""
    x_low, x, x_high = (200 * (each - span[0]) / ((span[1] - span[0]) or 1) for each in (low, value, high))
    way = f"M{x_low:.1f} 10H{x_high:.1f}M{x_low:.1f} 6V14M{x_high:.1f} 6V14"
    parts = [element("path", d=way), element("circle", cx=f"{x:.1f}", cy=10, r=4)]
    grid = [element("path", d=f"M{_share(tick, span):.1f} 0V20", class_="grid") for tick in ticks(*span)]
    label = f"{value:.4f}, 95 % interval {low:.4f} to {high:.4f}"
    kind = "whisker marked" if marked else "whisker"
    return element("svg", grid, parts, viewBox="-6 0 212 20", class_=kind, role="img", aria_label=label)


def whisker_axis(span: tuple[float, float]) -> Html:
    """The scale that belongs to `whisker`."""
    names = [
        element("text", f"{tick:.3f}".rstrip("0").rstrip("."), x=f"{_share(tick, span):.1f}", y=14)
        for tick in ticks(*span)
    ]
    return element("svg", names, viewBox="-6 0 212 20", class_="whisker", role="img", aria_label="scale")


def bar(value: float) -> Html:
    """A share from 0 to 1 as a bar."""
    return element("span", element("span", style=f"width:{100 * value:.1f}%"), class_="bar")


def doodle(strokes: Sequence[NDArray[np.uint8]], title: str) -> Html:
    """A drawing, its strokes coloured from the first (blue) to the last (red); `title` shows under the pointer."""
    paths = [_stroke(stroke, place / max(len(strokes) - 1, 1)) for place, stroke in enumerate(strokes)]
    name = element("title", title)
    width, height = np.concatenate([np.zeros((1, 2), np.uint8), *strokes]).max(axis=0).tolist()
    centred = f"{width / 2 - 138:g} {height / 2 - 138:g} 276 276"  # 255 and a margin
    return element("svg", name, paths, viewBox=centred, class_="doodle", role="img")


def _share(value: float, span: tuple[float, float]) -> float:
    return 200 * (value - span[0]) / ((span[1] - span[0]) or 1)


def _stroke(stroke: NDArray[np.uint8], progress: float) -> Html:
    points = stroke.tolist()
    way = "M" + "L".join(f"{x} {y}" for x, y in (points if len(points) > 1 else points * 2))
    return element("path", d=way, stroke=f"hsl({220 - 230 * progress:.0f} 75% 52%)")


def _grid(axes: Axes) -> Iterable[Html]:
    for tick in ticks(*axes.y):
        y = f"{axes.down(tick):.1f}"
        yield element("path", d=f"M{LEFT} {y}H{WIDTH - RIGHT}", class_="grid")
        yield element("text", f"{tick:g}", x=LEFT - 5, y=y, class_="y")
    for tick in ticks(*axes.x):
        yield element("text", f"{tick:g}", x=f"{axes.across(tick):.1f}", y=HEIGHT - BOTTOM + 13, class_="x")
    yield element("text", axes.x_name, x=(WIDTH + LEFT - RIGHT) / 2, y=HEIGHT - 4, class_="x name")
    turn = f"rotate(-90 9 {(HEIGHT - BOTTOM + TOP) / 2})"
    yield element("text", axes.y_name, x=9, y=(HEIGHT - BOTTOM + TOP) / 2, class_="x name", transform=turn)


def _line(series: Series, axes: Axes) -> Html:
    places = [(axes.across(x), axes.down(y)) for x, y in zip(series.x, series.y, strict=True)]
    way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    dots = places if series.dots or len(places) == 1 else []
    parts = [element("title", series.name)]
    parts.append(element("path", d=way, stroke_dasharray="4 3" if series.dashed else None))
    parts += [element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=2.5) for x, y in dots]
    return element("g", parts, class_="series", style=f"--colour:{colour(series.colour)}")
