"""Scanning: walks, gates, lowers, runs the rules and settles what is reported.

What analyses is imported when the gate lets a file through: most runs end before that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jwtscan.engine.known import without_known
from jwtscan.engine.options import Options, Progress, Rules, silent
from jwtscan.engine.result import Result
from jwtscan.engine.rows import Row, distinct, finding_of, without_doubles
from jwtscan.engine.wanted import Judge, Wanted
from jwtscan.files import Document, UnreadableError
from jwtscan.files.gate import ZOOM, Look, candidates, has, neighbourhood
from jwtscan.files.walk import Entry
from jwtscan.finding import Finding, Silenced, Skipped, with_fingerprints

if TYPE_CHECKING:
    from jwtscan.files.suppressions import Ignore
    from jwtscan.meaning.project import Project
    from jwtscan.rule import Match, Rule
    from jwtscan.syntax.ledger import Ledger
    from jwtscan.syntax.unit import Unit
    from jwtscan.text import Span

MAX_PARSED_SIZE = 2 << 20
OWN_WORD = b"jwtscan:"
BUILTIN_WORDS = (b"eyj",)
"""The words of built-in rules that convict in any project. Kept here so that a clean scan need not load a rule."""


def scan(options: Options, rules: Sequence[Rule] | Rules, progress: Progress | None = None) -> Result:
    """Scans ``options.paths`` with ``rules``: a list, or what gives the built-in ones when they are needed.

    Raises ``files.MissingPathError`` for a path that is not there, before anything is read.
    """
    return Scan(options, rules, progress or silent).run()


def _words(rules: Sequence[Rule]) -> tuple[list[bytes], list[bytes]]:
    """The keywords of rules that make a file a candidate in any project, and those of own rules that do in Zoom's."""
    from jwtscan.loading import is_builtin

    convicting = [word.encode() for rule in rules if rule.anywhere for word in rule.keywords]
    others = [word.encode() for rule in rules if not (rule.anywhere or is_builtin(rule)) for word in rule.keywords]
    return convicting, others


