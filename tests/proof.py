"""Runs the programs of a fixture before and after a fix, with the stand-in Zoom as all the network they have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from standin import Ran, Served, Zoom, run, serve
from standin.serving import Authority

import jwtscan
from jwtscan.cases import Case, prepare
from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.finding import Applicability
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

FIXTURES = Path(jwtscan.__file__).parent.parent / "fixtures"

OLD = {"ZOOM_API_KEY": "FAKEapiKeyFAKEapiKey00", "ZOOM_API_SECRET": "FAKEapiSecretFAKEapiSecretFAKEapiSec"}
"""What the programs were run with before."""

# Shorter than any helper's margin: a token like that must not be used again.
SHORT = 30


@dataclass(frozen=True, slots=True)
class Program:
    """A program of a fixture folder (``jwt-mint/run-requests``) and what it does when it works.

    ``says`` is in its output, ``calls`` is how often it calls the API, with ``tokens`` that it fetches. ``starts`` says
    that the old program gets as far as a call, ``renews`` that the new one asks for another token when the first has
    run out. ``build`` is a command that has to succeed before each run. ``old`` are the old program's credentials.
    ``file`` is where the program has its credentials from, if not from the environment: the new ones are filled in by
    name.
    """

    case: str
    argv: tuple[str, ...]
    says: str
    calls: int
    least: Applicability = Applicability.SAFE
    starts: bool = True
    renews: bool = True
    tokens: int = 1
    build: tuple[str, ...] = ()
    old: Mapping[str, str] = field(default_factory=lambda: OLD)
    file: str | None = None


@cache
def _rules() -> list[Rule]:
    return load_rules(allow_python=False)


def lay(case: str, folder: Path) -> None:
    """The fixture's files as they are before the fix, without their marks."""
    group, _, name = case.partition("/")
    folder.mkdir()
    prepare(Case(group, FIXTURES / group / f"{name}.in"), folder)


def migrate(folder: Path, least: Applicability) -> None:
    """Fixes a folder in place."""
    for change in fix(Options(jobs=1, paths=(".",), cwd=folder), _rules(), least=least).changes:
        target = folder / change.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(change.after.raw)


def prove(program: Program, place: Path, authority: Authority, node_modules: Path | None = None) -> None:
    """Asserts that the program is refused before the fix, and works after it, with few tokens."""
    folder = place / "before"
    lay(program.case, folder)
    with serve(Zoom(), authority) as served:
        _run(program, folder, served, program.old, node_modules)
        codes = {exchange.answer.code for exchange in served.zoom.calls}
    assert codes == ({124} if program.starts else set()), "the old program was not refused everywhere"

    folder = place / "after"
    lay(program.case, folder)
    migrate(folder, program.least)
    with serve(Zoom(), authority) as served:
        _works(program, _run(program, folder, served, _given(program, folder, served.zoom), node_modules), served)
        assert len(served.zoom.token_requests) == program.tokens, "one token will do for all calls"
    if program.renews:
        with serve(Zoom(expires_in=SHORT), authority) as served:
            _works(program, _run(program, folder, served, _given(program, folder, served.zoom), node_modules), served)
            assert len(served.zoom.token_requests) > 1, "a token that is about to run out was used again"


def _given(program: Program, folder: Path, zoom: Zoom) -> dict[str, str]:
    """The environment with the new credentials, but for those that the program's file has a place for."""
    file = folder / program.file if program.file is not None else None
    new = credentials(zoom).items()
    env = {name: value for name, value in new if file is None or not _fill(file, name, value)}
    assert program.file is None or len(env) <= 1, f"{program.file} has no place for {sorted(env)}"
    return env


def credentials(zoom: Zoom) -> dict[str, str]:
    """What a program has to know of the app, by the names that Zoom's samples use."""
    return {
        "ZOOM_ACCOUNT_ID": zoom.account_id,
        "ZOOM_CLIENT_ID": zoom.client_id,
        "ZOOM_CLIENT_SECRET": zoom.client_secret,
    }


def _fill(file: Path, name: str, value: str) -> bool:
    """Puts a value into a file of variables, or of JSON, whose keys go without Zoom's name."""
    key = name.removeprefix("ZOOM_").lower()
    text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", file.read_text(), flags=re.MULTILINE)
    text, more = re.subn(rf'"{key}": ".*"', f'"{key}": "{value}"', text)
    assert count + more <= 1, f"{file.name} has {count + more} times {name}"
    file.write_text(text)
    return count + more == 1


def _run(program: Program, folder: Path, served: Served, env: Mapping[str, str], node_modules: Path | None) -> Ran:
    if program.build:
        built = run(program.build, folder, served, {}, node_modules)
        assert built.status == 0, built.out + built.err
    return run(program.argv, folder, served, env, node_modules)


def _works(program: Program, ran: Ran, served: Served) -> None:
    assert ran.status == 0, ran.err
    assert program.says in ran.out, ran.out + ran.err
    assert [exchange for exchange in served.zoom.log if exchange.answer.status >= 400] == []
    assert len(served.zoom.calls) == program.calls
