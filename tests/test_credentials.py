"""What becomes of old credentials: names, settings in place, and the one decision over a whole tree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.engine.outcome import Fixed
from jwtscan.engine.prospect import propose
from jwtscan.engine.scan import Scan
from jwtscan.files.document import decode
from jwtscan.finding import Applicability
from jwtscan.fixing.names import Names, Purpose, new_names
from jwtscan.fixing.settings import by_path, edit_of, emptied
from jwtscan.loading import load_rules
from jwtscan.syntax.reading import read_unit
from jwtscan.syntax.unit import Unit
from jwtscan.text import apply

RULES = load_rules(allow_python=False)
KEY, SECRET = "FakeKey0000000000000AB", "FakeSecret00000000000000000000000ABC"
JOIN = (
    "import { ZoomMtg } from '@zoom/meetingsdk';\nZoomMtg.join({ apiKey: %s, signature, meetingNumber, userName });\n"
)
CLIENT = "import os\n\nfrom zoomus import ZoomClient\n\nclient = ZoomClient(%s, %s)\n"


def run(folder: Path, files: dict[str, str], least: Applicability = Applicability.SAFE) -> Fixed:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return fix(Options(jobs=1, paths=(".",), cwd=folder), RULES, least=least)


def after(made: Fixed, path: str) -> str:
    return next(change.after.source.decode() for change in made.changes if change.path == path)


def unit_of(kind: str, path: str, text: str) -> Unit:
    return read_unit(decode(path, text.encode(), kind), kind)


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "part", "purpose", "new"),
    [
        ("ZOOM_API_KEY", "key", Purpose.REST, ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID")),
        ("ZOOM_JWT_API_SECRET", "secret", Purpose.REST, ("ZOOM_CLIENT_SECRET",)),
        ("ZOOM_JWT_TOKEN", "token", Purpose.REST, ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET")),
        ("zoom_api_key", "key", Purpose.REST, ("zoom_account_id", "zoom_client_id")),
        ("zoomApiSecret", "secret", Purpose.SDK, ("zoomMeetingSdkSecret",)),
        ("ZoomApiKey", "key", Purpose.SDK, ("ZoomMeetingSdkKey",)),
        ("zoom-api-key", "key", Purpose.SDK, ("zoom-meeting-sdk-key",)),
        ("apiKey", "key", Purpose.SDK, ("sdkKey",)),
        ("API_SECRET", "secret", Purpose.REST, ("CLIENT_SECRET",)),
        ("secret", "secret", Purpose.REST, ("client_secret",)),
        ("APIKey", "key", Purpose.REST, ("AccountId", "ClientId")),
        (
            "ZOOM_API_KEY",
            "key",
            Purpose.SDK | Purpose.REST,
            ("ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID", "ZOOM_MEETING_SDK_KEY"),
        ),
    ],
)
def test_new_name_keeps_the_style_of_the_old(old: str, part: str, purpose: Purpose, new: tuple[str, ...]) -> None:
    assert new_names(old, part, purpose, Names(), variable=False) == new


@pytest.mark.parametrize(
    ("old", "part", "purpose", "new"),
    [
        ("REACT_APP_ZOOM_API_KEY", "key", Purpose.SDK, "REACT_APP_ZOOM_MEETING_SDK_KEY"),
        ("REACT_APP_ZOOM_API_SECRET", "secret", Purpose.SDK, "ZOOM_MEETING_SDK_SECRET"),
        ("NEXT_PUBLIC_ZOOM_API_KEY", "key", Purpose.REST, "ZOOM_CLIENT_ID"),
        ("ACME_ZOOM_API_KEY", "key", Purpose.REST, "ACME_ZOOM_CLIENT_ID"),
        ("JWT_ZOOM_API_KEY", "key", Purpose.REST, "ZOOM_CLIENT_ID"),
        ("API_KEY", "key", Purpose.REST, "ZOOM_CLIENT_ID"),
        ("VITE_API_KEY", "key", Purpose.SDK, "VITE_ZOOM_MEETING_SDK_KEY"),
    ],
)
def test_only_the_sdk_key_stays_behind_a_public_prefix(old: str, part: str, purpose: Purpose, new: str) -> None:
    assert new_names(old, part, purpose, Names(), variable=True)[-1] == new


def test_names_are_others_where_users_sign_in_with_the_usual_ones(tmp_path: Path) -> None:
    sign_in = (
        "import os, requests\n"
        "def tokens(code):\n"
        "    auth = (os.environ['ZOOM_CLIENT_ID'], os.environ['ZOOM_CLIENT_SECRET'])\n"
        "    data = {'grant_type': 'authorization_code', 'code': code}\n"
        "    return requests.post('https://zoom.us/oauth/token', data=data, auth=auth).json()\n"
    )
    client = CLIENT % ("os.environ['ZOOM_API_KEY']", "os.environ['ZOOM_API_SECRET']")
    made = run(tmp_path, {"login.py": sign_in, "rooms.py": client})
    assert made.names is not None
    assert made.names.client_id == "ZOOM_S2S_CLIENT_ID"
    assert "os.environ['ZOOM_S2S_CLIENT_ID']" in after(made, "rooms.py")


# -- settings in place -------------------------------------------------------------------------------------------------

TURNS = [{"ZOOM_API_KEY": "ZOOM_ACCOUNT_ID"}, {"ZOOM_API_KEY": "ZOOM_CLIENT_ID"}]


@pytest.mark.parametrize(
    ("kind", "path", "before", "expected"),
    [
        ("env", ".env", "A=1\r\nZOOM_API_KEY=abc # mine\r\n", "A=1\r\nZOOM_ACCOUNT_ID=\r\nZOOM_CLIENT_ID= # mine\r\n"),
        ("env", ".env", "ZOOM_API_KEY='abc'", "ZOOM_ACCOUNT_ID=''\nZOOM_CLIENT_ID=''"),
        ("env", ".env", "ZOOM_ACCOUNT_ID=\nZOOM_API_KEY=x\n", "ZOOM_ACCOUNT_ID=\nZOOM_CLIENT_ID=\n"),
        ("env", ".env", "ZOOM_ACCOUNT_ID=\nZOOM_API_KEY=x\nZOOM_CLIENT_ID=\n", "ZOOM_ACCOUNT_ID=\nZOOM_CLIENT_ID=\n"),
        ("shell", "a.sh", 'export ZOOM_API_KEY="${ZOOM_API_KEY:-old}"\n',
         'export ZOOM_ACCOUNT_ID="${ZOOM_ACCOUNT_ID:-}"\nexport ZOOM_CLIENT_ID="${ZOOM_CLIENT_ID:-}"\n'),
        ("json", "a.json", '{"ZOOM_API_KEY": "x", "b": 1}', '{"ZOOM_ACCOUNT_ID": "", "ZOOM_CLIENT_ID": "", "b": 1}'),
        ("json", "a.json", '{\n  "b": 1,\n  "ZOOM_API_KEY": "x"\n}',
         '{\n  "b": 1,\n  "ZOOM_ACCOUNT_ID": "",\n  "ZOOM_CLIENT_ID": ""\n}'),
        ("yaml", "a.yml", "ZOOM_API_KEY: abc\nb: 1\n", 'ZOOM_ACCOUNT_ID: ""\nZOOM_CLIENT_ID: ""\nb: 1\n'),
        ("yaml", "compose.yml", "services:\n  a:\n    environment:\n      - ZOOM_API_KEY=abc\n",
         "services:\n  a:\n    environment:\n      - ZOOM_ACCOUNT_ID=\n      - ZOOM_CLIENT_ID=\n"),
        ("yaml", "a.yml", "env:\n- name: ZOOM_API_KEY\n  value: x\n- name: B\n",
         'env:\n- name: ZOOM_ACCOUNT_ID\n  value: ""\n- name: ZOOM_CLIENT_ID\n  value: ""\n- name: B\n'),
        ("toml", "a.toml", 'ZOOM_API_KEY = "abc"\n', 'ZOOM_ACCOUNT_ID = ""\nZOOM_CLIENT_ID = ""\n'),
        ("ini", "a.ini", "[a]\nZOOM_API_KEY: abc\n", "[a]\nZOOM_ACCOUNT_ID:\nZOOM_CLIENT_ID: \n"),
        ("dockerfile", "Dockerfile", "ENV ZOOM_API_KEY abc\n", 'ENV ZOOM_ACCOUNT_ID ""\nENV ZOOM_CLIENT_ID ""\n'),
        ("dockerfile", "Dockerfile", "ENV A=1 ZOOM_API_KEY=k\n", "ENV A=1 ZOOM_ACCOUNT_ID= ZOOM_CLIENT_ID=\n"),
    ],
)  # fmt: skip
def test_setting_is_put_under_its_new_names_without_its_value(kind: str, path: str, before: str, expected: str) -> None:
    unit = unit_of(kind, path, before)
    setting = next(one for one in unit.settings if one.name == "ZOOM_API_KEY")
    there = {one.key for one in unit.settings}
    edit = edit_of(unit, setting, TURNS, there)
    assert edit is not None
    changed = apply(before.encode(), [edit]).decode()
    assert [line.rstrip(" ") for line in changed.split("\n")] == [line.rstrip(" ") for line in expected.split("\n")]
    if kind == "json":
        json.loads(changed)


def test_value_that_refers_to_a_secret_store_stays() -> None:
    text = "env:\n  ZOOM_API_KEY: ${{ secrets.ZOOM_API_KEY }}\n"
    unit = unit_of("yaml", ".github/workflows/a.yml", text)
    edit = edit_of(unit, unit.settings[0], TURNS, ())
    assert edit is not None
    assert "ZOOM_CLIENT_ID: ${{ secrets.ZOOM_CLIENT_ID }}" in apply(text.encode(), [edit]).decode()
    assert emptied(unit, unit.settings[0]) is None


def test_edits_that_touch_are_made_one() -> None:
    unit = unit_of("env", ".env", "A=1\nZOOM_API_KEY=x\n")
    edit = edit_of(unit, unit.settings[1], TURNS, {"ZOOM_ACCOUNT_ID", "ZOOM_CLIENT_ID"})
    other = emptied(unit, unit.settings[0])
    assert edit is not None
    assert other is not None
    joined = by_path([(".env", edit), (".env", other)])
    assert apply(unit.document.source, [one for _, one in joined]) == b"A=\n"


# -- one decision for the tree -----------------------------------------------------------------------------------------


def test_name_is_kept_while_a_use_that_is_left_reads_it(tmp_path: Path) -> None:
    tenant = (
        "import time, jwt, requests\n"
        "def users(row):\n"
        "    token = jwt.encode({'iss': row['zoom_api_key'], 'exp': time.time()}, row['zoom_api_secret'])\n"
        "    return requests.get('https://api.zoom.us/v2/users', headers={'Authorization': 'Bearer ' + token})\n"
    )
    made = run(tmp_path, {"tenant.py": tenant, "a.yml": "zoom_api_key: x\n"}, Applicability.UNSAFE)
    left = [finding for finding in made.last.findings if finding.rule == "config-credential"]
    assert [finding.path for finding in left] == ["a.yml"]
    assert left[0].fix is not None
    assert "still read by jwt-mint at tenant.py:3" in (left[0].fix.because or "")


def test_name_that_is_taken_in_a_file_is_not_given_again(tmp_path: Path) -> None:
    code = "import os\nZOOM_CLIENT_ID = 'for signing in'\nZOOM_API_KEY = os.environ['ZOOM_API_KEY']\n"
    made = run(tmp_path, {"zoom_settings.py": code}, Applicability.UNSAFE)
    (left,) = [finding for finding in made.last.findings if finding.path == "zoom_settings.py"]
    assert left.fix is not None
    assert left.fix.because == "ZOOM_CLIENT_ID is a name of zoom_settings.py already"
    assert not made.changes


def test_column_of_a_database_is_not_renamed(tmp_path: Path) -> None:
    model = (
        "from django.db import models\nclass Zoom(models.Model):\n    zoom_api_key = models.CharField(max_length=22)\n"
    )
    made = run(tmp_path, {"models.py": model, "zoom.yml": f"zoom_api_key: {KEY}\n"}, Applicability.UNSAFE)
    assert not made.changes
    becauses = {finding.fix.because for finding in made.last.findings if finding.fix is not None}
    assert "zoom_api_key is a field of a database at models.py:3" in becauses


def test_pair_that_served_both_gets_both_sets_and_each_file_its_own(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        {
            ".env": f"ZOOM_API_KEY={KEY}\nZOOM_API_SECRET={SECRET}\n",
            "rooms.py": CLIENT % ("os.environ['ZOOM_API_KEY']", "os.environ['ZOOM_API_SECRET']"),
            "web/room.js": JOIN % "process.env.ZOOM_API_KEY",
        },
    )
    # The SDK's secret is whoever's that signs: nothing here does.
    expected = ["ZOOM_ACCOUNT_ID=", "ZOOM_CLIENT_ID=", "ZOOM_MEETING_SDK_KEY=", "ZOOM_CLIENT_SECRET="]
    assert after(made, ".env").split() == expected
    assert "os.environ['ZOOM_CLIENT_ID']" in after(made, "rooms.py")
    assert "process.env.ZOOM_MEETING_SDK_KEY" in after(made, "web/room.js")


def test_variable_that_only_code_speaks_of_is_renamed_too(tmp_path: Path) -> None:
    made = run(tmp_path, {"web/room.js": JOIN % "process.env.ZOOM_API_KEY"})
    assert "sdkKey: process.env.ZOOM_MEETING_SDK_KEY" in after(made, "web/room.js")


def test_plain_name_of_another_package_is_left_alone(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        {
            "meetings/package.json": "{}",
            "meetings/.env": f"API_KEY={KEY}\n",
            "meetings/room.js": JOIN % "process.env.API_KEY",
            "weather/package.json": "{}",
            "weather/.env": "API_KEY=sunny\n",
            "weather/index.js": "fetch('https://weather.example?key=' + process.env.API_KEY);\n",
        },
    )
    assert sorted(change.path for change in made.changes) == ["meetings/.env", "meetings/room.js"]
    assert after(made, "meetings/.env") == "ZOOM_MEETING_SDK_KEY=\n"


def test_account_id_is_not_handed_on_where_the_way_has_a_gap(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        {
            "stack.py": 'def env(zoom_api_key):\n    return {\n        "ZOOM_API_KEY": zoom_api_key,\n    }\n',
            "rooms.py": CLIENT % ("os.environ['ZOOM_API_KEY']", "os.environ['ZOOM_API_SECRET']"),
        },
    )
    assert after(made, "stack.py") == (
        'def env(zoom_client_id):\n    return {\n        "ZOOM_CLIENT_ID": zoom_client_id,\n    }\n'
    )


def test_literal_of_a_notebook_is_read_from_the_environment(tmp_path: Path) -> None:
    lines = ["from zoomus import ZoomClient\n", f'client = ZoomClient("{KEY}", "{SECRET}")\n']
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": lines,
    }
    book = {"cells": [cell], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    made = run(tmp_path, {"rooms.ipynb": json.dumps(book, indent=1)}, Applicability.UNSAFE)
    for change in made.changes:
        source = "".join(json.loads(change.after.source)["cells"][0]["source"])
        assert KEY not in source
        assert "import os\n" in source


def test_old_value_is_in_no_file_afterwards_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    files = {
        ".env": f"ZOOM_API_KEY={KEY}\nZOOM_API_SECRET={SECRET}\n",
        "rooms.py": CLIENT % (f'"{KEY}"', f'"{SECRET}"'),
        "web/room.js": JOIN % f"'{KEY}'",
    }
    made = run(tmp_path, files, Applicability.UNSAFE)
    for change in made.changes:
        assert KEY.encode() not in change.after.raw
        assert SECRET.encode() not in change.after.raw
        (tmp_path / change.path).write_bytes(change.after.raw)
    assert {change.path for change in made.changes} >= set(files)
    assert not run(tmp_path, {}, Applicability.UNSAFE).changes


def test_variable_that_a_test_sets_gets_an_account_id_beside_it(tmp_path: Path) -> None:
    made = run(
        tmp_path,
        {
            "rooms.py": CLIENT % ("os.environ['ZOOM_API_KEY']", "os.environ['ZOOM_API_SECRET']"),
            "tests/test_rooms.py": 'def test_rooms(monkeypatch):\n    monkeypatch.setenv("ZOOM_API_KEY", "key")\n',
        },
    )
    assert after(made, "tests/test_rooms.py").splitlines()[1:] == [
        '    monkeypatch.setenv("ZOOM_ACCOUNT_ID", "key")',
        '    monkeypatch.setenv("ZOOM_CLIENT_ID", "key")',
    ]


def test_field_that_is_sent_is_renamed_only_when_told_to(tmp_path: Path) -> None:
    files = {
        "config.js": "module.exports = { zoomApiKey: process.env.ZOOM_API_KEY };\n",
        "server.js": "const { zoomApiKey } = require('./config');\n"
        "app.get('/', (_, res) => res.json({ zoomApiKey }));\n",
        "web/room.js": JOIN % "process.env.ZOOM_API_KEY",
    }
    made = run(tmp_path, files)
    assert [change.path for change in made.changes] == ["web/room.js"]
    made = run(tmp_path, files, Applicability.UNSAFE)
    assert "res.json({ zoomMeetingSdkKey })" in after(made, "server.js")


def test_scan_says_that_a_name_changes_when_its_use_has(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"ZOOM_API_KEY={KEY}\n")
    (tmp_path / "room.js").write_text(JOIN % "process.env.ZOOM_API_KEY")
    scan = Scan(Options(jobs=1, paths=(".",), cwd=tmp_path), RULES)
    scan.run()
    propose(scan, RULES)
    (finding,) = [finding for finding in scan.result.findings if finding.rule == "config-credential"]
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.SAFE
    assert finding.fix.title == "ZOOM_API_KEY becomes ZOOM_MEETING_SDK_KEY"
