"""What specifiers allow: tables of npm, PEP 440, Poetry and conda forms."""

from __future__ import annotations

import time

import pytest

from jwtscan.syntax.unit import Requirement
from jwtscan.syntax.versions import Release, allowed, npm_range, pypi_range, release_of
from jwtscan.text import Span

NPM: list[tuple[str, Release, Release | None]] = [
    ("1.9.6", (1, 9, 6), (1, 9, 7)),
    ("v1.9.6", (1, 9, 6), (1, 9, 7)),
    ("=1.9.6", (1, 9, 6), (1, 9, 7)),
    ("^1.9.1", (1, 9, 1), (2, 0, 0)),
    ("^0.2.3", (0, 2, 3), (0, 3, 0)),
    ("^0.0.3", (0, 0, 3), (0, 0, 4)),
    ("^0.0", (0, 0, 0), (0, 1, 0)),
    ("^0", (0, 0, 0), (1, 0, 0)),
    ("^2", (2, 0, 0), (3, 0, 0)),
    ("^1.x", (1, 0, 0), (2, 0, 0)),
    ("~1.9.1", (1, 9, 1), (1, 10, 0)),
    ("~1.9", (1, 9, 0), (1, 10, 0)),
    ("~1", (1, 0, 0), (2, 0, 0)),
    ("~>1.2.3", (1, 2, 3), (1, 3, 0)),
    ("1.9", (1, 9, 0), (1, 10, 0)),
    ("1.9.x", (1, 9, 0), (1, 10, 0)),
    ("1.X", (1, 0, 0), (2, 0, 0)),
    ("2", (2, 0, 0), (3, 0, 0)),
    ("2.*", (2, 0, 0), (3, 0, 0)),
    (">=2.3.0", (2, 3, 0), None),
    (">= 2.3.0", (2, 3, 0), None),
    (">2.3.0", (2, 3, 1), None),
    (">2.3", (2, 4, 0), None),
    ("<2.7.0", (0, 0, 0), (2, 7, 0)),
    ("<=2.7.0", (0, 0, 0), (2, 7, 1)),
    ("<=2.7", (0, 0, 0), (2, 8, 0)),
    (">=1.9.1 <2.7", (1, 9, 1), (2, 7, 0)),
    (">= 1.9.1, < 2.7", (1, 9, 1), (2, 7, 0)),
    ("1.2.3 - 2.3.4", (1, 2, 3), (2, 3, 5)),
    ("1.2 - 2.3", (1, 2, 0), (2, 4, 0)),
    ("^1.9.1 || ^2.3.0", (1, 9, 1), (3, 0, 0)),
    ("^1.9.1||>=3", (1, 9, 1), None),
    ("^2.7.0-beta.1", (2, 7, 0), (3, 0, 0)),
    ("3.1.0+build.7", (3, 1, 0), (3, 1, 1)),
]

PYPI: list[tuple[str, Release, Release | None]] = [
    ("==1.1.3", (1, 1, 3), (1, 1, 4)),
    ("===1.1.3", (1, 1, 3), (1, 1, 4)),
    (" == 1.1.3 ", (1, 1, 3), (1, 1, 4)),
    ("(==1.1.3)", (1, 1, 3), (1, 1, 4)),
    ("==1.1", (1, 1, 0), (1, 1, 1)),
    ("==1.1.*", (1, 1, 0), (1, 2, 0)),
    ("==1.1.3.*", (1, 1, 3), (1, 1, 4)),
    ("==1.1.3.post1", (1, 1, 3), (1, 1, 4)),
    ("~=1.1.3", (1, 1, 3), (1, 2, 0)),
    ("~=1.1", (1, 1, 0), (2, 0, 0)),
    ("~=1.1.3.1", (1, 1, 3), (1, 1, 4)),
    (">=1.1.5", (1, 1, 5), None),
    (">1.1", (1, 1, 1), None),
    (">=1.1,<1.2", (1, 1, 0), (1, 2, 0)),
    (">=1.1, <2, !=1.1.4", (1, 1, 0), (2, 0, 0)),
    ("<1.2.0rc1", (0, 0, 0), (1, 2, 0)),
    ("<=1.1.6", (0, 0, 0), (1, 1, 7)),
    ("= 1.1.3", (1, 1, 3), (1, 1, 4)),
    ("=1.1", (1, 1, 0), (1, 2, 0)),
    ("^1.1.3", (1, 1, 3), (2, 0, 0)),
    ("~1.1", (1, 1, 0), (1, 2, 0)),
    ("1.1.3", (1, 1, 3), (1, 1, 4)),
    ("1.*", (1, 0, 0), (2, 0, 0)),
    ("^0.1 || ^1.0", (0, 1, 0), (2, 0, 0)),
    ("==2023.01.05", (2023, 1, 5), (2023, 1, 6)),
    ("!=0", (0, 0, 1), None),
]