class Scan:
    """One scan: its files, what the gate saw of them, and the result as it grows. ``project`` is set by ``run``.

    ``unsure`` are files with ignore comments that may be of use where more is seen (see ``engine.around``).
    ``named`` gives the path that counts for a finding's identity, where it is not the file's place in its repository.
    """

    project: Project | None = None
    unsure: frozenset[str] = frozenset()
    named: Callable[[str], str] | None = None

    def __init__(self, options: Options, rules: Sequence[Rule] | Rules, progress: Progress = silent) -> None:
        self.options = options
        self.given_rules = rules
        self.progress = progress
        self.result = Result(root=self.root_name)
        self.entries: dict[str, Entry] = {}
        self.documents: dict[str, Document] = {}
        self.unreadable: dict[str, str] = {}
        self.looks: dict[str, Look] | None = None
        self.units: dict[str, Unit | None] = {}
        convicting, others = (BUILTIN_WORDS, ()) if callable(rules) else _words(rules)
        self.strong = tuple(dict.fromkeys((ZOOM, OWN_WORD, *convicting, *others)))
        self.with_zoom = frozenset((ZOOM, *others)) - {OWN_WORD, *convicting}

    def again(self, sources: Mapping[str, bytes]) -> Scan:
        """The scan of the same tree with other texts in place of some files', not run yet. Nothing is walked again.

        A path that was not there is a new file.
        """
        from jwtscan.files.document import decode
        from jwtscan.files.gate import look
        from jwtscan.files.kinds import kind_of

        scan = Scan(self.options, self.given_rules, self.progress)
        scan.entries, scan.documents, scan.unreadable = dict(self.entries), dict(self.documents), dict(self.unreadable)
        scan.units = {**self.units, **(self.project.units if self.project is not None else {})}
        scan.looks = dict(self.looks or {})
        for path, source in sources.items():
            scan.units.pop(path, None)
            kind = self.entries[path].kind if path in self.entries else kind_of(path.rpartition("/")[2], path) or ""
            known = self._document(path) if path in self.entries else None
            document = decode(path, source, kind) if known is None else known.changed(source)
            scan.documents[path] = document
            scan.entries.setdefault(path, Entry(path, str(self.options.cwd / path), kind))
            seen = look(source.lower(), self.strong, path)
            scan.looks.pop(path, None)
            if seen is not None:
                scan.looks[path] = seen
        return scan

    def run(self) -> Result:
        if self.options.stdin is not None and self.looks is None:
            self._take_stdin(self.options.stdin)
        looks = self._gate()
        self.result.files = len(self.entries)
        if looks or self.unreadable:
            self._analyse(looks)
        self.result.skipped = sorted(set(self.result.skipped), key=lambda skipped: (skipped.path, skipped.reason))
        for known in self.options.known:
            if known.records:
                from jwtscan.engine.stale import stale

                self.result.stale[known.source] = stale(self, known.records)
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
        try:
            self.documents[path] = decode(path, raw, kind)
        except UnreadableError as error:
            self._pass_over(path, str(error), fault=False)
            return
        self.entries[path] = Entry(path, path, kind)

    def _gate(self) -> dict[str, Look]:
        """What the gate saw of the files that can matter: candidates, and those that speak to jwtscan."""
        if self.looks is None:
            self.looks = self._sweep() if self.options.stdin is None else self._look_at_given()
        looks = dict(self.looks)
        spoken = self._root_speaks()
        for path, words in list(neighbourhood(self.entries, looks, spoken=spoken)):
            document = self._document(path)
            if document is not None and has(document.source.lower(), words):
                looks[path] = Look(frozenset(), weak=True, evidence=False)
        wanted = set(candidates(self.entries, looks, spoken, self.with_zoom))
        return {path: seen for path, seen in looks.items() if path in wanted or OWN_WORD in seen.strong}

    def _look_at_given(self) -> dict[str, Look]:
        from jwtscan.files.gate import look

        seen = {path: look(document.source.lower(), self.strong, path) for path, document in self.documents.items()}
        return {path: found for path, found in seen.items() if found is not None}

    def _sweep(self) -> dict[str, Look]:
        """What the gate saw of the files that the options speak of."""
        options, done = self.options, 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            self.progress("reading", done, len(self.entries))

        seen = options.source.sweep(options, self.strong, self._meet, advance)
        for path in options.nearer.leaves_out(self.entries) if options.nearer is not None else ():
            del self.entries[path]
        for path, reason, fault in seen.unread:
            if path in self.entries:
                self._pass_over(path, reason, fault=fault)
        return {path: look for path, look in seen.looks.items() if path in self.entries}

    def _meet(self, found: Entry | Skipped) -> None:
        if isinstance(found, Entry):
            self.entries[found.path] = found
        else:
            self.result.skipped.append(found)

    def _pass_over(self, path: str, reason: str, *, fault: bool) -> None:
        self.result.skipped.append(Skipped(path, reason))
        if fault:
            self.unreadable[path] = reason
            self.result.errors += 1

    def _root_speaks(self) -> bool:
        """Whether the name of the scanned folder speaks of Zoom: often it is the project's own."""
        if "zoom" not in self.root_name.lower():
            return False
        from jwtscan.meaning.zoom import says_zoom

        return says_zoom(self.root_name) or self.root_name.lower() == "zoom"

    @property
    def root_name(self) -> str:
        first = self.options.cwd / (self.options.paths[0] if self.options.paths else ".")
        folder = first if self.options.source.is_folder(first) else first.parent
        return os.path.basename(os.path.abspath(folder))  # noqa: PTH100, PTH119 - resolve() would follow links

    def _document(self, path: str) -> Document | None:
        """The document of a file that was read before: what went wrong then is not said again."""
        if path in self.documents:
            return self.documents[path]
        entry = self.entries.get(path)
        try:
            return self.options.source.read(entry, self.options.max_file_size) if entry is not None else None
        except UnreadableError as error:
            if path not in self.unreadable:
                self.result.skipped.append(Skipped(path, str(error)))
            return None

    def _text(self, path: str) -> bytes | None:
        document = self._document(path)
        return None if document is None else document.source

    def _read_unit(self, path: str) -> Unit | None:
        from jwtscan.files.generated import minified_or_generated
        from jwtscan.syntax.reading import LOCKS, read_unit

        if path in self.units:
            return self.units[path]
        document = self._document(path)
        if document is None:
            return None
        kind = self.entries[path].kind
        reason = minified_or_generated(document, kind)
        if reason is None and len(document.source) > MAX_PARSED_SIZE and kind not in LOCKS:
            reason = f"larger than {MAX_PARSED_SIZE >> 20} MB, not parsed"
        if reason is not None:
            self.result.skipped.append(Skipped(path, reason))
            return None
        unit = read_unit(document, kind)
        self.result.skipped += [Skipped(path, note) for note in unit.notes]
        return unit

    # -- rules -----------------------------------------------------------------------------------------------------

    def _analyse(self, looks: dict[str, Look]) -> None:
        from jwtscan.meaning.effort import EXCEEDED
        from jwtscan.meaning.project import Project
        from jwtscan.syntax.ledger import Ledger

        given = self.given_rules() if callable(self.given_rules) else self.given_rules
        self.project = project = Project(self.entries, self._read_unit, self.root_name, self._text)
        # A pasted token says all by itself: what its file does need not be understood.
        tokens = {path for path, seen in looks.items() if seen.strong and seen.strong <= set(BUILTIN_WORDS)}
        project.look_at(path for path, seen in looks.items() if seen.weak and path not in tokens)
        tokens = {path for path in tokens if project.load(path) is not None}
        self.result.parsed = len(project.candidates()) + len(tokens)
        paths = {unit.path for unit in project.candidates()} | set(project.uses.credentials.by_path) | tokens
        nearer = self.options.nearer
        rules = nearer.rules(map(self._file_of, [*paths, *looks, *self.unreadable]), given) if nearer else given
        ran = frozenset(rule.id for rule in rules)
        ledger = Ledger(self.options.known_rules or ran, ran, reasons=self.options.require_ignore_reason)
        rows = list(without_doubles(self._run_rules(project, rules, paths)))
        judged = [(row, ledger.silences(row[0].id, row[1], row[2].span)) for row in rows]
        judged += [(row, None) for row in self._run_own_rules(project, rules, looks, ledger)]
        self._settle(project, judged, Judge(self._wanted(given), nearer, self._file_of))
        self.result.skipped += [Skipped(path, EXCEEDED) for path in sorted(project.effort.exceeded)]

    def _wanted(self, rules: Sequence[Rule]) -> Wanted:
        """What the run itself wants reported."""
        options = self.options
        return Wanted(
            options.min_severity,
            options.min_confidence,
            options.severities,
            options.file_ignores,
            frozenset(rule.id for rule in rules),
        )

    def _file_of(self, path: str) -> str:
        """A file's absolute path, without links but for its own."""
        file = self.entries[path].file
        if os.path.isabs(file):  # noqa: PTH117 - a string
            return file
        # A text on stdin, which has nothing but a name.
        return os.path.join(os.path.realpath(self.options.cwd), file)  # noqa: PTH118 - a string

    def _run_rules(self, project: Project, rules: Sequence[Rule], paths: set[str]) -> Iterator[Row]:
        rules = [rule for rule in rules if "tool" not in rule.tags]
        for done, path in enumerate(sorted(paths)):
            self.progress("parsing", done, len(paths))
            unit = project.units[path]
            lowered = unit.document.source.lower()
            for rule in rules:
                if any(word.encode() in lowered for word in rule.keywords):
                    matches: list[Match] = []
                    with project.effort.on(unit):
                        matches.extend(rule.find(unit, project))
                    yield from ((rule, unit, match) for match in matches)

    @property
    def is_whole(self) -> bool:
        """Whether folders are scanned, rather than some files of one."""
        options = self.options
        folders = (options.source.is_folder(options.cwd / path) for path in options.paths)
        return options.stdin is None and any(folders)

    @property
    def is_spoken_to(self) -> bool:
        """Whether some file speaks to jwtscan."""
        return any(OWN_WORD in seen.strong for seen in (self.looks or {}).values())

    def _run_own_rules(
        self, project: Project, rules: Sequence[Rule], looks: dict[str, Look], ledger: Ledger
    ) -> Iterator[Row]:
        """The tool's own rules, about ignore comments and files that cannot be read: they need all others' results."""
        from jwtscan.syntax.unit import Unit

        rules = [rule for rule in rules if "tool" in rule.tags]
        speaking = [path for path, seen in looks.items() if OWN_WORD in seen.strong]
        units = {unit.path: unit for path in sorted(speaking) if (unit := project.load(path)) is not None}
        for path, reason in sorted(self.unreadable.items()):
            units[path] = Unit(Document(path, b"", b""), self.entries[path].kind, notes=[reason])
        project.ledger = ledger
        if not self.is_whole or self.unreadable or project.effort.exceeded:
            # What silences nothing here may do so where everything is seen.
            if not self.is_whole:
                self.unsure = frozenset(unit.path for unit in units.values() if ledger.unused(unit))
            ledger.ran = frozenset()
        for unit in units.values():
            for rule in rules:
                for match in rule.find(unit, project):
                    yield rule, unit, match

    def _settle(self, project: Project, judged: Sequence[tuple[Row, Ignore | None]], judge: Judge) -> None:
        """Turns matches into findings: takes what is wanted, gives identities, leaves out what is known.

        What comments silence has its identity among the others: a new comment changes nobody else's.
        """
        from jwtscan.files.places import named_from

        kept: list[tuple[Finding, bytes]] = []
        others: list[tuple[Finding, bytes]] = []
        ignores: dict[tuple[str, str, Span], Ignore] = {}
        secrets: set[str] = set()
        for row, ignore in judged:
            rule, unit, match = row
            secrets.update(match.secrets)
            severity = judge.severity(row)
            if severity is not None:
                kept.append((finding_of(row, severity), unit.document.source[match.span.start : match.span.end]))
                if ignore is not None:
                    ignores[rule.id, unit.path, match.span] = ignore
            elif self.options.known and ignore is None:
                found_there = unit.document.source[match.span.start : match.span.end]
                others.append((finding_of(row, rule.severity), found_there))
        named = self.named or named_from(self.options.cwd)
        found = with_fingerprints(distinct(kept), named)
        for one in found:
            ignore = ignores.get((one.rule, one.path, one.span))
            if ignore is not None:
                at = project.units[one.path].document.lines.position(ignore.span.start)
                self.result.silenced.append(Silenced(one, ignore.reason, at, ignore.until))
        if others:
            everything = {one.fingerprint for one in with_fingerprints(distinct([*kept, *others]), named)}
            self.result.unwanted = frozenset(everything - {one.finding.fingerprint for one in self.result.silenced})
        loud = [one for one in found if (one.rule, one.path, one.span) not in ignores]
        self.result.findings, self.result.known = without_known(loud, self.options.known)
        self.result.secrets = frozenset(secrets)
        for finding in found:
            for path in {finding.path, *(step.path for step in finding.trail)}:
                if path in project.units:
                    self.result.documents[path] = project.units[path].document
