"""Charts as inline SVG. Each stands in a table or beside a list that says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

from jwtscan.report.html.safe import Child, Html, el, joined

Share = tuple[str, int]
"""A class of the style sheet, and how many."""


def stacked(shares: Sequence[Share]) -> Html:
    """One bar of all shares. Drawn only: the numbers have to stand beside it."""
    return _bar(shares, 100.0, height=12)


def bars(caption: str, unit: str, rows: Sequence[tuple[Child, Sequence[Share]]]) -> Html:
    """A table with a bar in each row, the longest as wide as there is room; a bar may have several shares."""
    most = max((sum(number for _, number in shares) for _, shares in rows), default=0) or 1
    head = el("thead", el("tr", el("th", unit, scope="col"), el("th", "Findings", scope="col")), class_="unseen")
    body = [
        el(
            "tr",
            el("th", label, scope="row"),
            el(
                "td",
                _bar(shares, 100 * sum(n for _, n in shares) / most, height=8),
                el("span", f"{sum(n for _, n in shares):,}", class_="number"),
            ),
        )
        for label, shares in rows
    ]
    return el("table", el("caption", caption), head, el("tbody", joined(body)), class_="bars")


def ring(shares: Sequence[Share], label: str, middle: str) -> Html:
    """A ring of shares around a number."""
    total = sum(number for _, number in shares) or 1
    radius = 42
    around = 2 * pi * radius
    arcs, turned = [], 0.0
    for name, number in shares:
        part = around * number / total
        if number:
            gap = 2.0 if number < total else 0.0
            arcs.append(
                el(
                    "circle",
                    class_=name,
                    cx=60,
                    cy=60,
                    r=radius,
                    fill="none",
                    stroke_width=14,
                    stroke_dasharray=f"{max(part - gap, 0.5):.2f} {around:.2f}",
                    stroke_dashoffset=f"{-turned:.2f}",
                    transform="rotate(-90 60 60)",
                )
            )
        turned += part
    words = el("text", middle, x=60, y=68, text_anchor="middle")
    return el("svg", joined(arcs), words, class_="ring", viewBox="0 0 120 120", role="img", aria_label=label)


def _bar(shares: Sequence[Share], wide: float, *, height: int) -> Html:
    """A bar, ``wide`` per cent of the room there is, of shares one behind the other."""
    total = sum(number for _, number in shares) or 1
    drawn, at = [], 0.0
    for name, number in shares:
        part = 100 * number / total
        if number:
            drawn.append(el("rect", class_=name, x=f"{at:.2f}%", y=0, width=f"{part:.2f}%", height=height))
        at += part
    return el(
        "svg", joined(drawn), class_="bar", width=f"{wide:.2f}%", height=height, aria_hidden="true", focusable="false"
    )
