"""What becomes of the places that hold the old credentials: decided once for the whole project, done last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jwtscan.finding import Applicability, Finding
from jwtscan.fixing import Proposal, advice
from jwtscan.fixing.credentials.constants import COMMON, Constants
from jwtscan.fixing.credentials.keys import Keys, is_field
from jwtscan.fixing.credentials.purposes import Old, Purposes, readers_of, users_of, values_of
from jwtscan.fixing.credentials.renames import Renamer, Renaming, hides_secret, spellings_of
from jwtscan.fixing.credentials.runtime import is_browser
from jwtscan.fixing.credentials.tree import HISTORY, Words, defines
from jwtscan.fixing.names import Names, Purpose, new_name, new_names
from jwtscan.fixing.settings import by_path
from jwtscan.meaning.sources import SETTINGS_KINDS, Source
from jwtscan.meaning.uses import Use

if TYPE_CHECKING:
    from jwtscan.fixing.plan import Plan
    from jwtscan.meaning.project import Project

_REVOKE = "Revoke the credentials that stood in the code: deactivate the JWT app, and delete it when nothing misses it."
_BY_HAND = "Put the Meeting SDK's key where the API key stood in {path}: pages have no environment to read it from."
_IN_BROWSER = "make the signature on a server, where {name} is set: a secret must not reach the browser"


class Decision:
    """For each old name and literal: what it is used for (SDK, REST, both), and what it becomes.

    Made from the project as it was before any fix: afterwards nothing leads to the credentials any longer.
    """

    def __init__(self, project: Project, names: Names) -> None:
        self.names = names
        self._purposes = Purposes(project)
        self._words = Words(self._all_words(project))

    def proposals(
        self, findings: Sequence[Finding], plan: Plan, going: Collection[int] = ()
    ) -> Iterator[tuple[Finding, Proposal]]:
        """What would be done about the first scan's findings whose subject is a ``Source``, or a ``Use`` that read one.

        Edits are in ``plan``'s documents, which earlier passes may have changed. ``going`` are the uses, by identity,
        that a fix would take away: what only they read is said to change, without edits.
        """
        made = _Pass(self._purposes, self._words, plan, findings, frozenset(going))
        for finding in findings:
            for proposal in made.about(finding):
                yield finding, proposal

    def _all_words(self, project: Project) -> set[str]:
        words: set[str] = set()
        for old in self._purposes.names.values():
            for one in (old, *old.companions):
                words |= one.spellings
                if one.home is None:
                    words |= spellings_of(min(one.spellings))
        words.update(self._purposes.constants)
        for found in project.uses.credentials.by_path.values():
            words.update(source.name.removeprefix("env:").rpartition(".")[2] for source in found)
        return words - COMMON - {""}


class _Pass:
    """One pass: each name and each file of constants is looked at once, however many findings it has."""

    def __init__(
        self, purposes: Purposes, words: Words, plan: Plan, findings: Sequence[Finding], going: frozenset[int]
    ) -> None:
        self.purposes = purposes
        self.going = going
        self.words = words
        self.plan = plan
        self.constants = Constants(plan, purposes, words)
        self.renamer = Renamer(plan, purposes, words, self.constants)
        self.keys = Keys(plan, purposes, words, self.renamer)
        self._by_name: dict[int, Proposal | None] = {}
        self.homes = purposes.homes
        sources = [finding.subject for finding in findings if isinstance(finding.subject, Source)]
        self._known = {id(purposes.of(source)) for source in sources if source.kind == "config"}
        self._told = {
            (finding.path, finding.subject.text)
            for finding in findings
            if isinstance(finding.subject, Source) and finding.subject.text
        }

    def about(self, finding: Finding) -> Iterator[Proposal]:
        if isinstance(finding.subject, Source):
            proposal = self._about(finding, finding.subject)
            if proposal is not None:
                yield proposal
        elif isinstance(finding.subject, Use):
            yield from self._read_by(finding.subject)

    def _read_by(self, use: Use) -> Iterator[Proposal]:
        """Variables that no file of the project sets: only the code that read them says that they are there."""
        for old in {id(old): old for _, value in values_of(use) for old in self.purposes.behind(value)}.values():
            # A parameter by such a name is nobody's to set: it stays as its callers know it.
            named = bool(old.variables) or self._is_constant(old)
            if named and id(old) not in self._known and not any(readers_of(self.plan.project, old, self.homes)):
                proposal = self._of_name(old)
                if proposal is not None:
                    yield proposal

    def _is_constant(self, old: Old) -> bool:
        """Whether a module or a class of the project gives the name a value."""
        units = self.words.units(self.plan.project, old.spellings)
        return any(defines(unit, name) for unit in units for name in old.spellings)

    def _of_name(self, old: Old) -> Proposal | None:
        if id(old) not in self._by_name:
            self._by_name[id(old)] = self._name(old)
        return self._by_name[id(old)]

    def _about(self, finding: Finding, source: Source) -> Proposal | None:
        if HISTORY.search(finding.path):
            because = f"{finding.path} says how a database came to be, and is not changed afterwards"
            return advice("leave the migration as it is", because)
        if source.kind == "literal":
            return self._literal(finding, source)
        old = self.purposes.of(source)
        if old is None:
            return None
        proposal = self._of_name(old)
        if old.home is None or source.unit.kind in SETTINGS_KINDS:
            return proposal
        found = self._constant(finding, source, old)
        if found is None and is_field(source) and not old.variables:
            found = self.keys.of_field(old, source, self._title(old))
        # Else what is done about the variable that it reads.
        return found or proposal

    # -- names ---------------------------------------------------------------------------------------------------------

    def _name(self, old: Old) -> Proposal | None:
        title = self._title(old)
        waiting = self._waiting(readers_of(self.plan.project, old, self.homes), title, sure=old.sure)
        if waiting is not None:
            return waiting
        if old.home is not None and not old.variables:
            return self.keys.of_settings(old, title)
        made = self.renamer.rename(old)
        if made.refusal is not None:
            return advice(title, made.refusal)
        return self._proposal(title, old, made)

    def _waiting(self, readers: Iterable[Use], title: str, *, sure: bool) -> Proposal | None:
        """What is said while uses read a credential: which one is left, or that it changes when they have."""
        readers = list(readers)
        left = next((use for use in readers if id(use) not in self.going), None)
        if left is not None:
            return advice(title, f"still read by {_place(left)}")
        return Proposal(Applicability.SAFE if sure else Applicability.UNSAFE, title) if readers else None

    def _proposal(self, title: str, old: Old, made: Renaming) -> Proposal | None:
        if not made.edits:
            return None
        todo = [_IN_BROWSER.format(name=self.plan.names.sdk_secret)] if hides_secret(old) else []
        because = self._doubt(old, made, hidden=bool(todo))
        return Proposal(
            Applicability.SAFE if because is None else Applicability.UNSAFE,
            title,
            by_path(made.edits),
            because=because,
            left_to_do=(*todo, *self._steps(old)),
            drops_comments=made.in_comments,
        )

    def _doubt(self, old: Old, made: Renaming, *, hidden: bool) -> str | None:
        """What a rename assumes, None where nothing."""
        name = min(old.spellings)
        if not old.sure:
            return f"no use says what {name} is for: it is taken for {_used(old)}"
        if made.elsewhere is not None:
            return f"{made.elsewhere} reads {name} as well"
        if made.contract is not None:
            return f"{made.contract} may send or receive a field by that name"
        if hidden and any(self._is_browser(path) for path in old.paths):
            return f"what runs in the browser no longer gets {min(old.variables)}"
        return None

    def _is_browser(self, path: str) -> bool:
        unit = self.plan.project.load(path)
        return unit is not None and is_browser(self.plan, unit)

    def _title(self, old: Old) -> str:
        name = min(old.variables or old.spellings)
        variable = name in old.variables
        new = new_names(name, old.part, old.purpose, self.plan.names, variable=variable)
        return f"{name} becomes {' and '.join(new)}" if new else f"take out {name}"

    def _steps(self, old: Old) -> Iterator[str]:
        names = self.plan.names
        if Purpose.REST in old.purpose:
            yield (
                f"Set {names.account_id}, {names.client_id} and {names.client_secret} to the credentials of a "
                "Server-to-Server OAuth app."
            )
        if Purpose.SDK in old.purpose:
            key, secret = (
                new_name(min(old.variables or {"ZOOM_API_KEY"}), part, Purpose.SDK, names, variable=True)
                for part in ("key", "secret")
            )
            yield f"Set {key} and {secret} to the client id and secret of a General app with the Meeting SDK."

    # -- constants -----------------------------------------------------------------------------------------------------

    def _literal(self, finding: Finding, source: Source) -> Proposal | None:
        title = "read the credential from the environment"
        unit = self.plan.project.load(finding.path)
        texts = {
            text for text in self.purposes.constants if text == source.text or (finding.path, text) not in self._told
        }
        if unit is None or unit.module is None or not source.text or source.text.encode() not in unit.document.source:
            return None
        for text in sorted(texts):
            waiting = self._waiting(users_of(self.plan.project, text, finding.path), title, sure=True)
            if waiting is not None:
                return waiting
        change = self.constants.of_text(unit, texts)
        if not change.edits:
            return None
        because = "the secret is taken out of the browser's code, which has to get a signature from a server"
        return Proposal(
            Applicability.UNSAFE if change.emptied else Applicability.SAFE,
            "take out the credential that nothing reads" if change.removed else title,
            by_path([(finding.path, edit) for edit in change.edits]),
            intents=frozenset(change.intents),
            because=because if change.emptied else None,
            left_to_do=(_REVOKE, _BY_HAND.format(path=finding.path)) if change.by_hand else (_REVOKE,),
        )

    def _constant(self, finding: Finding, source: Source, old: Old) -> Proposal | None:
        """A constant without a value of its own, by a name that other things have too."""
        if any(readers_of(self.plan.project, old, self.homes)):
            return None
        unit = self.plan.project.load(finding.path)
        if unit is None or unit.module is None:
            return None
        span = self.keys.definition(unit, source)
        edit = self.constants.unread(unit, span) if span is not None else None
        if edit is None:
            return None
        title = f"take out {source.name.rpartition('.')[2]}, which nothing reads"
        return Proposal(Applicability.SAFE, title, ((finding.path, edit),), left_to_do=tuple(self._steps(old)))


def _place(use: Use) -> str:
    return f"{use.kind} at {use.unit.path}:{use.unit.document.lines.line_of(use.span.start)}"


def _used(old: Old) -> str:
    if old.purpose == Purpose.SDK | Purpose.REST:
        return "the Meeting SDK and the REST API"
    return "the Meeting SDK" if Purpose.SDK in old.purpose else "the REST API"
