"""Settings in TOML, ini, properties, Dockerfiles, Terraform and shell scripts."""

from __future__ import annotations

import configparser
import json
import random
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jwtscan.syntax.settings import read_settings
from jwtscan.syntax.unit import Setting

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read(kind: str, source: str, path: str = "file") -> dict[str, Setting]:
    return {setting.key: setting for setting in read_settings(kind, path, source.encode())[0]}


def values(kind: str, source: str, path: str = "file") -> dict[str, str | None]:
    return {key: setting.value for key, setting in read(kind, source, path).items()}


def env_values(kind: str, source: str, path: str = "file") -> dict[str, str | None]:
    return {s.name: s.value for s in read(kind, source, path).values() if s.is_env}


def bytes_of(kind: str, source: str, key: str) -> tuple[bytes, bytes]:
    setting = read(kind, source)[key]
    raw = source.encode()
    return raw[slice(*setting.key_span)], raw[slice(*setting.value_span)]


def comments(kind: str, source: str) -> list[str]:
    return [comment.text for comment in read_settings(kind, "file", source.encode())[1]]


def flat(value: object, prefix: str = "") -> dict[str, str]:
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for key, inner in items for k, v in flat(inner, f"{prefix}.{key}" if prefix else str(key)).items()}
    return {prefix: value if isinstance(value, str) else json.dumps(value)}


KEYS = st.text("abcXY-", min_size=1, max_size=4) | st.text("ü .'#=", min_size=1, max_size=3)
TEXTS = st.text(max_size=8).filter(lambda text: text.isprintable()) | st.sampled_from(
    ["a # b", "it's", 'say "x"', "back\\slash", "two\nlines", "\nleading", "é", "[x]", "a=b", "end\\"]
)
LEAVES = st.booleans() | st.integers(-99, 99) | TEXTS
TABLES = st.dictionaries(
    KEYS,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)),
    max_size=4,
)


