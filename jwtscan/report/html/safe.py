"""Text that may stand in a page: the one place where anything is escaped. Knows nothing of reports."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from html import escape

from jwtscan.mask import printable

_VOID = frozenset({"br", "input", "link", "meta", "path", "circle", "rect"})
_LINK = re.compile(r"https://[^\s<>\"'`)]*[^\s<>\"'`).,:;]")
_WORDS = re.compile(
    rf"`(?P<code>[^`]+)`|<?(?P<link>{_LINK.pattern})>?|(?P<name>\b(?:[A-Z][A-Z0-9]*_)*ZOOM_[A-Z0-9_]+\b)"
)


class Html(str):
    """Markup. Whatever is no Html is escaped when it is put into some."""

    __slots__ = ()


Child = Html | str | None


def text(value: str) -> Html:
    """``value`` as it reads, without controls or marks that turn the direction of what follows."""
    if isinstance(value, Html):
        return value
    return Html(escape("\n".join("\t".join(map(printable, line.split("\t"))) for line in value.split("\n"))))


def joined(parts: Iterable[Child], between: str = "") -> Html:
    """The parts one after the other; None is left out."""
    return Html(text(between).join(text(part) for part in parts if part is not None))


def el(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """One element. ``class_`` is ``class``, ``data_rule`` is ``data-rule``; False and None are left out."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{given}>" if name in ("br", "input", "link", "meta") else f"<{name}{given}/>")
    return Html(f"<{name}{given}>{joined(children)}</{name}>")


def link(address: str, *children: Child) -> Html:
    """A link out of the report, which tells the other end nothing."""
    return el("a", *(children or (address.removeprefix("https://"),)), href=address, rel="noreferrer noopener")


def prose(value: str) -> Html:
    """A sentence with its `code`, its addresses and its names of variables set apart."""
    parts, at = [], 0
    for match in _WORDS.finditer(value):
        parts.append(text(value[at : match.start()]))
        if match["link"]:
            parts.append(link(match["link"]))
        else:
            parts.append(el("code", match["code"] or match["name"]))
        at = match.end()
    return joined([*parts, value[at:]])


def paragraphs(value: str) -> Html:
    """The paragraphs of a rule's documentation."""
    return joined(el("p", prose(" ".join(part.split()))) for part in re.split(r"\n\s*\n", value.strip()) if part)


def instruction(words: str) -> Html:
    """A thing to do as a whole sentence, as which it stands in a list of others."""
    return prose(sentence(words) + ("" if words.endswith((".", "!", "?", ":")) else "."))


def sentence(words: str, first: Container[str] | None = None) -> str:
    """Words with a capital, where the first one is no name: one of ``first``, or all of small letters."""
    word = words.partition(" ")[0]
    plain = word in first if first is not None else word.isalpha() and word.islower()
    return words[:1].upper() + words[1:] if plain else words
