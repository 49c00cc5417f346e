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


def bars(
    caption: str, unit: str, rows: Sequence[tuple[Child, Sequence[Share]]], rest: tuple[Child, int] | None
) -> Html:
    """A table with a bar in each row, the longest as wide as there is room; a bar may have several shares.

    ``rest`` is a last row without a bar, for what is not listed.
    """
    most = max(sum(number for _, number in shares) for _, shares in rows)
    head = el("thead", el("tr", el("th", unit, scope="col"), el("th", "Findings", scope="col")), class_="unseen")
    body = []
    for label, shares in rows:
        number = sum(number for _, number in shares)
        body.append(_row(label, _bar(shares, 100 * number / most, height=8), number))
    if rest is not None:
        body.append(_row(rest[0], None, rest[1]))
    return el("table", el("caption", caption), head, el("tbody", joined(body)), class_="bars")


def _row(label: Child, bar: Html | None, number: int) -> Html:
    return el("tr", el("th", label, scope="row"), el("td", bar, el("span", f"{number:,}", class_="number")))


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
    words = el(
        "text",
        middle,
        x=60,
        y=68 if len(middle) < 5 else 66,
        text_anchor="middle",
        class_="long" if len(middle) > 4 else None,
    )
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
