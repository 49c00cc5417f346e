"""Where everything meets: walks, gates, lowers, runs the rules and settles what is reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jwtscan.files import Document, UnreadableError
from jwtscan.files.gate import ZOOM, Look, far, look, neighbourhood
from jwtscan.finding import Confidence, Finding, Severity, Skipped, Step, with_fingerprints
from jwtscan.meaning.project import Project
from jwtscan.rule import Match, Rule
from jwtscan.syntax.ledger import Ledger
from jwtscan.syntax.unit import Unit

Progress = Callable[[str, int, int], None]
"""Called with a phase ("reading", "parsing"), the number done and the number known of."""

MAX_PARSED_SIZE = 2 << 20
OWN_WORD = b"jwtscan:"


@dataclass(frozen=True, slots=True)
class Options:
    """What to scan and what to report. Paths are as given; they are resolved against ``cwd``.

    ``known_rules`` are the ids of all rules there are, where not all of them are run.
    """

    paths: tuple[str, ...] = (".",)
    cwd: Path = field(default_factory=Path.cwd)
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    force_exclude: bool = False
    gitignore: bool = True
    max_file_size: int = 8 << 20
    jobs: int = 0
    known_rules: frozenset[str] = frozenset()
    stdin: bytes | None = None
    stdin_filename: str | None = None


@dataclass(slots=True)
class Result:
    """What a scan gives: sorted findings and skipped files, and how much was looked at.

    ``documents`` holds the text of every file that a finding or a step of a trail stands in. ``secrets`` are the
    literal credentials seen: outputs pass through ``mask.Masker(result.secrets)``.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: int = 0
    parsed: int = 0
    suppressed: int = 0
    documents: dict[str, Document] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    errors: int = 0


def scan(options: Options, rules: Sequence[Rule], progress: Progress | None = None) -> Result:
    """Scans ``options.paths`` with ``rules``.

    Raises ``files.MissingPathError`` for a path that is not there, before anything is read.
    """
    return _Scan(options, rules, progress or _silent).run()


def _silent(phase: str, done: int, total: int) -> None:
    """No progress is shown."""


Row = tuple[Rule, Unit, Match]


