"""The one place where secrets are masked and control characters made visible, before anything is shown or stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

MASK = "…"
_HINT = 4
_HINTED = 16
_SHORTEST = 8

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}")
_RUN = re.compile(r"[A-Za-z0-9_-]{20,}")
_PIECE = re.compile(r"[A-Za-z0-9_-]{8,}")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# Mean length of the words of an identifier in camel or snake case; random text has words of one or two characters.
_WORDY = 3.0

_NAME = (
    r"(?:secret|token|api[_-]?(?:key|sec)|(?:app|sdk|access|private|client|auth|account|master|signing|zoom)[_-]?key"
    r"|passw(?:or)?d|passphrase|passcode|credentials?|authorization|bearer|jwt|signature)"
    r"(?:[_-]?(?:prod|production|dev|development|test|staging|live|local|old|new|value|\d{1,3}))?"
)
# From the end of a name to its value: closing quote, brackets, a type annotation, and what gives the value.
_GIVES = (
    r"(?P<quote>\\?[\"'`])?[\])]{0,2}[?!]?[ \t]{0,40}"
    r"(?::[ \t]{0,4}[\w.|\[\]]{1,40}[ \t]{0,4}(?==))?"
    r"(?:(?P<gives>=>|[:=!]=*)|(?P<or>\|\||\?\?|or\b)|(?P<comma>,)|\()[ \t]{0,40}(?:[{(\[][ \t]{0,4})?"
)
# Written as runs between backslashes: a group for each character would take hundreds of bytes for it.
_VALUE = (
    r"[rbufRBUF@$]{0,2}(?:\\\"(?P<escaped>[^\\\r\n]*(?:\\(?!\")[^\\\r\n]*)*)"
    r"|\"(?P<double>[^\"\\\r\n]*(?:\\.[^\"\\\r\n]*)*)|'(?P<single>[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*)|`(?P<back>[^`\r\n]*))"
    r"|(?P<bare>[^\s\"'`,;&<>(){}\[\]|]{8,})(?P<applied>[(\[])?"
)
_NAMED = re.compile(rf"{_NAME}{_GIVES}(?:{_VALUE})", re.IGNORECASE)
# A line of a settings file: no indent (but for a name in capitals), no space around the sign, no quotes.
_SETTING = re.compile(
    r"^(?:[ \t]*(?:export|set|env|arg|-e|-)[ \t]+|[ \t]*(?-i:(?=[A-Z0-9_]+=)))?"
    rf"[\w.-]{{0,80}}?{_NAME}=(?P<value>[^\s=\"'`][^\r\n]{{7,}})",
    re.IGNORECASE,
)
_CODE = re.compile(r"[\w.$]*\w[(\[].*|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+[,;)].*|(?=[^.]*\.)[A-Za-z_$.]+")
_SCHEME = re.compile(r"\b(?:Bearer|Basic)(?:[ \t]|%20|\+)+(?P<value>[A-Za-z0-9_.~+/-]{8,}=*)", re.IGNORECASE)
_USER_INFO = re.compile(r"://[^\s/:@\"']{0,256}:(?P<value>[^\s/@\"']{1,256})@")
_SCHEME_WORD = re.compile(r"(?:Bearer|Basic|Token)[ \t]+", re.IGNORECASE)

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z_$]*")
_REFERENCE = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|\?\.|::|->)[A-Za-z_$][\w$]*)+[!?]?|[A-Za-z_$]+[!?]?")
_INTERPOLATION = re.compile(r"[$#]?\{[^{}]*(?:\}|$)|%s|%\(\w+\)s")
# What follows a quote that closed a string, where it was taken for one that opens: "?token=" + token + "&x".
_CONCATENATED = re.compile(r"\s*[+,.)].*?(?P<open>[+(,]\s*)?", re.DOTALL)
_TITLED = re.compile(r"(?:(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}|v?[0-9]{1,2})(?:[-_](?!$)|$)){3,}")
_HASH = re.compile(r"sha(?:256|384|512)-")
_ENV_NAME = re.compile(r"(?:env:)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_ENDS_WITH_NAME = re.compile(rf".*{_NAME}", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"<.*>|\[[\w -]*\]|\{[^{}]*\}|\{\{.*\}\}|\$\{[^{}]*\}|\$\(.*\)|\$\w+|%\(?\w+\)?s?%?|#\{.*\}|[*#xX.\-_•…]+"
    r"|.*(?:your|change[-_ ]?me|placeholder|example|dummy|insert|replace|todo).*|null|none|undefined|true|false"
    r"|https?://[^\s@?#]*|(?:process\.env|import\.meta\.env|os\.environ)\b.*",
    re.IGNORECASE | re.DOTALL,
)

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufff9-\ufffb]"
)


def printable(text: str) -> str:
    """One line of ``text`` that a terminal can only print: controls, line ends and bidi marks become escapes."""
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def mask(text: str) -> str:
    """``text`` without its JSON Web Tokens, whole or cut off."""
    return _JWT.sub("eyJ" + MASK, text)


def is_placeholder(value: str) -> bool:
    """Whether ``value`` stands for a secret rather than being one: ``<your key>``, ``${TOKEN}``, ``xxxx``."""
    return _PLACEHOLDER.fullmatch(value.strip()) is not None and not _has_credential(value)


class Masker:
    """Masks the known ``secrets`` (literal credential values), and whatever else looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._hints = {form: _hint(secret) for secret in sorted(secrets) for form in _forms(secret)}
        longest_first = sorted(self._hints, key=lambda form: (-len(form), form))
        self._known = re.compile("|".join(map(re.escape, longest_first))) if self._hints else None
        self._together = "\n".join(longest_first)

    def mask(self, text: str) -> str:
        """``text`` without known secrets and JWTs; all else stays."""
        if self._known is not None:
            text = self._known.sub(lambda match: self._hints[match[0]], text)
        return mask(text)

    def mask_line(self, text: str) -> str:
        """A source line without known secrets, JWTs, and values that look like credentials or are named as such."""
        return mask_line(_PIECE.sub(self._piece, self.mask(text)))

    def _piece(self, match: re.Match[str]) -> str:
        """A part of a known secret goes too: long ones are put together from several lines."""
        piece = match[0]
        return MASK if _mixed(piece) and piece in self._together else piece


