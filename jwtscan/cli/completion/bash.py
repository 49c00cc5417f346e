"""The completion script for bash, 3.2 or later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jwtscan.cli.completion.places import Flag, Place, Slot

_HEAD = r"""# Completes jwtscan in bash. To have it in every new shell:
#   mkdir -p ~/.local/share/bash-completion/completions
#   jwtscan completion bash > ~/.local/share/bash-completion/completions/jwtscan
# or, without the package bash-completion, put this into ~/.bashrc:
#   eval "$(jwtscan completion bash)"

# Puts the words up to the cursor into `words`: bash takes them apart at '=' and ':'.
_jwtscan_words() {
    local rest=${COMP_LINE:0:COMP_POINT} i piece trimmed
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        piece=${COMP_WORDS[i]}
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        if ((i == COMP_CWORD)); then piece=$trimmed; fi
        if [[ $i -eq 0 || $trimmed != "$rest" || -z $rest ]]; then
            words+=("$piece")
        else
            words[${#words[@]} - 1]+=$piece
        fi
        rest=${trimmed#"$piece"}
    done
}

# Replies with those of the words $2 that begin with $1, each behind the prefix $3.
_jwtscan_among() {
    local word
    compopt +o default +o bashdefault 2>/dev/null
    for word in $2; do
        if [[ $word == "$1"* ]]; then COMPREPLY+=("$3$word"); fi
    done
}

# Completes the value $1 that stands behind the prefix $2. `kind` and `choices` say what it can be.
_jwtscan_value() {
    case $kind in
        list)
            _jwtscan_among "${1##*,}" "$choices" "$2${1%"${1##*,}"}"
            compopt -o nospace 2>/dev/null
            ;;
        outlet)
            # Behind '=' it is a file: bash knows best how to complete that.
            if [[ $1 != *=* ]]; then
                _jwtscan_among "$1" "$choices" "$2"
                compopt -o nospace 2>/dev/null
            fi
            ;;
        words) _jwtscan_among "$1" "$choices" "$2" ;;
        ref) _jwtscan_among "$1" "HEAD $(git for-each-ref --format='%(refname:short)' 2>/dev/null)" "$2" ;;
        folder) compopt +o default +o bashdefault -o dirnames 2>/dev/null ;;
        file) ;;
        *) _jwtscan_among "" "" ;;
    esac
}
"""

_MAIN = r"""
_jwtscan() {
    local words current previous command="" kind choices i
    COMPREPLY=()
    _jwtscan_words
    current=${words[${#words[@]} - 1]}
    previous=${words[${#words[@]} - 2]}
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        if [[ ${words[i]} == -* ]]; then continue; fi
        case " $command " in GROUPS) ;; *) break ;; esac
        command=${command:+$command }${words[i]}
    done

    if [[ $current == --*=* ]]; then
        _jwtscan_option "$command" "${current%%=*}" && _jwtscan_value "${current#*=}" "${current%%=*}="
    elif [[ $previous == -* && $previous != *=* ]] && _jwtscan_option "$command" "$previous"; then
        _jwtscan_value "$current" ""
    elif [[ $current == -* ]]; then
        _jwtscan_flags "$command"
        _jwtscan_among "$current" "$choices" ""
    else
        _jwtscan_argument "$command"
        _jwtscan_value "$current" ""
    fi

    # bash only replaces what stands behind the last '=' or ':' that it takes words apart at.
    local sign kept=""
    for sign in = :; do
        if [[ $COMP_WORDBREAKS == *$sign* && $current == *$sign* && ${#kept} -lt $((${#current} - ${#sign})) ]]; then
            local before=${current%"$sign"*}$sign
            if ((${#before} > ${#kept})); then kept=$before; fi
        fi
    done
    for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
        COMPREPLY[i]=${COMPREPLY[i]#"$kept"}
    done
}

complete -o bashdefault -o default -F _jwtscan jwtscan
"""


def script(places: Sequence[Place]) -> str:
    groups = "|".join(f'" {place.name} "' if place.path else '"  "' for place in places if place.commands)
    return "\n".join((_HEAD, *_tables(places))) + _MAIN.replace("GROUPS", groups)


def _tables(places: Sequence[Place]) -> Iterator[str]:
    yield "# What the option $2 of the command $1 takes; fails where it takes nothing.\n_jwtscan_option() {\n"
    yield '    case "$1 $2" in'
    slots: dict[Slot, list[str]] = {}
    for place in places:
        for flag in place.flags:
            for name in flag.names if flag.slot is not None else ():
                assert flag.slot is not None
                slots.setdefault(flag.slot, []).append(f'"{place.name} {name}"')
    for slot, patterns in slots.items():
        yield f"        {'|'.join(patterns)}) {_said(slot)} ;;"
    yield "        *) return 1 ;;\n    esac\n}\n"
    yield '# What stands in a command without being an option.\n_jwtscan_argument() {\n    case "$1" in'
    for place in places:
        yield f'        "{place.name}") {_said(_argument(place))} ;;'
    yield '        *) kind=file choices="" ;;\n    esac\n}\n'
    yield '# The options of a command.\n_jwtscan_flags() {\n    case "$1" in'
    for place in places:
        yield f'        "{place.name}") choices="{" ".join(_names(place.flags))}" ;;'
    yield '        *) choices="" ;;\n    esac\n}'


def _said(slot: Slot) -> str:
    return f'kind={slot.kind} choices="{" ".join(slot.words)}"'


def _argument(place: Place) -> Slot:
    if place.commands:
        return Slot("words", tuple(name for name, _ in place.commands))
    return place.arguments[0] if place.arguments else Slot("any")


def _names(flags: Sequence[Flag]) -> Iterator[str]:
    for flag in flags:
        yield from flag.names
