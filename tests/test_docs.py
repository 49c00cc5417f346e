"""The site's generated pages are what the code says now. ``python docs/scripts/generate.py`` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from check_site import faults
from generate import DOCS, pages
from key_pages import EXAMPLES, NOTES
from running import ROOT, printed

from jwtscan.cases import find_cases
from jwtscan.cli import COMMANDS, commands, run
from jwtscan.config.keys import KEYS
from jwtscan.config.read import read_config

AGAIN = "stale: python docs/scripts/generate.py writes it anew"
NAV = re.compile(r"^\s*- (?:[^\n:]+: )?(?P<page>\S+\.md)$", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
FOREIGN = {"--version", "--help", "--git", "--all-files", "--hook-stage", "--cached", "--filter", "--spec"}
"""Those that stand in no list, what a patch's first line looks like, and those of pre-commit, git and pipx."""


def test_pages_are_what_the_code_says() -> None:
    made = pages()
    stale = [path.relative_to(ROOT).as_posix() for path, text in made.items() if path.read_text("utf-8") != text]
    assert not stale, AGAIN
    # No page of a rule that is no more.
    assert {path for path in made if path.parent == DOCS / "rules"} == set((DOCS / "rules").iterdir())


def test_every_page_is_in_the_navigation() -> None:
    listed = NAV.findall((ROOT / "mkdocs.yml").read_text("utf-8"))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "examples" not in path.parts}
    assert len(listed) == len(set(listed))
    assert set(listed) == there


def test_every_key_of_the_configuration_has_an_example_that_is_taken(tmp_path: Path) -> None:
    names = {key.name for key in KEYS}
    assert EXAMPLES.keys() == names, "docs/scripts/key_pages.py: an example for each key"
    assert NOTES.keys() <= names
    (tmp_path / "team.jwtscan.toml").write_text("")
    (tmp_path / "sub").mkdir()
    for name, example in EXAMPLES.items():
        file = tmp_path / "sub/jwtscan.toml"
        file.write_text(example)
        config = read_config(file)
        assert name == "extend" or name in {**config.settings, **config.tables}


def test_pages_name_no_option_that_is_not_there() -> None:
    known = set(OPTION.findall((DOCS / "commands.md").read_text("utf-8"))) | FOREIGN
    for page in DOCS.rglob("*.md"):
        assert set(OPTION.findall(page.read_text("utf-8"))) <= known, page.name


def test_pages_name_no_command_that_is_not_there() -> None:
    named = re.compile(r"^(?: *\$ | *- run: | *exec )jwtscan ([a-z]+)|`jwtscan ([a-z]+)[ `]", re.MULTILINE)
    for page in (*DOCS.rglob("*.md"), ROOT / "README.md"):
        found = {first or second for first, second in named.findall(page.read_text("utf-8"))}
        assert found <= set(COMMANDS), page.name


def test_an_option_says_the_same_wherever_it_does_the_same() -> None:
    root = click.Context(commands, info_name="jwtscan")
    said: dict[str, set[str]] = {}
    for name in COMMANDS:
        command = commands.get_command(root, name)
        for one in [command, *(command.commands.values() if isinstance(command, click.Group) else ())]:
            assert one is not None
            for option in (param for param in one.params if isinstance(param, click.Option)):
                said.setdefault(option.opts[-1], set()).add(option.help or "")
    # A baseline is left out by a scan, and worked on by its own commands; rules are listed as text or JSON.
    assert {name for name, texts in said.items() if len(texts) > 1} == {"--baseline", "--format"}


def test_own_rules_of_the_docs_find_what_their_cases_want(capfd: pytest.CaptureFixture[str]) -> None:
    example = DOCS / "examples/own-rules"
    cases = find_cases(example / "fixtures")
    assert {case.group for case in cases} == {path.stem for path in (example / "checks").iterdir()}
    assert run(["rules", "test", str(example / "checks")]) == 0
    assert f"{len(cases)} cases, 0 failed" in capfd.readouterr().err


def test_rule_test_of_the_docs_can_fail(tmp_path: Path) -> None:
    (tmp_path / "cases/acme-client").mkdir(parents=True)
    (tmp_path / "cases/acme-client/silent.py").write_text("import acme_zoom\nacme_zoom.Client(api_key=1)\n")
    arguments = ["rules", "test", str(DOCS / "examples/own-rules/checks"), "--fixtures", str(tmp_path / "cases")]
    assert "unwanted silent.py:2: acme-client" in printed(arguments, tmp_path).text


def test_site_loads_nothing_from_elsewhere() -> None:
    site: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    assert site["theme"]["font"] is False
    assert "site_url" not in site
    assert [*site["plugins"], site["strict"], site["extra"]["generator"]] == ["search", True, False]


def test_look_at_a_site_sees_what_pages_load(tmp_path: Path) -> None:
    page = '<link rel="canonical" href="https://x.example"><a href="https://x.example"></a><img src="a.png">'
    (tmp_path / "good.html").write_text(page)
    assert faults(tmp_path) == []
    (tmp_path / "bad.html").write_text(
        '<script src="//cdn.example/x.js"></script><link href="https://x.example/a.css">'
    )
    (tmp_path / "bad.css").write_text("@font-face { src: url('https://fonts.example/a.woff2') }")
    assert len(faults(tmp_path)) == 3


def test_links_of_the_readme_to_the_docs_are_there() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    linked = re.findall(r"\]\((docs/[^)#]+)", text)
    assert len(linked) > 5
    assert all((ROOT / path).is_file() for path in linked)


def test_architecture_names_what_is_there() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    home = ROOT / "jwtscan"
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)+)/?`", text))
    assert len(named) > 20
    there = {name for name in named if any((home / f"{name}{end}").exists() for end in ("", ".py"))}
    assert named - there == {"docs/examples"}
    parts = {
        path.stem for path in home.iterdir() if path.suffix in ("", ".py") and not path.name.startswith(("_", "."))
    }
    assert parts == {part for part in parts if f"`{part}`" in text or f"`{part}/`" in text}


def test_every_column_of_a_table_has_a_name() -> None:
    heads = re.compile(r"^(?P<cells>\|.*\|)\n\|(?:[ :]*-+[ :]*\|)+$", re.MULTILINE)
    for page in DOCS.rglob("*.md"):
        for head in heads.finditer(page.read_text("utf-8")):
            names = [cell.strip() for cell in head["cells"].strip("|").split("|")]
            assert all(names) or not any(names), f"{page.name}: {head['cells']}"
