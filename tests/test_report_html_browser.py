"""The HTML report in real Chromium: what it does for those who look, type, print, or have no script."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromium import Browser, browser, missing
from nodejs import PROVE
from reports import DEMO, RULES, hostile_tree, html_of, html_of_fix
from results import two_files
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from jwtscan.report import PLAIN, masked, render

DARK, LIGHT = "rgb(17, 18, 22)", "rgb(250, 250, 250)"


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    reason = missing()
    if reason is not None:
        (pytest.fail if PROVE else pytest.skip)(f"the HTML report was not tried: {reason}")
    with browser(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name in ("hostile", "clean"):
        (folder / name).mkdir()
    hostile_tree(folder / "hostile")
    (folder / "clean" / "a.py").write_text("x = 1\n")
    made = {
        "demo": html_of(DEMO),
        "fix": html_of_fix(DEMO),
        "hostile": html_of(folder / "hostile"),
        "clean": html_of(folder / "clean"),
    }
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture
def look(chrome: Browser) -> Iterator[Browser]:
    """The browser as a reader with a bright, wide screen has it, who waits for nothing that moves.

    At the end its console has to be clean, and it must have asked for nothing but the page.
    """
    chrome.prefer(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    chrome.size(1280, 900)
    yield chrome
    assert chrome.logs() == []
    asked = {address.partition("#")[0] for address in chrome.requests()}
    assert {address for address in asked if not re.match(r"about:|data:|file:///.*\.html$", address)} == set()


def shown(look: Browser) -> list[str]:
    """The rules of the findings that can be seen."""
    found = look.run(
        "return [...document.querySelectorAll('.finding')].filter(e => e.offsetParent).map(e => e.dataset.rule)"
    )
    return [str(rule) for rule in found]


def press(look: Browser, *keys: str) -> None:
    look.driver.switch_to.active_element.send_keys(*keys)


def focused(look: Browser) -> str:
    """The id of what has the focus, or of the finding that it is in."""
    return str(look.run("const e = document.activeElement; return e.id || e.closest('[id]')?.id || e.tagName"))


def hash_of(look: Browser) -> str:
    return str(look.run("return location.hash"))


@pytest.mark.parametrize("name", ["demo", "fix", "hostile", "clean"])
def test_page_opens_with_a_clean_console_and_asks_for_nothing(look: Browser, pages: dict[str, Path], name: str) -> None:
    look.open(pages[name])
    look.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert look.driver.find_element(By.TAG_NAME, "h1").text in (DEMO.name, name)
    assert look.requests() == [pages[name].as_uri()]


def test_hostile_names_and_lines_run_nothing(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["hostile"])
    # A dialog would make this command fail.
    look.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert look.run("return document.images.length + document.querySelectorAll('main script').length") == 0
    text = look.driver.find_element(By.TAG_NAME, "main").text
    assert "<img src=x onerror=alert(2)>" in text
    assert "<script>alert(4)</script>" in text


def test_policy_refuses_a_script_that_gets_in(chrome: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    """The second wall, should the first one have a hole."""
    broken = tmp_path / "broken.html"
    planted = "<main><script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
    broken.write_text(pages["demo"].read_text(encoding="utf-8").replace("<main", f"{planted}</main><main", 1))
    chrome.open(broken)
    assert chrome.driver.title == f"{DEMO.name} · jwtscan"
    assert len([line for line in chrome.logs() if "Content Security Policy" in line]) >= 2
    chrome.requests()


def test_boxes_narrow_down_and_the_address_remembers(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["demo"])
    assert len(shown(look)) == 13
    look.driver.find_element(By.CSS_SELECTOR, "input[value='jwt-mint']").click()
    look.driver.find_element(By.CSS_SELECTOR, "input[value='join-api-key']").click()
    assert sorted(shown(look)) == ["join-api-key", "join-api-key", "jwt-mint"]
    look.driver.find_element(By.CSS_SELECTOR, "input[value='web']").click()
    assert shown(look) == ["join-api-key", "join-api-key"]
    assert look.driver.find_element(By.ID, "shown").text == "2 of 13 findings"
    assert hash_of(look) == "#rule=join-api-key&rule=jwt-mint&folder=web"
    # What another box would give, under those of the other groups.
    assert look.run("return document.querySelector(\"input[value='server']\").parentNode.lastChild.textContent") == "1"
    look.open(pages["demo"], hash_of(look))
    assert shown(look) == ["join-api-key", "join-api-key"]
    look.driver.find_element(By.ID, "reset").click()
    assert len(shown(look)) == 13
    assert hash_of(look) == ""


def test_search_looks_everywhere_in_a_finding(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["demo"])
    search = look.driver.find_element(By.ID, "search")
    for words, rules in (
        ("api_key meetings.py mint", ["jwt-mint"]),
        ("LIB/VENDOR/REACT", ["outdated-sdk"]),
        ("zzz", []),
    ):
        search.clear()
        search.send_keys(words)
        assert sorted(set(shown(look)) & set(rules)) == rules
        assert bool(shown(look)) == bool(rules)
    assert look.driver.find_element(By.ID, "none").is_displayed()
    assert hash_of(look) == "#q=zzz"
    search.send_keys(Keys.ESCAPE)
    assert len(shown(look)) == 13


def test_row_of_a_chart_narrows_down(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["demo"])
    look.driver.find_element(By.LINK_TEXT, "wrapper-client").click()
    assert shown(look) == ["wrapper-client"]


def test_link_to_a_finding_opens_it(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["demo"])
    identity = look.run("return document.querySelector(\"[data-rule='legacy-signature']\").id")
    look.open(pages["demo"], f"#{identity}")
    assert look.run("return document.getElementById(arguments[0]).open", identity)
    assert focused(look) == identity
    top = look.run("return document.getElementById(arguments[0]).getBoundingClientRect().top", identity)
    assert 0 <= top < 900


def test_keys_reach_everything(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["demo"])
    press(look, Keys.TAB)
    assert look.run("return document.activeElement.className") == "skip"
    press(look, Keys.ENTER)
    assert focused(look) == "findings"
    press(look, "/")
    assert focused(look) == "search"
    press(look, "mint")
    assert len(shown(look)) < 13
    press(look, Keys.ESCAPE)
    assert len(shown(look)) == 13
    press(look, Keys.ESCAPE)
    press(look, "j")
    first = focused(look)
    press(look, "j")
    second = focused(look)
    assert first != second
    assert first.startswith("f-")
    press(look, Keys.ENTER)
    assert look.run("return document.getElementById(arguments[0]).open", second)
    press(look, "k")
    assert focused(look) == first
    outline = look.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus has to be seen"


def test_theme_is_the_systems_until_chosen(look: Browser, pages: dict[str, Path]) -> None:
    def ground() -> Any:
        return look.run("return getComputedStyle(document.documentElement).backgroundColor")

    look.open(pages["demo"])
    assert ground() == LIGHT
    look.prefer(prefers_color_scheme="dark")
    assert ground() == DARK
    button = look.driver.find_element(By.ID, "theme")
    WebDriverWait(look.driver, 5).until(lambda _: button.text == "Light")
    button.click()
    assert ground() == LIGHT
    look.open(pages["demo"])
    assert ground() == LIGHT, "it is remembered"
    look.run("localStorage.clear()")


def test_nothing_moves_for_those_who_want_no_motion(look: Browser, pages: dict[str, Path]) -> None:
    script = "return getComputedStyle(document.documentElement).scrollBehavior"
    look.open(pages["demo"])
    assert look.run(script) == "auto"
    look.prefer(prefers_reduced_motion="no-preference")
    assert look.run(script) == "smooth"


def test_everything_is_there_without_scripts(look: Browser, pages: dict[str, Path]) -> None:
    with look.without_scripts():
        look.open(pages["demo"])
        assert len(look.driver.find_elements(By.CSS_SELECTOR, ".finding")) == 13
        assert not look.driver.find_element(By.ID, "search").is_displayed()
        assert not look.driver.find_element(By.ID, "theme").is_displayed()
        card = look.driver.find_element(By.CSS_SELECTOR, "[data-rule='jwt-mint']")
        assert "It also writes" not in card.text
        card.find_element(By.TAG_NAME, "summary").click()
        assert "It also writes server/zoom_oauth.py" in card.text
        wide = card.size["width"]
    assert wide > 900, "no room is kept for filters that are not there"


def _printed(look: Browser) -> int:
    """How many pages a print has."""
    data = base64.b64decode(look.devtools("Page.printToPDF", printBackground=True)["data"])
    assert data.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_print_shows_everything_with_scripts_and_without(look: Browser, pages: dict[str, Path]) -> None:
    look.open(pages["demo"])
    printed = _printed(look)
    assert look.run("return document.querySelectorAll('.finding[open]').length") == 0, "closed again afterwards"
    look.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert printed == _printed(look) >= 6
    with look.without_scripts():
        look.open(pages["demo"])
        assert abs(_printed(look) - printed) <= 1


@pytest.mark.parametrize("width", [360, 768])
def test_narrow_screen_needs_no_sideways_scrolling(look: Browser, pages: dict[str, Path], width: int) -> None:
    look.size(width, 800)
    for name in ("demo", "fix", "hostile", "clean"):
        look.open(pages[name])
        look.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
        script = "const e = document.documentElement; return e.scrollWidth - e.clientWidth"
        assert look.run(script) == 0, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(look: Browser, pages: dict[str, Path], node_modules: Path, scheme: str) -> None:
    axe = (node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    look.prefer(prefers_color_scheme=scheme)
    for name, is_open in (("demo", "false"), ("demo", "true"), ("fix", "true"), ("hostile", "true"), ("clean", "true")):
        look.open(pages[name])
        look.run(f"document.querySelectorAll('details').forEach(one => {{ one.open = {is_open} }})")
        look.run(axe)
        found = look.driver.execute_async_script(
            "axe.run(document, { resultTypes: ['violations'] }).then(arguments[arguments.length - 1])"
        )
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], name


def test_two_thousand_findings_stay_quick(look: Browser, tmp_path: Path) -> None:
    report = masked(two_files(), RULES)
    many = tuple(
        replace(one, path=f"team{number % 40}/{number}/{one.path}", fingerprint=f"{number:08}{one.fingerprint}")
        for number in range(1000)
        for one in report.findings
    )
    page = tmp_path / "many.html"
    page.write_text(render(replace(report, findings=many), "html", PLAIN), encoding="utf-8")
    assert page.stat().st_size < 6_000_000
    look.open(page)
    assert look.driver.find_element(By.ID, "shown").text == "2,000 findings"
    took = look.run(
        "const start = performance.now(), box = document.getElementById('search'); box.value = 'team7/';"
        "box.dispatchEvent(new Event('input')); document.body.offsetHeight; return performance.now() - start"
    )
    assert look.driver.find_element(By.ID, "shown").text == "50 of 2,000 findings"
    assert took < 3000, "a search has to feel like one, even on a slow machine"
