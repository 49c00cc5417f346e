"""Results built by hand for the report tests: real spans over real text, without a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jwtscan.engine import Result
from jwtscan.files import Document
from jwtscan.finding import Applicability, Confidence, Finding, Fix, Severity, Skipped, Step, with_fingerprints
from jwtscan.text import Span

SECRET = "FAKEfakeFAKEfakeFAKEfakeFAKEfake0000"

JOIN = """\
import { ZoomMtg } from '@zoomus/websdk'
import { meetConfig } from './config.js'

ZoomMtg.join({
  meetingNumber: meetConfig.meetingNumber,
  apiKey: meetConfig.apiKey,
  signature,
})
"""
CONFIG = f"""\
export const meetConfig = {{
  apiKey: process.env.ZOOM_API_KEY,
  apiSecret: '{SECRET}',
}}
"""


def document(path: str, text: str) -> Document:
    source = text.encode()
    return Document(path, source, source)


def finding(
    doc: Document, marked: str, rule: str = "join-api-key", message: str = "join() is given an API key", **rest: object
) -> Finding:
    """A finding on the first place where ``marked`` stands in ``doc``."""
    start = doc.source.index(marked.encode())
    span = Span(start, start + len(marked.encode()))
    made = Finding(
        rule,
        Severity.ERROR,
        Confidence.HIGH,
        message,
        doc.path,
        span,
        doc.lines.position(span.start),
        doc.lines.position(span.end),
    )
    return replace(made, **rest)  # type: ignore[arg-type]


def step(doc: Document, marked: str, text: str) -> Step:
    start = doc.source.index(marked.encode())
    return Step(doc.path, Span(start, start + len(marked.encode())), text, doc.lines.position(start))


def result_of(documents: Mapping[str, Document], findings: list[Finding], **rest: object) -> Result:
    """A result as ``scan()`` gives it: sorted, with fingerprints."""
    pairs = ((one, documents[one.path].source[one.span.start : one.span.end]) for one in findings)
    result = Result(findings=with_fingerprints(pairs), files=3, parsed=2, documents=dict(documents))
    for name, value in rest.items():
        setattr(result, name, value)
    return result


def two_files() -> Result:
    """A join with its trail into another file, a secret in that file, and one skipped file."""
    join, config = document("src/join.js", JOIN), document("src/config.js", CONFIG)
    fix = Fix(Applicability.SAFE, "rename the property to sdkKey", None, ("set ZOOM_MEETING_SDK_KEY",))
    found = [
        finding(
            join,
            "apiKey: meetConfig.apiKey",
            fix=fix,
            trail=(
                step(config, "process.env.ZOOM_API_KEY", "env:ZOOM_API_KEY"),
                step(join, "meetConfig.apiKey", "meetConfig.apiKey"),
            ),
            evidence=("@zoomus/websdk is imported", "ZOOM_API_KEY has Zoom in its name"),
        ),
        finding(
            config,
            f"apiSecret: '{SECRET}'",
            "credential-literal",
            f"an API secret stands in the code: {SECRET}",
            severity=Severity.WARNING,
            confidence=Confidence.MEDIUM,
        ),
    ]
    return result_of(
        {"src/join.js": join, "src/config.js": config},
        found,
        secrets=frozenset({SECRET}),
        skipped=[Skipped("dist/app.min.js", "generated")],
    )