class _Scan:
    """One scan: its files, what the gate saw of them, and the result as it grows."""

    def __init__(self, options: Options, rules: Sequence[Rule], progress: Progress) -> None:
        self.options = options
        self.rules = rules
        self.progress = progress
        self.result = Result()
        self.kinds: dict[str, str] = {}
        self.files: dict[str, Path | str] = {}
        self.given: dict[str, Document] = {}
        self.unreadable: dict[str, str] = {}
        self.strong = tuple({ZOOM, OWN_WORD, *(w.encode() for r in rules if r.anywhere for w in r.keywords)})

    def run(self) -> Result:
        if self.options.stdin is not None:
            self._take_stdin(self.options.stdin)
        else:
            self._walk()
        looks = self._gate()
        project = Project(self.kinds, self._read_unit, _root_name(self.options))
        project.look_at(path for path, seen in looks.items() if seen.weak)
        self.result.parsed = len(project.candidates())
        ran = frozenset(rule.id for rule in self.rules)
        ledger = Ledger(self.options.known_rules or ran, ran)
        kept = [row for row in self._run_rules(project) if not self._is_silenced(ledger, row)]
        kept += self._run_own_rules(project, looks, ledger)
        self._settle(project, kept)
        self.result.files = len(self.kinds)
        self.result.skipped.sort(key=lambda skipped: (skipped.path, skipped.reason))
        return self.result

    # -- files -----------------------------------------------------------------------------------------------------

    def _take_stdin(self, raw: bytes) -> None:
        from jwtscan.files.document import decode
        from jwtscan.files.kinds import kind_of

        path = Path(self.options.stdin_filename or "stdin.py").as_posix()
        kind = kind_of(Path(path).name, path, raw[:256])
        if kind is None:
            self.result.skipped.append(Skipped(path, "not a kind of file that jwtscan reads"))
            return
        self.kinds[path] = kind
        self.given[path] = decode(path, raw, kind)

    def _walk(self) -> None:
        from jwtscan.files.walk import Entry, walk

        options = self.options
        for found in walk(
            options.paths,
            cwd=options.cwd,
            exclude=options.exclude,
            include=options.include,
            force_exclude=options.force_exclude,
            gitignore=options.gitignore,
        ):
            if isinstance(found, Entry):
                self.kinds[found.path] = found.kind
                self.files[found.path] = found.file
            else:
                self.result.skipped.append(found)

    def _gate(self) -> dict[str, Look]:
        looks: dict[str, Look] = {}
        for done, path in enumerate(self.kinds):
            if done % 500 == 0:
                self.progress("reading", done, len(self.kinds))
            document = self._document(path)
            if document is not None:
                seen = look(document.source.lower(), self.strong)
                if seen is not None:
                    looks[path] = seen
        if any(seen.evidence for seen in looks.values()):
            for path in neighbourhood(self.kinds, looks):
                document = self._document(path, quiet=True)
                if document is not None and far(document.source.lower()):
                    looks[path] = Look(frozenset(), weak=True, evidence=False)
        return looks

    def _document(self, path: str, *, quiet: bool = False) -> Document | None:
        from jwtscan.files.document import read

        if path in self.given:
            return self.given[path]
        try:
            return read(path, self.files[path], max_size=self.options.max_file_size, kind=self.kinds[path])
        except UnreadableError as error:
            if not quiet:
                self.result.skipped.append(Skipped(path, str(error)))
                if error.fault:
                    self.unreadable[path] = str(error)
                    self.result.errors += 1
            return None

    def _read_unit(self, path: str) -> Unit | None:
        from jwtscan.files.generated import minified_or_generated
        from jwtscan.syntax.reading import read_unit

        kind = self.kinds.get(path)
        if kind is None:
            return None
        document = self._document(path, quiet=True)
        if document is None:
            return None
        reason = minified_or_generated(document, kind)
        if reason is None and len(document.source) > MAX_PARSED_SIZE and kind not in {"package-lock.json", "yarn.lock"}:
            reason = f"larger than {MAX_PARSED_SIZE >> 20} MB, not parsed"
        if reason is not None:
            self.result.skipped.append(Skipped(path, reason))
            return None
        unit = read_unit(document, kind)
        self.result.skipped += [Skipped(path, note) for note in unit.notes]
        return unit

    # -- rules -----------------------------------------------------------------------------------------------------

    def _run_rules(self, project: Project) -> Iterable[Row]:
        rules = [rule for rule in self.rules if "tool" not in rule.tags]
        reached = project.uses.credentials.by_path
        paths = {unit.path for unit in project.candidates()} | set(reached)
        for done, path in enumerate(sorted(paths)):
            self.progress("parsing", done, len(paths))
            unit = project.units[path]
            lowered = unit.document.source.lower()
            for rule in rules:
                if any(word.encode() in lowered for word in rule.keywords):
                    for match in rule.find(unit, project):
                        yield rule, unit, match

    def _is_silenced(self, ledger: Ledger, row: Row) -> bool:
        rule, unit, match = row
        if match.confidence < self.options.min_confidence or not ledger.silences(rule.id, unit, match.span):
            return False
        self.result.suppressed += 1
        return True

    def _run_own_rules(self, project: Project, looks: dict[str, Look], ledger: Ledger) -> Iterable[Row]:
        """The tool's own rules, about ignore comments and files that cannot be read: they need all others' results."""
        rules = [rule for rule in self.rules if "tool" in rule.tags]
        speaking = [path for path, seen in looks.items() if OWN_WORD in seen.strong]
        units = {unit.path: unit for path in sorted(speaking) if (unit := project.load(path)) is not None}
        for path, reason in sorted(self.unreadable.items()):
            units[path] = Unit(Document(path, b"", b""), self.kinds[path], notes=[reason])
        project.ledger = ledger
        for unit in units.values():
            for rule in rules:
                for match in rule.find(unit, project):
                    yield rule, unit, match

    def _settle(self, project: Project, matches: Sequence[Row]) -> None:
        """Turns matches into findings: gates by severity and confidence and gives identities."""
        kept: list[tuple[Finding, bytes]] = []
        secrets: set[str] = set()
        for rule, unit, match in matches:
            secrets.update(match.secrets)
            severity = match.severity or rule.severity
            if severity >= self.options.min_severity and match.confidence >= self.options.min_confidence:
                kept.append((_finding(rule, unit, match, severity), _snippet(unit, match)))
        self.result.findings = _distinct(with_fingerprints(kept))
        self.result.secrets = frozenset(secrets)
        for finding in self.result.findings:
            for path in {finding.path, *(step.path for step in finding.trail)}:
                if path in project.units:
                    self.result.documents[path] = project.units[path].document


def _root_name(options: Options) -> str:
    """The name of the folder that is scanned: often the project's, and then a hint."""
    first = options.cwd / (options.paths[0] if options.paths else ".")
    folder = first if first.is_dir() else first.parent
    return os.path.basename(os.path.abspath(folder))  # noqa: PTH100, PTH119 - resolve() would follow links


def _finding(rule: Rule, unit: Unit, match: Match, severity: Severity) -> Finding:
    lines = unit.document.lines
    return Finding(
        rule=rule.id,
        severity=severity,
        confidence=match.confidence,
        message=match.message,
        path=unit.path,
        span=match.span,
        start=lines.position(match.span.start),
        end=lines.position(match.span.end),
        trail=tuple(replace(step) if isinstance(step, Step) else step for step in match.trail),
        evidence=match.evidence,
        fix=match.fix,
        subject=match.subject,
    )


def _snippet(unit: Unit, match: Match) -> bytes:
    return unit.document.source[match.span.start : match.span.end]


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """One finding a rule and place: the surest."""
    best: dict[tuple[str, str, int, int], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.path, finding.span.start, finding.span.end)
        if key not in best or finding.confidence > best[key].confidence:
            best[key] = finding
    return sorted(best.values(), key=lambda finding: finding.order)