def mask_line(text: str) -> str:
    """A source line without JWTs and without values that look like credentials or are named as such."""
    text = mask(text)
    text = _SETTING.sub(_setting, text)
    text = _NAMED.sub(_named, text)
    text = _SCHEME.sub(_scheme, text)
    text = _USER_INFO.sub(_user_info, text)
    return _RUN.sub(_run, text)


def _forms(secret: str) -> set[str]:
    """The ways a secret of enough length may be written: as it is, and as a JSON string."""
    if len(secret) < _SHORTEST or is_placeholder(secret):
        return set()
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}


def _hint(value: str) -> str:
    return (value[:_HINT] if len(value) >= _HINTED else "") + MASK


def _replaced(match: re.Match[str], group: str, value: str) -> str:
    start, end = match.span(group)
    return match.string[match.start() : start] + value + match.string[end : match.end()]


def _setting(match: re.Match[str]) -> str:
    value = match["value"].partition(" #")[0].rstrip()
    if len(value) < _SHORTEST or _CODE.fullmatch(value) or is_placeholder(value):
        return match[0]
    return _replaced(match, "value", _hint(value) + match["value"][len(value) :])


def _named(match: re.Match[str]) -> str:
    group = next(group for group in ("escaped", "double", "single", "back", "bare") if match[group] is not None)
    value = match[group]
    scheme = _SCHEME_WORD.match(value)
    secret = value[scheme.end() :] if scheme else value
    if len(secret) < _SHORTEST or _stands_for_another(match, group, secret):
        return match[0]
    return _replaced(match, group, (scheme[0] if scheme else "") + _hint(secret))


def _stands_for_another(match: re.Match[str], group: str, value: str) -> bool:
    """Whether the value after a secret's name is a reference, a placeholder or the name of something."""
    if _has_credential(value) and group != "bare":
        return False
    if is_placeholder(value) or _ENV_NAME.fullmatch(value) or len(_INTERPOLATION.sub("", value)) < _SHORTEST:
        return True
    if group != "bare" and (rest := _CONCATENATED.fullmatch(value)):
        closing = match.string[match.end(group) : match.end(group) + 1]
        return rest["open"] is not None or closing in ("", "\r", "\n")
    if group == "bare":
        return not match["gives"] or match["applied"] is not None or _REFERENCE.fullmatch(value) is not None
    if match["comma"] and not match["quote"]:
        return True
    if _IDENTIFIER.fullmatch(value):
        return bool(match["comma"]) or _ENDS_WITH_NAME.fullmatch(value) is not None
    return False


def _scheme(match: re.Match[str]) -> str:
    value = match["value"]
    return (
        match[0] if value.isalpha() and (value.islower() or _wordy(value)) else _replaced(match, "value", _hint(value))
    )


def _user_info(match: re.Match[str]) -> str:
    value = match["value"]
    return match[0] if is_placeholder(value) else _replaced(match, "value", _hint(value))


def _run(match: re.Match[str]) -> str:
    run = match[0]
    before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    if not _mixed(run) or _TITLED.fullmatch(run) or _HASH.match(run):
        return run
    as_value = before in ("'", '"', "`") or (before in ("=", ":") and after not in ("(", "[", "."))
    if not as_value and _wordy(run):
        return run
    return _hint(run).removesuffix(after)  # the rest of the run may be masked already, as a token


def _has_credential(value: str) -> bool:
    return any(_mixed(run) and not _wordy(run) for run in _RUN.findall(value))


def _mixed(run: str) -> bool:
    return any(map(str.isdigit, run)) and run.upper() != run and run.lower() != run


def _wordy(run: str) -> bool:
    words = _WORDS.findall(run)
    return sum(map(len, words)) >= _WORDY * len(words)
