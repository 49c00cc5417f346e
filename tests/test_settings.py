"""Settings files: .env, JSON and YAML, the rules on environment variables, and hostile input for every kind."""

from __future__ import annotations

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jwtscan.syntax.settings import KINDS, read_settings
from jwtscan.syntax.unit import Setting


def read(kind: str, source: str | bytes, path: str = "file") -> dict[str, Setting]:
    raw = source.encode() if isinstance(source, str) else source
    return {setting.key: setting for setting in read_settings(kind, path, raw)[0]}


def values(kind: str, source: str, path: str = "file") -> dict[str, str | None]:
    return {key: setting.value for key, setting in read(kind, source, path).items()}


def env_values(kind: str, source: str, path: str = "file") -> dict[str, str | None]:
    return {s.name: s.value for s in read(kind, source, path).values() if s.is_env}


def bytes_of(kind: str, source: str, key: str) -> tuple[bytes, bytes]:
    """What stands at a setting's two spans."""
    setting = read(kind, source)[key]
    raw = source.encode()
    return raw[slice(*setting.key_span)], raw[slice(*setting.value_span)]


def comments(kind: str, source: str) -> list[str]:
    return [comment.text for comment in read_settings(kind, "file", source.encode())[1]]


class TestEnv:
    def test_export_and_spaces_around_equals(self) -> None:
        assert values("env", "export A=1\nB = two words \n\tC=3") == {"A": "1", "B": "two words", "C": "3"}

    def test_quotes_are_no_part_of_the_value_or_its_span(self) -> None:
        source = "A=\"x y\"\nB='it # is'\nC=`z`\n"
        assert values("env", source) == {"A": "x y", "B": "it # is", "C": "z"}
        assert bytes_of("env", source, "A") == (b"A", b"x y")

    def test_inline_comment_needs_a_space_before_it(self) -> None:
        source = "A=b #c\nB=https://x/#frag\nC= # nothing\n# whole\nD='q' # after\n"
        assert values("env", source) == {"A": "b", "B": "https://x/#frag", "C": "", "D": "q"}
        assert comments("env", source) == ["#c", "# nothing", "# whole", "# after"]

    def test_empty_value_has_its_place_behind_the_equals_sign(self) -> None:
        setting = read("env", "KEY=\r\nB=1")["KEY"]
        assert (setting.value, setting.value_span) == ("", (4, 4))

    def test_quoted_value_over_several_lines(self) -> None:
        assert values("env", 'A="one\ntwo"\nB=3') == {"A": "one\ntwo", "B": "3"}

    def test_quote_that_is_not_closed_ends_with_its_line(self) -> None:
        assert values("env", 'A="one\nB=2\n') == {"A": '"one', "B": "2"}

    def test_escapes_count_in_double_quotes_only(self) -> None:
        assert values(
            "env",
            r"""A="x\ny\"z\d\u0041"
B='x\ny'
""",
        ) == {"A": 'x\ny"z\\d\\u0041', "B": r"x\ny"}

    def test_yaml_style_line(self) -> None:
        assert values("env", "KEY: value\n") == {"KEY": "value"}

    def test_bare_name_passes_a_variable_on(self) -> None:
        setting = read("env", "ZOOM_API_KEY\nA=1")["ZOOM_API_KEY"]
        assert (setting.value, setting.value_span) == (None, (12, 12))

    def test_latin_1_bytes_keep_offsets(self) -> None:
        source = b"# caf\xe9\nA=\xe9x\nB=2"
        assert source[slice(*read("env", source)["B"].value_span)] == b"2"


