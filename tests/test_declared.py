"""Rules written in TOML: what the format takes, what it refuses and how it says so, and what each matcher finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jwtscan.declared import read_rule
from jwtscan.files import Document
from jwtscan.files.kinds import kind_of
from jwtscan.finding import Confidence, Severity
from jwtscan.meaning.project import Project
from jwtscan.rule import Rule, RuleError
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Held

HEAD = """\
tags = ["rest"]
severity = "warning"
summary = "something old"
keywords = ["zoom"]
why = "It is old."
bad = "old"
good = "new"
what-to-do = "Renew it."
page = "https://example.org/"
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(matches: str, head: str = HEAD, name: str = "old-thing.toml") -> Path:
        path = tmp_path / name
        path.write_text(head + matches, encoding="utf-8")
        return path

    return to_file


def match(matcher: str, message: str = "found", more: str = "") -> str:
    return f'\n[[match]]\n{matcher}\nmessage = "{message}"\n{more}\n'


def found(rule: Rule, files: dict[str, str], path: str | None = None) -> list[tuple[str, str]]:
    """What ``rule`` finds in one of ``files`` (the first): the text at each place, and the message."""
    units = {}
    for name, text in files.items():
        document = Document(name, text.encode(), text.encode())
        kind = kind_of(name.rpartition("/")[2], name)
        assert kind is not None
        units[name] = read_unit(document, kind)
    project = Project(units, units.get)
    for name in units:
        project.load(name)
    unit = units[path or next(iter(units))]
    source = unit.document.source
    return [(source[m.span.start : m.span.end].decode(), m.message) for m in rule.find(unit, project)]


def refusal(path: Path) -> str:
    with pytest.raises(RuleError) as raised:
        read_rule(path)
    text = str(raised.value)
    assert text.startswith(str(path))
    return text.removeprefix(str(path)).removeprefix(": ")


TEXT = match('text = {regex = "old"}')


def test_metadata_comes_into_the_rule(write: Write) -> None:
    rule = read_rule(write(match('text = {regex = "old"}', more='confidence = "high"\nevidence = ["one"]'), HEAD))
    assert (rule.id, rule.tags, rule.severity, rule.what_to_do) == (
        "old-thing",
        ("rest",),
        Severity.WARNING,
        "Renew it.",
    )
    assert (rule.language, rule.safety) == ("text", "")
    unit = read_unit(Document("a.py", b"x = 'old'", b"x = 'old'"), "python")
    (one,) = rule.find(unit, Project([], lambda _: None))
    assert (one.confidence, one.evidence, one.severity) == (Confidence.HIGH, ("one",), None)


def test_named_recipe_is_given_what_was_found_with_its_unit(write: Write) -> None:
    rule = read_rule(
        write(match('requirement = {ecosystem = "pypi", name = "old", any = true}'), HEAD + 'fix = "sdk_key"\n')
    )
    unit = read_unit(Document("requirements.txt", b"old==1\n", b"old==1\n"), "requirements")
    (one,) = rule.find(unit, Project([], lambda _: None))
    assert rule.fix is not None
    assert isinstance(one.subject, Held)
    assert (one.subject.unit, one.subject.item) == (unit, unit.requirements[0])


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (HEAD.replace("summary", "sumary"), "'summary' is missing; did you mean 'sumary'?"),
        (HEAD + 'colour = "red"\n', "unknown key 'colour'"),
        (HEAD + 'langage = "js"\n', "unknown key 'langage'; did you mean 'language'?"),
        (HEAD.replace('"warning"', '"waning"'), "'severity' is 'waning', which is not one of note, warning, error"),
        (HEAD.replace('"warning"', "3"), "'severity' has to be a text, not a whole number"),
        (HEAD.replace('["rest"]', '["resst"]'), "'tags' has 'resst', which is not one of sdk"),
        (HEAD.replace('["rest"]', "[]"), "'tags' has to be a text or a list of texts, not an empty list"),
        (HEAD.replace('["zoom"]', '["Zoom"]'), "the keyword 'Zoom' has to be in lower case"),
        (HEAD.replace('"It is old."', '""'), "'why' is empty"),
        (HEAD + 'fix = "sdk-key"\n', "'fix' is 'sdk-key', which is not one of the recipes; did you mean 'sdk_key'?"),
        (HEAD.replace('"old"', "old"), "not valid TOML"),
    ],
)
def test_bad_head_is_refused_by_name(write: Write, head: str, reason: str) -> None:
    assert refusal(write(TEXT, head)).startswith(reason)