UNKNOWN = [
    "",
    "*",
    "x",
    "latest",
    "next",
    "workspace:*",
    "workspace:^1.2.3",
    "catalog:",
    "file:../websdk",
    "git+https://example.org/acme/websdk.git#1.9.1",
    "https://example.org/websdk-1.9.1.tgz",
    "acme/websdk",
    "acme/websdk#semver:^1.9",
    "1.2.3 || latest",
    ">=3 <2",
    "<0.0.0",
    ">=*",
    "^",
    "9" * 40,
    "1!2.0",
    "1.2.3 ||",
]


@pytest.mark.parametrize(("specifier", "lowest", "bound"), NPM)
def test_npm_range_has_its_ends(specifier: str, lowest: Release, bound: Release | None) -> None:
    found = npm_range(specifier)
    assert found is not None
    assert (found.lowest, found.bound) == (lowest, bound)
    assert lowest in found
    assert bound is None or bound not in found


@pytest.mark.parametrize(("specifier", "lowest", "bound"), PYPI)
def test_pypi_range_has_its_ends(specifier: str, lowest: Release, bound: Release | None) -> None:
    found = pypi_range(specifier)
    assert found is not None
    assert (found.lowest, found.bound) == (lowest, bound)
    assert lowest in found
    assert bound is None or bound not in found


@pytest.mark.parametrize("specifier", UNKNOWN)
def test_what_cannot_be_told_is_none(specifier: str) -> None:
    assert npm_range(specifier) is None
    assert pypi_range(specifier) is None


def test_the_gap_between_two_alternatives_is_not_allowed() -> None:
    found = npm_range("^1.9.1 || ^3.1.0")
    assert found is not None
    assert (1, 9, 9) in found
    assert (2, 18, 3) not in found
    assert (3, 5, 0) in found


def test_an_excluded_release_is_not_allowed() -> None:
    found = pypi_range(">=1.1,!=1.1.4,!=1.3.*")
    assert found is not None
    assert [release in found for release in [(1, 1, 3), (1, 1, 4), (1, 1, 5), (1, 3, 9), (1, 4, 0)]] == [
        True,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("specifier", "release", "below"),
    [
        ("^1.9.1", (2, 7, 0), True),
        ("^2.3.0", (2, 7, 0), False),
        ("2.6.0", (2, 7, 0), True),
        ("2.7.0", (2, 7, 0), False),
        ("<2.7.0", (2, 7, 0), True),
        (">=1.9", (2, 7, 0), False),
    ],
)
def test_below_means_that_nothing_newer_is_allowed(specifier: str, release: Release, below: bool) -> None:
    found = npm_range(specifier)
    assert found is not None
    assert found.below(release) is below


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("2.18.3", (2, 18, 3)),
        ("v2.3.0-beta.1", (2, 3, 0)),
        ("1.2", (1, 2, 0)),
        ("1.1.3.1", (1, 1, 3)),
        ("1.2.0rc1", (1, 2, 0)),
        ("1.x", None),
        ("latest", None),
        ("", None),
    ],
)
def test_release_of_an_exact_version(version: str, release: Release | None) -> None:
    assert release_of(version) == release


def test_an_exact_version_wins_over_the_specifier() -> None:
    found = allowed(Requirement("npm", "@zoomus/websdk", "^2.3.0", "2.18.3", Span(0, 1), Span(0, 1), locked=True))
    assert found is not None
    assert (found.lowest, found.bound) == ((2, 18, 3), (2, 18, 4))


def test_a_bare_partial_version_is_a_range_in_npm_and_exact_in_poetry() -> None:
    npm = allowed(Requirement("npm", "zoomus", "1.1", None, Span(0, 1), Span(0, 1)))
    pypi = allowed(Requirement("pypi", "zoomus", "1.1", None, Span(0, 1), Span(0, 1)))
    assert npm is not None
    assert pypi is not None
    assert (npm.bound, pypi.bound) == ((1, 2, 0), (1, 1, 1))


@pytest.mark.parametrize("specifier", ["1." * 500_000, ">=1 " * 200_000, "!=1," * 200_000, "1 - " * 300_000])
def test_hostile_specifiers_cost_nothing(specifier: str) -> None:
    start = time.process_time()
    assert npm_range(specifier) is None
    assert pypi_range(specifier) is None
    assert time.process_time() - start < 1