def flat(value: object, prefix: str = "") -> list[tuple[str, str | None]]:
    """What a settings reader should say of a value as another library reads it."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [leaf for k, v in items for leaf in flat(v, f"{prefix}.{k}" if prefix else str(k))]
    return [(prefix, None if value is None else value if isinstance(value, str) else json.dumps(value))]


KEYS = st.text("abcXY_é", min_size=1, max_size=4)
LEAVES = st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=8).filter(lambda t: t.isprintable())
TREES = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)),
    max_size=4,
)


class TestJson:
    @given(TREES, st.booleans(), st.sampled_from([None, 2]))
    def test_agrees_with_the_standard_library(self, tree: object, ascii_only: bool, indent: int | None) -> None:
        source = json.dumps(tree, ensure_ascii=ascii_only, indent=indent).encode()
        found, _, notes = read_settings("json", "file", source)
        assert [(s.key, s.value) for s in found] == flat(tree)
        assert notes == []
        for setting in found:
            if setting.value is not None:
                raw = source[slice(*setting.value_span)].decode()
                assert setting.value in (raw, json.loads(f'"{raw}"'))

    def test_keys_are_paths_and_spans_leave_quotes_out(self) -> None:
        source = '{"zoom": {"keys": ["a", {"secret": "s"}]}}'
        assert values("json", source) == {"zoom.keys.0": "a", "zoom.keys.1.secret": "s"}
        assert bytes_of("json", source, "zoom.keys.1.secret") == (b"secret", b"s")

    def test_comments_trailing_commas_and_json5(self) -> None:
        source = "{// one\n a: 'it\\'s', /* two */ \"b\": 0x1f, c: [+1,], u: 'http://x',}"
        assert values("json", source) == {"a": "it's", "b": "0x1f", "c.0": "+1", "u": "http://x"}
        assert comments("json", source) == ["// one", "/* two */"]

    def test_broken_file_is_read_on(self) -> None:
        found, _, notes = read_settings("json", "f", b'{"a": "x", "b" "y", "c": "open\n, "d": 1}}, "e": "late"')
        assert {s.key: s.value for s in found} == {"a": "x", "b": "y", "c": "open", "d": "1", "e": "late"}
        assert notes == ["line 2: a bracket closes what is not open"]

    def test_bracket_left_open_is_said(self) -> None:
        assert read_settings("json", "f", b'{"a": {"b": 1')[2] == ["line 1: a bracket is not closed"]

    def test_template_mark_is_a_value(self) -> None:
        assert values("json", '{"a": {{ key }}, "b": 1}') == {"a": "{{ key }}", "b": "1"}

    def test_heroku_variable_with_and_without_value(self) -> None:
        source = '{"env": {"A": {"description": "d"}, "B": {"value": "v"}, "C": "c"}}'
        assert env_values("json", source, "app.json") == {"A": None, "B": "v", "C": "c"}

    def test_babel_environment_is_no_variable(self) -> None:
        assert env_values("json", '{"env": {"production": {"plugins": ["x"]}}}') == {}

    def test_task_definition_lists_name_and_value(self) -> None:
        source = '{"containers": [{"environment": [{"value": "v", "name": "ZOOM_API_KEY"}]}]}'
        assert env_values("json", source) == {"ZOOM_API_KEY": "v"}
        assert bytes_of("json", source, "containers.0.environment.ZOOM_API_KEY") == (b"ZOOM_API_KEY", b"v")

    def test_several_documents_in_one_file(self) -> None:
        assert values("json", '{"a": 1}\n{"b": 2}') == {"a": "1", "b": "2"}


class TestYaml:
    @given(TREES, st.booleans())
    def test_agrees_with_pyyaml(self, tree: object, flow: bool) -> None:
        source = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, sort_keys=False)
        found, _, notes = read_settings("yaml", "file", source.encode())
        assert [(s.key.replace("?", ""), s.value) for s in found] == flat(yaml.safe_load(source))
        assert notes == []

    def test_spans_are_bytes_without_quotes_tags_and_anchors(self) -> None:
        source = 'é: ü\na: "q é"\nb: &x !!str plain  # c\n'
        assert bytes_of("yaml", source, "é") == ("é".encode(), "ü".encode())
        assert bytes_of("yaml", source, "a") == (b"a", "q é".encode())
        assert bytes_of("yaml", source, "b") == (b"b", b"plain")

    def test_block_scalars_span_their_text(self) -> None:
        source = "a: |\n  one\n  two\n\nb: >-\n  x\n  y\n"
        assert values("yaml", source) == {"a": "one\ntwo\n", "b": "x y"}
        assert bytes_of("yaml", source, "a") == (b"a", b"one\n  two")

    def test_alias_stands_for_a_scalar_and_never_for_a_map(self) -> None:
        source = "a: &s secret\nb: *s\nc: &m {x: 1}\nd:\n  <<: *m\n  y: 2\n"
        assert values("yaml", source) == {"a": "secret", "b": "secret", "c.x": "1", "d.y": "2"}

    def test_billion_laughs_stay_small(self) -> None:
        lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60))]
        assert len(values("yaml", "\n".join(lines))) == 2

    def test_several_documents(self) -> None:
        assert values("yaml", "%YAML 1.2\n---\na: 1\n---\nb: 2\n...\n") == {"a": "1", "b": "2"}

    def test_broken_document_does_not_spoil_the_next(self) -> None:
        found, _, notes = read_settings("yaml", "f", b'a: "open\nb: 1\n---\nc: 2\n')
        assert {s.key: s.value for s in found} == {"a": '"open', "b": "1", "c": "2"}
        assert len(notes) == 1
        assert notes[0].startswith("line 1: YAML was read line by line from here")

    def test_lines_of_a_broken_document_keep_their_place(self) -> None:
        source = (
            "ok: {a: 1}\nservices:\n  web:\n    environment:\n      ZOOM_API_KEY: 'k'  # c\n\tbad: tab\n"
            "    list:\n    - name: X\n      value: y\n    - |\n      text: no\n    - last\n"
        )
        found = values("yaml", source)
        assert found["ok.a"] == "1"
        assert found["services.web.environment.ZOOM_API_KEY"] == "k"
        assert found["services.web.list.X"] == "y"
        assert found["services.web.list.2"] == "last"
        assert env_values("yaml", source)["ZOOM_API_KEY"] == "k"

    def test_helm_template(self) -> None:
        source = (
            "{{- if .Values.on }}\nenv:\n  - name: A\n    value: {{ .Values.a | quote }}\n"
            '  {{- include "x" . | nindent 2 }}\n  - name: B\n    value: "{{ .Values.b }}"\n{{- end }}\n'
        )
        assert env_values("yaml", source) == {"A": "{{ .Values.a | quote }}", "B": "{{ .Values.b }}"}
        assert read_settings("yaml", "f", source.encode())[2] == []

    def test_kubernetes_variable_from_a_secret_has_no_value(self) -> None:
        source = "env:\n- name: ZOOM_API_SECRET\n  valueFrom: {secretKeyRef: {name: zoom, key: s}}\n"
        assert env_values("yaml", source) == {"ZOOM_API_SECRET": None}

    def test_compose_map_list_and_build_args(self) -> None:
        source = (
            "services:\n  a:\n    build:\n      args: [X=1, Y]\n    environment:\n      K: v\n      E:\n"
            '  b:\n    environment:\n      - "L=m=n"\n      - M=\n    command: [P=1]\n'
        )
        assert env_values("yaml", source) == {"X": "1", "Y": None, "K": "v", "E": None, "L": "m=n", "M": ""}
        assert bytes_of("yaml", source, "services.b.environment.L") == (b"L", b"m=n")

    def test_workflow_env_but_not_its_place_to_deploy(self) -> None:
        source = "jobs:\n  a:\n    environment: {name: prod, url: x}\n    env:\n      K: ${{ secrets.K }}\n"
        assert env_values("yaml", source, ".github/workflows/x.yml") == {"K": "${{ secrets.K }}"}

    def test_gitlab_variables(self) -> None:
        source = "variables:\n  A: a\n  B: {value: b, description: d}\njob:\n  variables: {C: c}\n"
        assert env_values("yaml", source, ".gitlab-ci.yml") == {"A": "a", "B": "b", "C": "c"}

    def test_sam_environment_and_references(self) -> None:
        source = "Environment:\n  Variables:\n    A: !Ref Key\n    B: !Sub '${X}'\n    C: {Ref: Y}\n    D: lit\n"
        assert env_values("yaml", source) == {"A": None, "B": "${X}", "C": None, "D": "lit"}

    def test_comments_are_outside_scalars(self) -> None:
        source = "# one\na: x # two\nb: 'no # no'\nc: |\n  # text\nd: http://x/#y\n"
        assert comments("yaml", source) == ["# one", "# two"]

    def test_bytes_that_yaml_forbids(self) -> None:
        assert values("yaml", "a: x\x00\x07y\nb: \x7f\n") == {"a": "x\x00\x07y", "b": "\x7f"}
        assert read("yaml", b"a: caf\xe9\nb: 1")["b"].value_span == (11, 12)

    def test_pyyaml_without_its_c_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        source = "a: &x 'q é'\nb: [*x, {c: 1}]\nc: |\n  t\nd: 2\ne: \"\\U00110000\"\n"
        with_c = read_settings("yaml", "f", source.encode())[0]
        monkeypatch.setattr(yaml, "__with_libyaml__", False)
        assert read_settings("yaml", "f", source.encode())[0] == with_c
        found, _, notes = read_settings("yaml", "f", b"a: b\n" + b"#" * 1_000_001)
        assert [(s.key, s.value) for s in found] == [("a", "b")]
        assert notes[0].endswith("the file is too large for PyYAML without its C library")

    def test_complex_key(self) -> None:
        assert values("yaml", "? [a, b]\n: v\nc: d\n") == {"?.0": "a", "?.1": "b", "?": "v", "c": "d"}


SIZE = 100_000
HOSTILE = {
    "brackets": b"[",
    "braces": b'{"a":',
    "pairs": b"[{",
    "dashes": b"- ",
    "quotes": b"a='\"`",
    "escapes": b'\\"',
    "comments": b"/*",
    "marks": b"{{ ",
    "marks on one line": b"{{ a }}",
    "unclosed marks": b"<% {% {# ",
    "line": b"a",
    "equals": b"=",
    "dots": b"a.",
    "headers": b"[a]\n",
    "documents": b"---\n'\n",
    "continuations": b"\\\n",
    "dollars": b"${a:-",
    "heredocs": b"x <<A <<B\n",
    "keys": b"a: b\n",
    "blanks": b" ",
    "zeros": b"\x00",
    "no UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("kind", sorted(KINDS - {"package.json", "environment.yml", "pyproject.toml", "Pipfile"}))
@pytest.mark.parametrize("shape", HOSTILE)
def test_hostile_input_takes_linear_time(kind: str, shape: str) -> None:
    source = HOSTILE[shape] * (SIZE // len(HOSTILE[shape]))
    begun = time.process_time()
    for hostile in (source, b'a = "' + source, b"a: |\n  " + source + b"\nx"):
        read_settings(kind, "f", hostile)
    assert time.process_time() - begun < 5


def test_nesting_too_deep_keeps_what_stands_around_it() -> None:
    source = '{"a": 1, "b": ' + "[" * 2000 + "7" + "]" * 2000 + ', "c": 3}'
    assert values("json", source) == {"a": "1", "c": "3"}
    assert read_settings("json", "f", source.encode())[2] == ["what is nested more than 500 deep was not read"]


@pytest.mark.parametrize(("kind", "source"), [("env", b"A=\n"), ("yaml", b"- a\n")])
def test_more_settings_than_anyone_writes_are_said(kind: str, source: bytes) -> None:
    found, _, notes = read_settings(kind, "file", source * 200_001)
    assert (len(found), notes[-1]) == (200_000, "only the first 200000 settings were read")


def test_broken_document_with_too_many_settings_keeps_the_first() -> None:
    found, _, notes = read_settings("yaml", "file", b'a: "open\n' + b"- b: c\n" * 200_001)
    assert (len(found), notes[-1]) == (200_000, "only the first 200000 settings were read")


PIECES = st.sampled_from(
    ["a", "B", "=", ":", " ", "\n", "\r\n", "\t", "'", '"', "\\", "#", ";", "[", "]", "{", "}", "-", ",", "|", ">",
     "<<", "EOF", "$", "${", "(", ")", "`", "&a", "*a", "!x", "export ", "ENV ", "ARG ", "{{", "}}", "{%", "%}", "é",
     "---", "'''", '"""', "1", ".", "/*", "*/", "//", "?"]
)  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(pieces=st.lists(PIECES, max_size=40))
def test_any_text_gives_spans_inside_it(kind: str, pieces: list[str]) -> None:
    source = "".join(pieces).encode()
    found, marks, _ = read_settings(kind, "f", source)
    for start, end in [span for s in found for span in (s.key_span, s.value_span)] + [c.span for c in marks]:
        assert 0 <= start <= end <= len(source)