@pytest.mark.parametrize(
    ("matches", "reason"),
    [
        ("", "'match' is missing"),
        ("match = []", "'match' has to be a list of tables"),
        (match('texts = {regex = "a"}'), "match 1: needs exactly one of requirement, link, setting, call, text"),
        (match('text = {regex = "a"}\ncall = {name = "b"}'), "match 1: needs exactly one of"),
        (TEXT + match('text = {regexp = "a"}'), "match 2: text: 'regex' is missing; did you mean 'regexp'?"),
        (match('text = {regex = "("}'), "match 1: text: 'regex' is no regular expression"),
        (match('text = {regex = "a", in = ["cod"]}'), "match 1: text: 'in' has 'cod', which is not one of code"),
        (match('text = {regex = "a"}', "{name}"), "match 1: the message may only hold {match}, not {name}"),
        (match('text = {regex = "a"}', "{match.x}"), "match 1: the message may only hold {match}, not {match.x}"),
        (match('text = {regex = "a"}', "{match"), "match 1: the message is not well formed"),
        (match('text = {regex = "a"}', more='confidence = "sure"'), "match 1: 'confidence' is 'sure'"),
        (match('text = "a"'), "match 1: 'text' has to be a table, not a text"),
        (match("setting = {beside = []}"), "match 1: setting: needs 'key', 'value' or both"),
        (match('setting = {key = "a", beside = [{kee = "b"}]}'), "match 1: setting: beside 1: needs 'key', 'value'"),
        (match('link = {url = "a", below = "2.0"}'), "match 1: link: 'url' needs a group (?P<version>"),
        (match('link = {url = "(?P<version>a)", below = "x"}'), "match 1: link: 'below' is 'x', which is no version"),
        (match('requirement = {ecosystem = "pypi", name = "a"}'), "match 1: requirement: needs exactly one of below"),
        (match('requirement = {ecosystem = "gem", name = "a", any = true}'), "match 1: requirement: 'ecosystem' has"),
        (match('requirement = {ecosystem = "npm", name = "a", any = false}'), "match 1: requirement: 'any' has to be"),
        (match('call = {name = "a", max-positional = -1}'), "match 1: call: 'max-positional' is negative"),
    ],
)
def test_bad_match_is_refused_by_place(write: Write, matches: str, reason: str) -> None:
    if matches.startswith("match"):
        assert refusal(write(HEAD, matches + "\n")).startswith(reason)
    else:
        assert refusal(write(matches)).startswith(reason)


def test_file_name_that_is_no_rule_id(write: Write) -> None:
    assert "lower case with hyphens" in refusal(write(TEXT, name="Old_Thing.toml"))


def test_missing_file(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "absent.toml")


def test_first_table_speaks_where_two_match_one_place(write: Write) -> None:
    rule = read_rule(write(match('text = {regex = "old"}', "first") + match('text = {regex = "old"}', "second")))
    assert [message for _, message in found(rule, {"a.py": "x = 'old'"})] == ["first"]


# -- requirement ---------------------------------------------------------------------------------------------------


@pytest.fixture
def below(write: Write) -> Rule:
    return read_rule(
        write(match('requirement = {ecosystem = "pypi", name = "Zoom_US", below = "1.2.0"}', "{name} {specifier}"))
    )


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("zoom-us==1.1.6", True),
        ("zoom_us<1.2", True),
        ("zoom.us~=1.1.0", True),
        ("zoom-us==1.2.0", False),
        ("zoom-us>=1.0", False),
        ("zoom-us>=1.1,<2", False),
        ("zoom-us", False),
        ("zoomus==1.1.6", False),
    ],
)
def test_requirement_below_a_version(below: Rule, line: str, fires: bool) -> None:
    assert bool(found(below, {"requirements.txt": line + "\n"})) is fires


