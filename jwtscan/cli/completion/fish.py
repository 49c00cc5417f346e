"""The completion script for fish, 3.1 or later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jwtscan.cli.completion.places import Flag, Place, Slot

_HEAD = r"""# Completes jwtscan in fish. To have it in every new shell:
#   mkdir -p ~/.config/fish/completions
#   jwtscan completion fish > ~/.config/fish/completions/jwtscan.fish

# Whether the command line is in the command $argv.
function __jwtscan_at
    set -l found
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        contains -- "$found" GROUPS; or break
        set -a found $word
    end
    test "$found" = "$argv"
end

# What is typed of a value, without the option before it.
function __jwtscan_value
    commandline -ct | string replace -r -- '^--[^=]*=' ''
end

# $argv, behind what stands before the last comma.
function __jwtscan_list
    set -l before (string replace -r -- '[^,]*$' '' (__jwtscan_value))
    printf "$before%s\n" $argv
end

# The formats $argv; behind '=', files.
function __jwtscan_outlet
    set -l value (__jwtscan_value)
    if string match -q -- '*=*' $value
        set -l format (string split -m 1 = -- $value)
        printf "$format[1]=%s\n" (__fish_complete_path $format[2])
    else
        printf '%s\n' $argv
    end
end

function __jwtscan_refs
    printf '%s\n' HEAD (command git for-each-ref --format='%(refname:short)' 2>/dev/null)
end

complete -c jwtscan -f
"""


def script(places: Sequence[Place]) -> str:
    groups = " ".join(_quoted(place.name) for place in places if place.commands)
    return _HEAD.replace("GROUPS", groups) + "".join(f"{line}\n" for place in places for line in _lines(place))


def _lines(place: Place) -> Iterator[str]:
    start = f"complete -c jwtscan -n {_quoted(f'__jwtscan_at {place.name}'.strip())}"
    for name, about in place.commands:
        yield f"{start} -a {name} -d {_quoted(about)}"
    if not place.commands and place.arguments:
        yield f"{start} {_given(place.arguments[0])}".rstrip()
    for flag in place.flags:
        yield f"{start} {_flag(flag)}"


def _flag(flag: Flag) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in flag.names)
    value = f" -r {_given(flag.slot)}" if flag.slot is not None else ""
    return f"{names}{value} -d {_quoted(flag.help)}"


def _given(slot: Slot) -> str:
    """What completes a value: files only where it is one."""
    words = " ".join(slot.words)
    return {
        "file": "-F",
        "words": f"-f -a {_quoted(words)}",
        "list": f"-f -a {_quoted(f'(__jwtscan_list {words})')}",
        "outlet": f"-f -a {_quoted(f'(__jwtscan_outlet {words})')}",
        "ref": "-f -a '(__jwtscan_refs)'",
        "folder": "-f -a '(__fish_complete_directories (__jwtscan_value))'",
    }.get(slot.kind, "-f")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