class TomlWriter:
    """Writes one of the many spellings of a table."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose

    def key(self, text: str) -> str:
        if text.isascii() and text.replace("-", "").isalnum() and self.choose.random() < 0.7:
            return text
        return f"'{text}'" if "'" not in text and self.choose.random() < 0.5 else self.basic(text)

    def basic(self, text: str) -> str:
        return json.dumps(
            text,
            ensure_ascii=self.choose.random() < 0.3 and text.isprintable() and max(text, default="") < "\U00010000",
        )

    def string(self, text: str) -> str:
        style = self.choose.randrange(4)
        if style == 1 and "'" not in text and text.isprintable():
            return f"'{text}'"
        if style == 2 and "'" not in text:
            return f"'''\n{text}'''"
        if style == 3:
            escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
            return (
                f'"""\\\n  \n{escaped[:1]}\\\n   {escaped[1:]}"""'
                if escaped[1:2] not in " \n\\" and escaped[:1] not in " \n\\"
                else f'"""\n{escaped}"""'
            )
        return self.basic(text)

    def value(self, value: object) -> str:
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{self.key(k)} = {self.value(v)}" for k, v in value.items()) + " }"
        if isinstance(value, list):
            gap = self.choose.choice([" ", "\n  # note, with ] in it\n  "])
            return "[" + gap + "".join(f"{self.value(v)},{gap}" for v in value) + "]"
        return json.dumps(value)

    def table(self, table: dict[str, Any], path: tuple[str, ...] = ()) -> str:
        lines, later = [], []
        for key, value in table.items():
            name = self.key(key)
            if isinstance(value, dict) and value and self.choose.random() < 0.6:
                later.append(f"[{' . '.join((*path, name))}] # head\n{self.table(value, (*path, name))}")
            elif (
                isinstance(value, list)
                and value
                and all(isinstance(v, dict) for v in value)
                and self.choose.random() < 0.7
            ):
                head = f"[[{'.'.join((*path, name))}]]\n"
                later += [head + self.table(v, (*path, name)) for v in value]
            elif isinstance(value, dict) and len(value) == 1 and self.choose.random() < 0.5:
                ((inner, leaf),) = value.items()
                lines.append(f"{name} . {self.key(inner)}={self.value(leaf)}")
            else:
                lines.append(f"{name} = {self.value(value)} # {key!a}")
        return "\n".join([*lines, *later]) + "\n"


class TestToml:
    @given(TABLES, st.integers(0, 9999), st.booleans())
    def test_agrees_with_tomllib(self, table: dict[str, Any], seed: int, crlf: bool) -> None:
        source = TomlWriter(random.Random(seed)).table(table)
        source = source.replace("\n", "\r\n") if crlf else source
        found, _, notes = read_settings("toml", "file", source.encode())
        assert notes == []
        assert {s.key: s.value for s in found} == flat(tomllib.loads(source))

    def test_spans_leave_quotes_out(self) -> None:
        source = "[a.\"b c\"]\n'é' = 'ü' # x\nn = 12\nm = '''\nx'''\n"
        assert bytes_of("toml", source, "a.b c.é") == ("é".encode(), "ü".encode())
        assert bytes_of("toml", source, "a.b c.n") == (b"n", b"12")
        assert comments("toml", source) == ["# x"]

    def test_arrays_of_tables_count_within_their_parent(self) -> None:
        source = "[[a]]\n[[a.b]]\nx=1\n[[a.b]]\nx=2\n[[a]]\n[[a.b]]\nx=3\n[a.b.c]\ny=4\n"
        assert values("toml", source) == {"a.0.b.0.x": "1", "a.0.b.1.x": "2", "a.1.b.0.x": "3", "a.1.b.0.c.y": "4"}

    def test_line_that_is_no_toml_keeps_its_text_and_spoils_no_other(self) -> None:
        found, _, notes = read_settings("toml", "f", b'a = "open\nb = 2\nwords\nc = {{ x }}\nd = [1, \n[t]\ne = 3\n')
        assert {s.key: s.value for s in found} == {
            "a": '"open',
            "b": "2",
            "c": "{{ x }}",
            "d.0": "1",
            "d.1.0": "t",
            "e": "3",
        }
        assert notes[0] == "line 1: this is no TOML"

    def test_environment_tables(self) -> None:
        assert env_values("toml", "[build.environment]\nA = 'a'\n[env]\nB = 'b'\n[other]\nC = 'c'\n") == {
            "A": "a",
            "B": "b",
        }
        assert env_values("toml", "[vars]\nA = 'a'\n", "wrangler.toml") == {"A": "a"}
        assert env_values("toml", "[vars]\nA = 'a'\n", "other.toml") == {}


class TestIni:
    @given(
        st.dictionaries(
            st.text("abcXYZ_", min_size=1, max_size=5).filter(lambda name: name != "DEFAULT"),
            st.dictionaries(
                st.text("klmn_.", min_size=1, max_size=5).filter(lambda key: key.strip("_.")),
                st.text("pq=:/%é", min_size=1, max_size=6),
                max_size=3,
            ),
            max_size=3,
        ),
        st.sampled_from([" = ", "=", ": ", " :"]),
        st.sampled_from(["\n", "\r\n"]),
    )
    def test_agrees_with_configparser(self, sections: dict[str, dict[str, str]], delimiter: str, newline: str) -> None:
        lines = []
        for section, options in sections.items():
            lines += [f"[{section}]", *(f"{key}{delimiter}{value}" for key, value in options.items()), ""]
        source = newline.join(lines)
        parser = configparser.RawConfigParser()
        parser.read_string(source)
        expected = {f"{section}.{key}": value for section in parser.sections() for key, value in parser.items(section)}
        assert values("ini", source) == expected

    def test_comment_continuation_and_quotes(self) -> None:
        source = '# top\n[ZOOM]\nKEY = abc ; note\nS: "q"\nlist =\n  a\n\n  b # c\n; end\nempty =\nbare\n'
        assert values("ini", source) == {
            "ZOOM.KEY": "abc", "ZOOM.S": "q", "ZOOM.list": "a\nb", "ZOOM.empty": "", "ZOOM.bare": None,
        }  # fmt: skip
        assert bytes_of("ini", source, "ZOOM.S") == (b"S", b"q")
        assert comments("ini", source) == ["# top", "; note", "# c", "; end"]

    def test_no_section(self) -> None:
        assert values("ini", "a=1\nb : 2") == {"a": "1", "b": "2"}

    def test_git_subsection_and_indented_keys(self) -> None:
        assert values("ini", '[remote "origin"]\n\turl = x\n\tfetch = y\n') == {
            "remote.origin.url": "x",
            "remote.origin.fetch": "y",
        }

    def test_environment_of_supervisor_systemd_and_tox(self) -> None:
        source = (
            '[program:a]\nenvironment=A="1",B=2\n[Service]\nEnvironment="C=3"\nEnvironment=D=4\n'
            "[testenv]\nsetenv =\n  E = 5\n  F=6\n[uwsgi]\nenv = G=7\n"
        )
        assert env_values("ini", source) == {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5", "F": "6", "G": "7"}
        assert bytes_of("ini", source, "program:a.environment.A") == (b"A", b"1")


class TestProperties:
    def test_delimiters_escapes_and_continued_lines(self) -> None:
        source = "a=b\nb : c d\nc\\ d e\nf=one\\\n   two\\\\\ng\nh=\\u00e9\\t\n! note\n# too\n"
        assert values("properties", source) == {
            "a": "b", "b": "c d", "c d": "e", "f": "onetwo\\", "g": None, "h": "é\t",
        }  # fmt: skip
        assert comments("properties", source) == ["! note", "# too"]

    def test_spans_with_crlf(self) -> None:
        assert bytes_of("properties", "zoom.key = x y\r\nb=1\r\n", "zoom.key") == (b"zoom.key", b"x y")


class TestDockerfile:
    def test_env_pairs_over_continued_lines(self) -> None:
        source = "FROM x\nENV A=b C=\"d e\" \\\n  # note\n\n  F='g'\\\n  H=i\\ j\nENV L=1\n"
        assert env_values("dockerfile", source) == {"A": "b", "C": "d e", "F": "g", "H": "i j", "L": "1"}
        assert bytes_of("dockerfile", source, "C") == (b"C", b"d e")
        assert bytes_of("dockerfile", source, "F") == (b"F", b"g")
        assert comments("dockerfile", source) == ["# note"]

    def test_env_with_a_space_takes_the_rest_of_the_line(self) -> None:
        assert env_values("dockerfile", "env K a b = c\n") == {"K": "a b = c"}

    def test_arg_with_and_without_default(self) -> None:
        source = "ARG A=1 B\nARG C\n"
        assert env_values("dockerfile", source) == {"A": "1", "B": None, "C": None}

    def test_comment_and_heredoc_are_no_instructions(self) -> None:
        source = "# ENV A=1\nRUN <<EOF cat\nENV B=2\nEOF\nENV C=3\nRUN <<OPEN\nENV D=4\n"
        assert env_values("dockerfile", source) == {"C": "3", "D": "4"}

    def test_backtick_as_the_escape_character(self) -> None:
        assert env_values("dockerfile", "# escape=`\nENV A=C:\\x `\n B=2\n") == {"A": "C:x", "B": "2"}


class TestTerraform:
    def test_attributes_of_nested_blocks(self) -> None:
        source = (
            'resource "aws_lambda_function" "z" {\n  environment {\n    variables = {\n'
            '      ZOOM_API_KEY = "k" # c\n      "B" : var.b\n    }\n  }\n  memory = 128\n}\nlast = "x"\n'
        )
        prefix = "resource.aws_lambda_function.z"
        assert values("terraform", source) == {
            f"{prefix}.environment.variables.ZOOM_API_KEY": "k",
            f"{prefix}.environment.variables.B": "var.b",
            f"{prefix}.memory": "128",
            "last": "x",
        }
        assert env_values("terraform", source) == {"ZOOM_API_KEY": "k", "B": "var.b"}
        assert bytes_of("terraform", source, f"{prefix}.environment.variables.ZOOM_API_KEY") == (b"ZOOM_API_KEY", b"k")

    def test_variable_is_a_setting_beside_its_default(self) -> None:
        assert values("terraform", 'variable "k" { default = "v" }\n') == {
            "variable.k": None,
            "variable.k.default": "v",
        }

    def test_strings_inside_templates(self) -> None:
        source = 'a = "x-${lookup(m, "k}")}-y"\nb = "\\"q\\""\nc = "open\nd = 1\n'
        assert values("terraform", source) == {"a": 'x-${lookup(m, "k}")}-y', "b": '"q"', "c": "open", "d": "1"}

    def test_lists_objects_and_heredocs(self) -> None:
        source = 'a = ["x", { b = 1 }, c.d[0]]\ne = <<-EOT\n    one\n  EOT\nf = null /* g = 1 */\n'
        assert values("terraform", source) == {"a.0": "x", "a.1.b": "1", "a.2": "c.d[0]", "e": "one", "f": None}

    def test_expression_is_raw_text(self) -> None:
        source = 'a = var.x ? "b" : {\n  c = 1\n}\nd = "e"\n'
        assert values("terraform", source) == {"a": 'var.x ? "b" : {\n  c = 1\n}', "d": "e"}

    def test_task_definition_in_jsonencode_and_env_blocks(self) -> None:
        source = (
            'd = jsonencode([{ environment = [{ name = "A", value = "1" }] }])\n'
            'env {\n  name = "B"\n  value = "2"\n}\nenvironment = merge(local.x, { C = "3" })\ne = sensitive("4")\n'
        )
        assert env_values("terraform", source) == {"A": "1", "B": "2", "C": "3"}
        assert values("terraform", source)["e"] == "4"


class TestShell:
    def test_exported_in_every_way(self) -> None:
        source = 'export A=1 B="two words"\nC=3\nexport C\ndeclare -x D=4\nE=5 ./run F=6\nG=7\n'
        assert values("shell", source) == {"A": "1", "B": "two words", "C": "3", "D": "4", "E": "5", "F": "6", "G": "7"}
        assert set(env_values("shell", source)) == {"A", "B", "C", "D", "E"}

    def test_allexport_exports_all(self) -> None:
        assert env_values("shell", "set -a\nA=1\n") == {"A": "1"}

    def test_default_is_the_value(self) -> None:
        source = 'export TOKEN=${TOKEN:="ey..."}\nX="${KEY:-k}/x" # ${NO:-1}\n'
        assert values("shell", source) == {"TOKEN": "ey...", "X": "${KEY:-k}/x", "KEY": "k"}
        assert bytes_of("shell", source, "TOKEN") == (b"TOKEN", b"ey...")
        assert comments("shell", source) == ["# ${NO:-1}"]

    def test_arguments_of_docker_and_heroku(self) -> None:
        source = 'docker run -e A=1 --env "B=2 3" img X=9\nheroku config:set C=4 D=5\n'
        assert env_values("shell", source) == {"A": "1", "B": "2 3", "C": "4", "D": "5"}

    def test_heredoc_that_writes_an_env_file(self) -> None:
        assert values("shell", "cat > .env <<EOF\nA=1\ndon't\nB='x'\nEOF\n") == {"A": "1", "B": "x"}

    def test_what_is_no_assignment(self) -> None:
        source = '[ "$A" = b ]\ncurl "http://x?key=v&k=w"\narr=(a b)\n# C=1\necho "see D=2"\n[[ e==f ]]\n'
        assert values("shell", source) == {}

    def test_quoted_value_over_several_lines(self) -> None:
        source = "A='one\ntwo'\nB=$(cmd 'x y')\nC=\"open\nD=1\n"
        assert values("shell", source) == {"A": "one\ntwo", "B": "$(cmd 'x y')", "C": '"open', "D": "1"}

    def test_envrc_is_a_script(self) -> None:
        found, _, _ = read_settings("env", ".envrc", b"export A=1; export B=${C:-2}")
        assert {s.key: s.value for s in found} == {"A": "1", "B": "${C:-2}", "C": "2"}