def test_requirement_of_the_other_ecosystem(below: Rule) -> None:
    assert found(below, {"package.json": '{"dependencies": {"zoom-us": "1.1.0"}}'}) == []


def test_message_of_a_requirement(below: Rule) -> None:
    assert found(below, {"requirements.txt": "zoom_us == 1.1.6\n"})[0][1] == "zoom-us == 1.1.6"


LOCK = """\
[[package]]
name = "zoom-us"
version = "1.1.6"
description = ""
"""


def test_lock_file_is_silent_where_its_manifest_says_the_same(below: Rule) -> None:
    manifest = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nzoom-us = "1.1.6"\n'
    files = {"app/poetry.lock": LOCK, "app/pyproject.toml": manifest}
    assert found(below, files) == []
    assert len(found(below, files, "app/pyproject.toml")) == 1


def test_lock_file_speaks_where_its_manifest_has_no_version(below: Rule) -> None:
    manifest = '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\nzoom-us = "*"\n'
    assert len(found(below, {"app/poetry.lock": LOCK, "app/pyproject.toml": manifest})) == 1


def test_any_version(write: Write) -> None:
    rule = read_rule(write(match('requirement = {ecosystem = "npm", name = ["a", "@b/c"], any = true}')))
    assert len(found(rule, {"package.json": '{"dependencies": {"a": "1.1.0", "@b/c": "*", "d": "1"}}'})) == 2


# -- link ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "fires"), [("1.9.0", True), ("2.7.0", False), ("latest", False)])
def test_link_below_a_version(write: Write, version: str, fires: bool) -> None:
    rule = read_rule(
        write(match(r"link = {url = 'zoom\.us/(?P<version>[^/]+)/', below = '2.7.0'}", "version {version} of {url}"))
    )
    page = f'<script src="https://source.zoom.us/{version}/lib/a.js"></script>'
    url = f"https://source.zoom.us/{version}/lib/a.js"
    assert found(rule, {"a.html": page}) == ([(url, f"version {version} of {url}")] if fires else [])


# -- setting -------------------------------------------------------------------------------------------------------


def test_setting_by_key_and_value(write: Write) -> None:
    rule = read_rule(write(match(r"setting = {key = '^a\.type$', value = '^jwt$'}", "{key}")))
    assert found(rule, {"a.json": '{"a": {"type": "jwt"}, "b": {"type": "jwt"}}'})[0][1] == "a.type"
    assert found(rule, {"a.json": '{"a": {"type": "oauth"}}'}) == []


def test_setting_needs_its_company_in_the_same_object(write: Write) -> None:
    rule = read_rule(
        write(match("setting = {key = 'type$', value = 'jwt', beside = [{key = '^for$', value = 'zoom'}]}"))
    )
    two = '[{"type": "jwt", "for": "slack"}, {"type": "jwt", "for": "zoom"}]'
    assert len(found(rule, {"a.json": two})) == 1
    assert found(rule, {"a.json": '[{"type": "jwt"}, {"for": "zoom"}]'}) == []


def test_setting_with_company_anywhere_in_the_file(write: Write) -> None:
    rule = read_rule(write(match("setting = {key = 'type$', beside = [{value = 'zoom', anywhere = true}]}")))
    assert len(found(rule, {"a.json": '[{"type": "jwt"}, {"for": "zoom"}]'})) == 1


def test_object_that_the_key_names(write: Write) -> None:
    matcher = r"setting = {key = '^(?P<object>(.*\.)?)http\.auth$', beside = [{key = '^for$', value = 'zoom'}]}"
    rule = read_rule(write(match(matcher)))
    assert len(found(rule, {"a.json": '{"for": "zoom", "http": {"auth": "jwt"}}'})) == 1
    assert len(found(rule, {"a.json": '{"x": {"for": "zoom", "http": {"auth": "jwt"}}}'})) == 1
    assert found(rule, {"a.json": '{"for": "zoom", "x": {"http": {"auth": "jwt"}}}'}) == []


