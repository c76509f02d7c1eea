"""A line chart of measurements as SVG with attributes only: it stands in a PDF and under a strict CSP."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

SVG = "http://www.w3.org/2000/svg"
WIDTH, HEIGHT = 760, 330
LEFT, RIGHT, TOP, BOTTOM = 64, 50, 52, 52  # the last day of the axis, centred, ends within the picture
INK, GREY, RULE = "#1b2733", "#4a5967", "#d5dce1"
BASELINE, TRIAL, TARGET = "#5b6b78", "#00695f", "#a33b00"
FONT = "Noto Sans HK, Noto Sans, Helvetica, Arial, sans-serif"

Sample = tuple[datetime, float]


@dataclass(frozen=True)
class Words:
    """In the reader's language; ``description`` is the chart's text for those who do not see it, and ``day``
    writes a day of the time axis.
    """

    title: str
    description: str
    y_axis: str
    x_axis: str
    baseline: str
    trial: str
    baseline_level: str
    target: str
    day: Callable[[date], str]


@dataclass(frozen=True)
class Scale:
    first: datetime
    last: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        share = (at - self.first) / (self.last - self.first)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def series_svg(
    baseline: Sequence[Sample],
    trial: Sequence[Sample],
    *,
    words: Words,
    baseline_level: float | None = None,
    target_level: float | None = None,
    ident: str = "series",
    font: str = FONT,
) -> str:
    """The chart, or one that says there is nothing to draw; ``ident`` must be unique in the page.

    Lines differ by colour, dash and dot; colours are attributes, so a stylesheet may change them by class.
    """
    root = Element("svg", {
        "xmlns": SVG, "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "class": "series",
        "aria-labelledby": f"{ident}-title {ident}-desc", "font-family": font, "font-size": "12",
    })  # fmt: skip
    SubElement(root, "title", {"id": f"{ident}-title"}).text = words.title
    SubElement(root, "desc", {"id": f"{ident}-desc"}).text = words.description
    samples = [*baseline, *trial]
    if samples:
        levels = [level for level in (baseline_level, target_level) if level is not None]
        scale = _scale(samples, levels)
        _axes(root, scale, words)
        _level(root, scale, baseline_level, "baseline-level", BASELINE, "2 4")
        _level(root, scale, target_level, "target-level", TARGET, "9 4")
        _line(root, scale, baseline, "baseline", BASELINE, "5 3")
        _line(root, scale, trial, "trial", TRIAL, "")
        _legend(
            root, words, bool(baseline), bool(trial), baseline_level is not None, target_level is not None
        )
    return tostring(root, encoding="unicode")


def _scale(samples: Sequence[Sample], levels: Sequence[float]) -> Scale:
    times = [at for at, _ in samples]
    values = [value for _, value in samples] + list(levels)
    low, high = min(values), max(values)
    first, last = min(times), max(times)
    if first == last:
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    if low >= 0 and low < (high - low) * 1.5:
        low = 0.0  # start from nothing where that does not flatten the line
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    step = _step(high + margin - low)
    low = low if low == 0 else math.floor((low - margin) / step) * step
    return Scale(first, last, low, math.ceil((high + margin) / step) * step)


def _step(span: float) -> float:
    """The round number that gives four to eight ticks."""
    rough = span / 5
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)


def _ticks(scale: Scale) -> list[float]:
    step = _step(scale.high - scale.low)
    first = math.ceil(scale.low / step - 1e-9)
    last = math.floor(scale.high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def _days(scale: Scale) -> list[datetime]:
    """Midnights (UTC) at which the time axis is marked, about six of them."""
    span = (scale.last - scale.first) / timedelta(days=1)
    every = max(1, math.ceil(span / 6))
    day = scale.first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if day < scale.first:
        day += timedelta(days=1)
    found = []
    while day <= scale.last:
        found.append(day)
        day += timedelta(days=every)
    return found or [scale.first]


def _axes(root: Element, scale: Scale, words: Words) -> None:
    group = SubElement(root, "g", {"class": "axes", "fill": GREY})
    floor = HEIGHT - BOTTOM
    for value in _ticks(scale):
        y = scale.y(value)
        _stroke(group, (LEFT, y), (WIDTH - RIGHT, y), RULE, "1")
        _text(group, LEFT - 8, y + 4, f"{value:,.6g}", anchor="end")
    for day in _days(scale):
        x = scale.x(day)
        _stroke(group, (x, floor), (x, floor + 5), GREY, "1")
        _text(group, x, floor + 19, words.day(day.date()), anchor="middle")
    _stroke(group, (LEFT, floor), (WIDTH - RIGHT, floor), GREY, "1.2")
    _text(group, LEFT, TOP - 14, words.y_axis, fill=INK)
    _text(group, WIDTH - RIGHT, HEIGHT - 10, words.x_axis, anchor="end", fill=INK)


def _line(root: Element, scale: Scale, samples: Sequence[Sample], name: str, colour: str, dash: str) -> None:
    if not samples:
        return
    points = [(scale.x(at), scale.y(value)) for at, value in sorted(samples)]
    group = SubElement(root, "g", {"class": name})
    shape = {"points": " ".join(f"{x},{y}" for x, y in points), "fill": "none", "stroke": colour}
    SubElement(group, "polyline", {**shape, "stroke-width": "1.8", "stroke-linejoin": "round", **_dash(dash)})
    if len(points) <= 80:  # beyond that the dots run together
        for x, y in points:
            _dot(group, x, y, colour, hollow=bool(dash))


def _dot(parent: Element, x: float, y: float, colour: str, *, hollow: bool) -> None:
    where = {"cx": str(x), "cy": str(y), "r": "2.6", "stroke": colour, "stroke-width": "1.2"}
    SubElement(parent, "circle", {**where, "fill": "#ffffff" if hollow else colour})


def _level(root: Element, scale: Scale, level: float | None, name: str, colour: str, dash: str) -> None:
    if level is not None:
        y = scale.y(level)
        group = SubElement(root, "g", {"class": name})
        _stroke(group, (LEFT, y), (WIDTH - RIGHT, y), colour, "1.6", dash)


def _legend(root: Element, words: Words, baseline: bool, trial: bool, level: bool, target: bool) -> None:
    group = SubElement(root, "g", {"class": "legend", "fill": INK})
    entries = [
        (baseline, words.baseline, BASELINE, "5 3", "hollow"),
        (trial, words.trial, TRIAL, "", "full"),
        (level, words.baseline_level, BASELINE, "2 4", ""),
        (target, words.target, TARGET, "9 4", ""),
    ]
    x = float(LEFT)
    for shown, word, colour, dash, dot in entries:
        if shown:
            _stroke(group, (x, 14), (x + 28, 14), colour, "1.8", dash)
            if dot:
                _dot(group, x + 14, 14, colour, hollow=dot == "hollow")
            _text(group, x + 34, 18, word)
            x += 34 + 22 + sum(12 if ord(letter) > 0x2E7F else 6.6 for letter in word)


def _stroke(
    parent: Element,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    width: str,
    dash: str = "",
) -> None:
    (x1, y1), (x2, y2) = start, end
    ends = {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2)}
    SubElement(parent, "line", {**ends, "stroke": colour, "stroke-width": width, **_dash(dash)})


def _dash(dash: str) -> dict[str, str]:
    return {"stroke-dasharray": dash} if dash else {}


def _text(parent: Element, x: float, y: float, words: str, *, anchor: str = "start", fill: str = "") -> None:
    where = {"x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor}
    SubElement(parent, "text", {**where, **({"fill": fill} if fill else {})}).text = words
