"""Checkstyle's XML."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from jwtscan.finding import Severity
from jwtscan.report.markup import by_file, document, legal
from jwtscan.report.masked import Report

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


def to_checkstyle(report: Report) -> str:
    """A whole document: each file with its findings."""
    root = Element("checkstyle", version="8.0")
    for path, found in by_file(report):
        file = SubElement(root, "file", name=legal(path))
        for finding in found:
            SubElement(
                file,
                "error",
                line=str(finding.start.line),
                column=str(finding.start.column),
                severity=_SEVERITIES[finding.severity],
                message=legal(finding.message),
                source=f"jwtscan.{finding.rule}",
            )
    return document(root)
