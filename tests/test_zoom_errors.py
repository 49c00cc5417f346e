"""What is said about Zoom's errors, and how a pasted message finds its entry."""

from __future__ import annotations

import pytest

from jwtscan.zoom_errors import find_errors, page, read_errors


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("124", {"124"}),
        (" 3712 ", {"3712"}),
        ('{"code":124,"message":"Invalid access token."}', {"124"}),
        ("Invalid access token, does not contain scopes:[meeting:write:meeting]", {"4711", "4700"}),
        ("unsupported grant type", {"4705"}),
        ("Signature is invalid", {"3712"}),
        ("the server said errorCode 3705", {"3705"}),
    ],
)
def test_code_or_message_finds_its_entry(asked: str, codes: set[str]) -> None:
    assert {code for error in find_errors(asked) for code in error.codes} == codes


def test_code_with_several_meanings_gives_all_of_them() -> None:
    assert len(find_errors("200")) == 3


@pytest.mark.parametrize("asked", ["", "a", "99999", "hello world"])
def test_nothing_known(asked: str) -> None:
    assert find_errors(asked) == []


def test_every_entry_is_whole() -> None:
    for error in read_errors():
        assert all(code.isdigit() for code in error.codes)
        assert error.page.startswith("https://developers.zoom.us/")
        text = page(error)
        assert error.name in text
        assert "**Means:**" in text
        assert "**Do:**" in text
