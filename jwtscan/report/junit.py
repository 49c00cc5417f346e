"""JUnit's XML: a suite a file, a failed test a finding."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from jwtscan.finding import Finding
from jwtscan.report.markup import by_file, document, legal
from jwtscan.report.masked import Report


def to_junit(report: Report) -> str:
    """A whole document. Where nothing is found it has a test that passed: servers refuse one without tests."""
    count = len(report.findings)
    root = Element("testsuites", name="jwtscan", tests=str(count or 1), failures=str(count))
    for path, found in by_file(report):
        number = str(len(found))
        suite = SubElement(root, "testsuite", name=legal(path), tests=number, failures=number)
        for finding in found:
            _case(suite, finding)
    if not count:
        suite = SubElement(root, "testsuite", name="jwtscan", tests="1", failures="0")
        SubElement(suite, "testcase", name="no findings", classname="jwtscan")
    return document(root)


def _case(suite: Element, finding: Finding) -> None:
    line, column = finding.start
    case = SubElement(suite, "testcase", name=finding.rule, classname=legal(finding.path), line=str(line))
    failure = SubElement(case, "failure", message=legal(finding.message), type=str(finding.severity))
    failure.text = legal(f"{finding.path}:{line}:{column}: {finding.message}")
