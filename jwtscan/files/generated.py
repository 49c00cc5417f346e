"""Tells code that a program wrote (minified files, bundles, compiler output) from code that a person did."""

from __future__ import annotations

import re

from jwtscan.files.document import Document

# Kind -> the share of packed lines that makes it minified. A page may hold a pasted library beside its own script.
_PACKED_SHARE = {"javascript": 0.5, "typescript": 0.5, "tsx": 0.5, "html": 0.9, "vue": 0.9, "svelte": 0.9}

# The figures separate, without an exception, 180 files with long lines in 90 public repositories by what they are.
# Data that a person keeps in long lines (base64, SVG paths, tables of numbers) has next to none of these characters.
_SYNTAX = b"(){};="
_LONG_LINE = 400
_SYNTAX_SHARE = 0.05
_SMALL_FILE = 4096

_LONG = re.compile(rb"[^\r\n]{%d,}" % _LONG_LINE)
_HEAD = 2048
_AT_GENERATED = re.compile(rb"(?:^|\n)[ \t]*(?://|/?\*+!?|<!--)[^\n]*@generated\b")

_HEAD_MARKS = (
    (b"// webpackBootstrap", "a webpack bundle"),
    (b"/*! For license information please see ", "a webpack bundle"),
    (b"parcelRequire = (function", "a Parcel bundle"),
    (b'.code="MODULE_NOT_FOUND",', "a Browserify bundle"),
)
_BODY_MARKS = (
    (b"function __webpack_require__(", "a webpack bundle"),
    (b"//# sourceMappingURL=data:application/json", "compiled, with its source map inside"),
)


def minified_or_generated(document: Document, kind: str | None) -> str | None:
    """Why ``document`` is not worth reading for findings, or None where a person wrote it."""
    share = _PACKED_SHARE.get(kind or "")
    if share is None:
        return None
    source = document.source
    head = source[:_HEAD]
    if _AT_GENERATED.search(head):
        return "generated: marked @generated"
    for mark, what in _HEAD_MARKS:
        if mark in head:
            return f"generated: {what}"
    for mark, what in _BODY_MARKS:
        if mark in source:
            return f"generated: {what}"
    return "minified" if len(source) >= _SMALL_FILE and _packed(source) > len(source) * share else None


def _packed(source: bytes) -> int:
    """How many bytes stand in long lines that are code rather than data."""
    total = 0
    for match in _LONG.finditer(source):
        line = match[0]
        if len(line) - len(line.translate(None, _SYNTAX)) > len(line) * _SYNTAX_SHARE:
            total += len(line)
    return total
