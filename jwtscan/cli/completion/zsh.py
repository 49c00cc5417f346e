"""The completion script for zsh, 5.0 or later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jwtscan.cli.completion.places import Flag, Place, Slot

_HEAD = r"""#compdef jwtscan
# Completes jwtscan in zsh. To have it in every new shell, put it into a folder of $fpath:
#   mkdir -p ~/.zfunc && jwtscan completion zsh > ~/.zfunc/_jwtscan
# with this in ~/.zshrc:
#   fpath+=~/.zfunc; autoload -Uz compinit && compinit
# or, below compinit, only: eval "$(jwtscan completion zsh)"

_jwtscan_list() {
    _sequence compadd - "$@"
}

_jwtscan_outlet() {
    if compset -P '*='; then
        _files
    else
        compadd -S '' - "$@"
    fi
}

_jwtscan_refs() {
    compadd - HEAD ${(f)"$(command git for-each-ref --format='%(refname:short)' 2>/dev/null)"}
}
"""

_TAIL = """
if [[ ${funcstack[1]} == _jwtscan ]]; then
    _jwtscan "$@"
else
    compdef _jwtscan jwtscan
fi
"""


def script(places: Sequence[Place]) -> str:
    return _HEAD + "".join("\n" + "\n".join(_function(place)) + "\n" for place in places[::-1]) + _TAIL


def _function(place: Place) -> Iterator[str]:
    yield f"{_name(place.path)}() {{"
    flags = [f"'{spec}'" for flag in place.flags for spec in _flag(flag)]
    if place.commands:
        yield "    local curcontext=$curcontext context state state_descr line\n    typeset -A opt_args"
        yield from _arguments(["-C", *flags, "'1:command:->command'", "'*:: :->inside'"])
        yield "    case $state in\n        command)\n            local -a commands=("
        yield from (f"                '{_bare(name)}:{_bare(about)}'" for name, about in place.commands)
        yield "            )\n            _describe command commands\n            ;;"
        yield "        inside)\n            case $line[1] in"
        yield from (f"                {name}) {_name((*place.path, name))} ;;" for name, _ in place.commands)
        yield "            esac\n            ;;\n    esac"
    else:
        last = len(place.arguments) - 1
        given = [
            f"'{'*' if place.is_open and at == last else at + 1}:{slot.kind}:{_given(slot)}'"
            for at, slot in enumerate(place.arguments)
        ]
        yield from _arguments(["-s", "-S", *flags, *given])
    yield "}"


def _arguments(specs: Sequence[str]) -> Iterator[str]:
    yield "    _arguments \\"
    yield from (f"        {spec} \\" for spec in specs[:-1])
    yield f"        {specs[-1]}"


def _name(path: Sequence[str]) -> str:
    return "_".join(("_jwtscan", *path))


def _flag(flag: Flag) -> Iterator[str]:
    """One spec a name. Those of one option exclude each other, unless it can be given again."""
    others = f"({' '.join(flag.names)})" if not flag.is_repeatable else "*"
    for name in flag.names:
        sign = "=" if flag.slot is not None and name.startswith("--") else ""
        value = f":{flag.slot.kind}:{_given(flag.slot)}" if flag.slot is not None else ""
        yield f"{others}{name}{sign}[{_bare(flag.help)}]{value}"


def _given(slot: Slot) -> str:
    words = " ".join(slot.words)
    return {
        "words": f"({words})",
        "list": f"_jwtscan_list {words}",
        "outlet": f"_jwtscan_outlet {words}",
        "ref": "_jwtscan_refs",
        "folder": "_path_files -/",
        "file": "_files",
    }.get(slot.kind, " ")


def _bare(text: str) -> str:
    """A text inside of a spec in single quotes."""
    for sign in "\\[]:":
        text = text.replace(sign, "\\" + sign)
    return text.replace("'", "'\\''")