def test_secret_of_a_setting_is_handed_on(write: Write) -> None:
    rule = read_rule(write(match("setting = {key = 'token', secret = true}")))
    source = b"token: not-for-others\n"
    unit = read_unit(Document("a.yaml", source, source), "yaml")
    (one,) = rule.find(unit, Project([], lambda _: None))
    assert one.secrets == ("not-for-others",)


# -- call ----------------------------------------------------------------------------------------------------------

PYTHON_CALLS = """\
from zoomus import ZoomClient
a = ZoomClient("k", "s")
b = ZoomClient("k", "s", "account")
c = ZoomClient(api_key="k", api_secret="s")
d = ZoomClient(**settings)
"""


@pytest.mark.parametrize(
    ("conditions", "calls"),
    [
        ("", [2, 3, 4, 5]),
        (", has = ['api_key']", [4]),
        (", lacks = ['api_key']", [2, 3]),
        (", min-positional = 3", [3]),
        (", min-positional = 1, max-positional = 2", [2]),
    ],
)
def test_call_by_its_arguments(write: Write, conditions: str, calls: list[int]) -> None:
    rule = read_rule(write(match(f"call = {{name = 'zoomus.ZoomClient'{conditions}}}", "{name}")))
    lines = PYTHON_CALLS.splitlines()
    expected = [(lines[number - 1].partition(" = ")[2], "zoomus.ZoomClient") for number in calls]
    assert found(rule, {"a.py": PYTHON_CALLS}) == expected


def test_call_with_an_object_of_options(write: Write) -> None:
    rule = read_rule(write(match("call = {name = 'zoomapi', has = ['apiKey'], lacks = ['accountId']}")))
    head = "const zoomApi = require('zoomapi')\n"
    assert len(found(rule, {"a.js": head + "const z = zoomApi({ apiKey, apiSecret })"})) == 1
    assert found(rule, {"a.js": head + "const z = zoomApi({ apiKey, accountId })"}) == []
    assert found(rule, {"a.js": head + "const z = zoomApi({ apiKey, ...more })"}) == []


# -- text ----------------------------------------------------------------------------------------------------------


def test_text_in_code_and_in_settings(write: Write) -> None:
    rule = read_rule(write(match("text = {regex = 'rooms/zr\\w+'}", "{match}")))
    assert found(rule, {"a.py": "u = 'https://x/rooms/zrlist'"})[0][1] == "rooms/zrlist"
    assert found(rule, {"a.js": "u = `https://x/rooms/zrlist`"})[0][1] == "rooms/zrlist"
    assert found(rule, {"a.yaml": "url: https://x/rooms/zrlist\n"}) == [("https://x/rooms/zrlist", "rooms/zrlist")]


def test_text_only_in_settings(write: Write) -> None:
    rule = read_rule(write(match("text = {regex = 'zrlist', in = ['settings']}")))
    assert found(rule, {"a.py": "u = 'zrlist'"}) == []
    assert len(found(rule, {"a.yaml": "url: zrlist\n"})) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", "u = f'{base}/rooms/{room}/zrclient'"),
        ("a.py", "u = base + '/rooms/' + room + '/zrclient'"),
        ("a.py", "u = '%s/rooms/%s/zrclient' % (base, room)"),
        ("a.js", "u = `${base}/rooms/${room}/zrclient`"),
    ],
)
def test_text_put_together_is_seen_as_a_whole(write: Write, path: str, source: str) -> None:
    rule = read_rule(write(match(r"text = {regex = 'rooms/\{\}/zrclient'}")))
    assert len(found(rule, {path: source})) == 1


def test_text_in_a_comment_is_no_text(write: Write) -> None:
    rule = read_rule(write(match("text = {regex = 'zrlist'}")))
    assert found(rule, {"a.py": "# zrlist\nx = 1"}) == []


def test_deep_concatenation_does_not_blow_the_stack(write: Write) -> None:
    rule = read_rule(write(match("text = {regex = 'zrlist'}")))
    source = "u = " + "'a' + (" * 20_000 + "'zrlist'" + ")" * 20_000
    assert len(found(rule, {"a.js": source})) == 1
