"""Where the marks of a chart stand: values in, coordinates out. templates/components/charts/ draws them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil, floor, log10
from typing import Any

X = float | date | datetime
BAND_HEIGHT = 56


def px(value: float) -> str:
    """A coordinate as SVG wants it, whatever the reader's language writes for a decimal point."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


LABEL = 150  # pixels that a label of the x axis needs
SHORT = 2 * 86400  # seconds; over a longer time the hour of a label tells nothing


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers that cover low to high: steps of 1, 2 or 5 times a power of ten."""
    if high <= low:
        high = low + 1
    rough = (high - low) / about
    power = 10 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * number, 10) for number in range(first, last + 1)]


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    x: str
    width: str
    negative: bool
    note: str = ""

    @property
    def shown(self) -> str:
        """The amount without its sign, since the table writes a true minus before it."""
        return f"{abs(self.value):.2f}"


def bars(rows: Iterable[Mapping[str, Any]], width: float = 200) -> tuple[list[Bar], str]:
    """Bars on one scale around a zero line, and where that line is: at the left when nothing is negative."""
    rows = list(rows)
    values = [float(row["value"]) for row in rows]
    low, high = min([0.0, *values]), max([0.0, *values])
    scale = width / ((high - low) or 1)
    zero = -low * scale
    drawn = [
        Bar(
            label=row["label"],
            value=value,
            x=px(zero + min(value, 0) * scale),
            width=px(max(abs(value) * scale, 1 if value else 0)),
            negative=value < 0,
            note=row.get("note", ""),
        )
        for row, value in zip(rows, values, strict=True)
    ]
    return drawn, px(zero)


@dataclass(frozen=True)
class Stage:
    label: str
    count: int
    points: str
    middle: str
    share: float | None


def funnel(stages: Sequence[tuple[str, int]], width: float = 600, height: float = BAND_HEIGHT) -> list[Stage]:
    """Centred bands, each as wide as its count against the widest; `share` is of the stage before."""
    widest = max([count for _label, count in stages] + [1])
    half = [max(width * count / widest / 2, 2) for _label, count in stages]
    drawn = []
    for number, (label, count) in enumerate(stages):
        top, bottom = half[number], half[min(number + 1, len(stages) - 1)]
        y, centre = number * height, width / 2
        corners = [
            (centre - top, y),
            (centre + top, y),
            (centre + bottom, y + height - 4),
            (centre - bottom, y + height - 4),
        ]
        before = stages[number - 1][1] if number else 0
        drawn.append(
            Stage(
                label=label,
                count=count,
                points=" ".join(f"{px(x)},{px(y)}" for x, y in corners),
                middle=px(y + height / 2),
                share=count / before if before else None,
            )
        )
    return drawn


@dataclass(frozen=True)
class Tick:
    value: Any
    at: str


@dataclass(frozen=True)
class Line:
    name: str
    kind: str
    path: str
    dots: list[tuple[str, str]]
    points: list[tuple[Any, float]]
    level: tuple[float, float, float] | None = None  # low, middle and high of what the line varies about
    box: tuple[str, str, str, str] | None = None  # x, y, width and height from low to high


@dataclass(frozen=True)
class LineChart:
    width: int
    height: int
    left: str
    right: str
    top: str
    bottom: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    is_of_days: bool
    target: str
    target_value: float | None
    bands: list[tuple[str, str, str]]

    @property
    def band_height(self) -> str:
        return px(float(self.bottom) - float(self.top))


def position(value: X) -> float:
    """A point of an x axis as a number; moments and days become seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, date):
        return float(value.toordinal() * 86400)
    return float(value)


@dataclass(frozen=True)
class Frame:
    """Where in the picture a value is drawn."""

    left: float
    right: float
    top: float
    bottom: float
    x_low: float
    x_span: float
    y_low: float
    y_high: float

    def across(self, x: X) -> float:
        return self.left + (position(x) - self.x_low) / self.x_span * (self.right - self.left)

    def up(self, y: float) -> float:
        return self.bottom - (y - self.y_low) / (self.y_high - self.y_low) * (self.bottom - self.top)

    def band(self, begins: X, ends: X) -> tuple[str, str]:
        """Left edge and width of what of it is within the frame."""
        left = max(self.across(begins), self.left)
        return px(left), px(max(min(self.across(ends), self.right) - left, 0))


def line_chart(
    series: Sequence[Mapping[str, Any]],
    *,
    target: float | None = None,
    bands: Sequence[tuple[str, X, X]] = (),
    width: int = 760,
    height: int = 320,
) -> LineChart:
    """Lines over one x axis; `series` are {"name", "kind", "points": [(x, y)]}; a None for y breaks the line.

    :raises ValueError: there is no point at all.
    """
    points = [(x, y) for one in series for x, y in one["points"] if y is not None]
    if not points:
        raise ValueError("A line chart needs at least one point")
    xs = sorted({x for one in series for x, _y in one["points"]}, key=position)
    ys = [float(y) for _x, y in points] + ([target] if target is not None else [])
    ys += [end for one in series for end in one.get("level") or ()]
    ticks = nice_ticks(min(ys), max(ys))
    x_low, x_span = position(xs[0]), (position(xs[-1]) - position(xs[0])) or 1.0
    frame = Frame(64.0, width - 16.0, 16.0, height - 36.0, x_low, x_span, ticks[0], ticks[-1])
    return LineChart(
        width=width,
        height=height,
        left=px(frame.left),
        right=px(frame.right),
        top=px(frame.top),
        bottom=px(frame.bottom),
        lines=[_line(one, frame.across, frame.up, _box(one, frame)) for one in series],
        x_ticks=[Tick(x, px(frame.across(x))) for x in apart(xs, frame.across)],
        is_of_days=not isinstance(xs[0], float | int) and x_span > SHORT,
        y_ticks=[Tick(y, px(frame.up(y))) for y in ticks],
        target="" if target is None else px(frame.up(target)),
        target_value=target,
        bands=[(name, *frame.band(a, b)) for name, a, b in bands],
    )


def apart(values: Sequence[Any], across: Any) -> list[Any]:
    """Values with room for a label each, the first and the last among them."""
    last = values[-1]
    kept = [values[0]]
    for value in values[1:-1]:
        if min(across(value) - across(kept[-1]), across(last) - across(value)) >= LABEL:
            kept.append(value)
    return [*kept, last] if len(values) > 1 else kept


def _box(one: Mapping[str, Any], frame: Frame) -> tuple[str, str, str, str] | None:
    """The level of a line as a band over its own stretch of the x axis."""
    if not one.get("level") or not one["points"]:
        return None
    low, _middle, high = one["level"]
    x, width = frame.band(one["points"][0][0], one["points"][-1][0])
    return x, px(frame.up(high)), width, px(frame.up(low) - frame.up(high))


def _line(one: Mapping[str, Any], across: Any, up: Any, box: tuple[str, str, str, str] | None = None) -> Line:
    path, pen_down, dots = [], False, []
    for x, y in one["points"]:
        if y is None:
            pen_down = False
            continue
        at = (px(across(x)), px(up(float(y))))
        path.append(f"{'L' if pen_down else 'M'}{at[0]} {at[1]}")
        dots.append(at)
        pen_down = True
    return Line(
        name=one["name"],
        kind=one.get("kind", ""),
        path="".join(path),
        dots=dots if len(dots) <= 60 else [],
        points=[(x, y) for x, y in one["points"] if y is not None],
        level=one.get("level"),
        box=box,
    )
