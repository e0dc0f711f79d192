"""The receiver operating characteristic of the words about one map, as numbers and as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

SIDE, LEFT, TOP, RIGHT, BOTTOM = 360, 62, 16, 250, 54
CORNER = 0.2
"""The picture shows this much of both axes: the upper left corner of the whole, where the curves differ."""
COLOURS = ("#1a1a1a", "#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""The first of all maps together; the others of Okabe and Ito 2008, told apart by readers with any colour vision."""
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4")


@dataclass(frozen=True)
class Roc:
    """How far maps of trained and of random networks stay above their worst threshold for "failed", each (n,)."""

    trained: NDArray[np.float64]
    random: NDArray[np.float64]

    def kept(self, step: float) -> tuple[int, int]:
        """How many maps of random and of trained networks are not refused with every threshold moved by `step`."""
        return int((self.random >= step).sum()), int((self.trained >= step).sum())

    def points(self) -> NDArray[np.float64]:
        """(k, 2): shares of random and of trained networks' maps not refused, from the strictest step to none."""
        steps = np.unique(np.concatenate([self.trained, self.random]))[::-1]
        n = len(self.random), len(self.trained)
        return np.vstack([[0.0, 0.0], *(np.divide(self.kept(step), n) for step in steps)])

    def area(self) -> float:
        """Under the curve: how often a trained network's map stays further above than a random one's; ties half."""
        ahead = self.trained[:, np.newaxis]
        return float((ahead > self.random).mean() + (ahead == self.random).mean() / 2)


def svg(curves: Mapping[str, Roc]) -> str:
    """One curve for each name, with its area, and a ring where the thresholds are as they ship."""
    width, height = LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM
    title = "Maps of the trained network not refused, against maps of random networks not refused"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12" fill="#1a1a1a" role="img"><title>{title}</title>',
        f'<clipPath id="frame"><rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/></clipPath>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_frame(),
    ]
    for place, (name, one) in enumerate(curves.items()):
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
        line = f'fill="none" stroke="{colour}" stroke-width="{2.5 if place == 0 else 1.5}" stroke-dasharray="{dash}"'
        x, y = at(np.divide(one.kept(0.0), (len(one.random), len(one.trained))))
        beside, row = LEFT + SIDE + 16, TOP + 20 + 22 * place
        parts += [
            f'<polyline data-of="{escape(name)}" clip-path="url(#frame)" points="{_joined(one.points())}" {line}/>',
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4" fill="#fff" stroke="{colour}" stroke-width="1.5"/>',
            f'<path d="M{beside} {row - 4}h28" {line}/>',
            f'<text x="{beside + 36}" y="{row}">{escape(name)}, area {one.area():.3f}</text>',
        ]
    row = TOP + 20 + 22 * len(curves)
    parts.append(f'<text x="{LEFT + SIDE + 16}" y="{row}">ring: the thresholds that ship</text>')
    parts.append(f'<text x="{LEFT + SIDE + 16}" y="{row + 22}">upper left corner of the whole</text></svg>')
    return "\n".join(parts) + "\n"


def at(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares (..., 2) of random and trained networks' maps to places in the picture."""
    return np.asarray(np.array([LEFT, TOP]) + (shares - np.array([0, 1])) * np.array([SIDE, -SIDE]) / CORNER)


def _frame() -> Sequence[str]:
    bottom, middle = TOP + SIDE, TOP + SIDE / 2
    parts = [f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#8a8a8a"/>']
    for share in np.linspace(0, CORNER, 5):
        x, y = at(np.array([share, 1 - share]))
        parts += [
            f'<text x="{x:g}" y="{bottom + 16}" text-anchor="middle">{share:g}</text>',
            f'<text x="{LEFT - 6}" y="{y + 4:g}" text-anchor="end">{1 - share:g}</text>',
        ]
    return [
        *parts,
        f'<text x="{LEFT + SIDE / 2:g}" y="{bottom + 38}" text-anchor="middle">'
        "maps of random networks not refused</text>",
        f'<text transform="translate(16 {middle:g}) rotate(-90)" text-anchor="middle">'
        "maps of the trained network not refused</text>",
    ]


def _joined(points: NDArray[np.float64]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in at(points))
