"""Small charts as SVG, legible on light and on dark pages; a library for two pictures would weigh more than they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 210, 44, 52
#: Of middling lightness, apart for who sees no red or no green.
_COLOURS = ("#2f81f7", "#d97706", "#0f9d75", "#b45ad6", "#d1495b", "#8b8f96", "#5b9bb5")
#: Pixels between single points.
_ASIDE = 11.0
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#4b535d}.grid{stroke:#8b949e;stroke-opacity:.3}"
    "@media(prefers-color-scheme:dark){text{fill:#c3cad3}}"
)


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one colour of bars.

    Attributes:
        points: x and y of a line; for bars x is the group's number.
        is_told: Whether it is dashed: a figure from elsewhere.
    """

    name: str
    points: Sequence[tuple[float, float]]
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """What is along an axis: its title, and where it has marks with which words."""

    title: str
    marks: Sequence[tuple[float, str]]

    @property
    def end(self) -> float:
        """The last mark."""
        return max(at for at, _ in self.marks)


def lines(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """A line for each series; one with a single point is that point, beside those that would hide it."""
    parts, aside = [], 0.0
    for number, each in enumerate(series):
        colour = _colour(number)
        aside += _ASIDE if len(each.points) == 1 else 0.0
        shift = aside if len(each.points) == 1 else 0.0
        places = [(_x(at, 0, x.end) + shift, _y(value, y.end)) for at, value in each.points]
        dash = ' stroke-dasharray="6 5"' if each.is_told else ""
        path = " ".join(f"{left:.1f},{top:.1f}" for left, top in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>')
        parts += [f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4.5" fill="{colour}"/>' for left, top in places]
    return _chart(title, x, y, series, parts, low=0)


def bars(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """Groups of bars side by side, one of each series in each group, with their values above them."""
    low, high = -0.5, x.end + 0.5
    width = (_x(1, low, high) - _x(0, low, high)) * 0.75 / len(series)
    parts = []
    for number, each in enumerate(series):
        for group, value in each.points:
            left = _x(group, low, high) + (number - len(series) / 2) * width
            top = _y(value, y.end)
            size = f'width="{width - 3:.1f}" height="{_HEIGHT - _BOTTOM - top:.1f}"'
            parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{_colour(number)}"/>')
            parts.append(_text(left + width / 2, top - 5, f"{value:.3g}", "middle"))
    return _chart(title, x, y, series, parts, low=low, high=high)


def _chart(
    title: str,
    x: Axis,
    y: Axis,
    series: Sequence[Series],
    parts: Sequence[str],
    *,
    low: float,
    high: float | None = None,
) -> str:
    end, floor = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    frame = [_text(_LEFT, 22, title, "start", weight="600")]
    for at, words in y.marks:
        top = _y(at, y.end)
        frame.append(f'<line class="grid" x1="{_LEFT}" x2="{end}" y1="{top:.1f}" y2="{top:.1f}"/>')
        frame.append(_text(_LEFT - 8, top + 4, words, "end"))
    frame += [_text(_x(at, low, high or x.end), floor + 20, words, "middle") for at, words in x.marks]
    frame.append(_text((_LEFT + end) / 2, _HEIGHT - 10, x.title, "middle"))
    turned = f'transform="translate(16 {(_TOP + floor) / 2}) rotate(-90)"'
    frame.append(f'<text {turned} text-anchor="middle">{escape(y.title)}</text>')
    for number, each in enumerate(series):
        top = _TOP + 10 + 22 * number
        frame.append(f'<rect x="{end + 22}" y="{top - 9}" width="12" height="12" rx="2" fill="{_colour(number)}"/>')
        frame.append(_text(end + 40, top + 2, each.name, "start"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title><style>{_STYLE}</style>", *frame, *parts, "</svg>", ""])


def _x(at: float, low: float, high: float) -> float:
    return _LEFT + (at - low) / (high - low) * (_WIDTH - _RIGHT - _LEFT)


def _y(value: float, end: float) -> float:
    return _HEIGHT - _BOTTOM - min(value, end) / end * (_HEIGHT - _BOTTOM - _TOP)


def _text(left: float, top: float, words: str, anchor: str, *, weight: str = "400") -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}" style="font-weight:{weight}"'
    return f"<text {place}>{escape(words)}</text>"


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
