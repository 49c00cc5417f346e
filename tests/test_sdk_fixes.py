"""What fixtures cannot say of the Meeting SDK's fixes: a target, what is left to do, the endpoint that is shown."""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path

import pytest

from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.engine.outcome import Fixed
from jwtscan.files.document import decode
from jwtscan.finding import Applicability
from jwtscan.fixing.sdk.releases import wanted
from jwtscan.loading import load_rules
from jwtscan.rule import Rule
from jwtscan.syntax.reading import read_unit

JOIN = "ZoomMtg.join({ apiKey: window.key, signature: window.signature, meetingNumber: 1, userName: 'Guest' });\n"
PAGE = """\
<link rel="stylesheet" href="https://source.zoom.us/2.2.0/css/bootstrap.css">
<script src="https://source.zoom.us/2.2.0/lib/vendor/react.min.js"></script>
<script src="https://source.zoom.us/2.2.0/lib/vendor/react-dom.min.js"></script>
<script src="https://source.zoom.us/zoom-meeting-2.2.0.min.js"></script>
<script src="room.js"></script>
"""
SIGN = """\
import { ZoomMtg } from '@zoomus/websdk';
ZoomMtg.generateSignature({ meetingNumber: room.number, role: 0, apiKey: room.key, apiSecret: room.sec, success() {} });
"""


@cache
def rules() -> list[Rule]:
    return load_rules(allow_python=False)


def migrated(folder: Path, files: dict[str, str], target: str | None = None) -> tuple[Fixed, dict[str, str]]:
    """What fixing gives, and the texts after it."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    made = fix(Options(jobs=1, paths=(".",), cwd=folder), rules(), target=target)
    return made, files | {change.path: change.after.source.decode() for change in made.changes}


def sketch_of(made: Fixed, rule: str) -> str:
    return next(finding.fix.sketch for finding in made.last.findings if finding.rule == rule and finding.fix)


@pytest.mark.parametrize(
    ("target", "release"),
    [
        (None, None),
        ("auto", None),
        ("2", (2, 18, 3)),
        ("3.5", (3, 5, 2)),
        ("3", (3, 13, 2)),
        ("4.0.0", (4, 0, 0)),
        ("6", (6, 2, 0)),
        ("2.4", (2, 4, 0)),
    ],
)
def test_target_means_the_newest_release_that_it_fits(target: str | None, release: tuple[int, int, int] | None) -> None:
    assert wanted(target) == release


def test_page_moved_to_6_loses_its_styles_and_the_key_and_loads_react_redux(tmp_path: Path) -> None:
    _, after = migrated(tmp_path, {"room.html": PAGE, "room.js": JOIN}, target="6")
    assert (
        after["room.html"]
        == """\
<script src="https://source.zoom.us/6.2.0/lib/vendor/react.min.js"></script>
<script src="https://source.zoom.us/6.2.0/lib/vendor/react-dom.min.js"></script>
<script src="https://source.zoom.us/6.2.0/lib/vendor/react-redux.min.js"></script>
<script src="https://source.zoom.us/6.2.0/zoom-meeting-6.2.0.min.js"></script>
<script src="room.js"></script>
"""
    )
    assert "Key" not in after["room.js"]


def test_package_moved_to_4_takes_its_name_everywhere_and_its_styles_away(tmp_path: Path) -> None:
    files = {
        "package.json": '{\n  "dependencies": {\n    "@zoomus/websdk": "^2.2.0",\n    "react": "^16.8.0"\n  }\n}\n',
        "angular.json": '{"styles": ["node_modules/@zoomus/websdk/dist/css/bootstrap.css", "src/styles.css"]}\n',
        "src/room.js": "import { ZoomMtg } from '@zoomus/websdk';\nimport '@zoomus/websdk/dist/css/bootstrap.css';\n"
        + JOIN,
        "src/embedded.js": "import client from '@zoomus/websdk/embedded';\n",
    }
    made, after = migrated(tmp_path, files, target="4")
    assert json.loads(after["package.json"])["dependencies"]["@zoom/meetingsdk"] == "^4.1.0"
    assert after["angular.json"] == '{"styles": ["src/styles.css"]}\n'
    assert after["src/room.js"].startswith("import { ZoomMtg } from '@zoom/meetingsdk';\nZoomMtg.join({ signature")
    assert after["src/embedded.js"] == "import client from '@zoom/meetingsdk/embedded';\n"
    assert any("React 18.2" in line for line in made.left_to_do)


def test_release_without_react_of_its_own_is_no_safe_step_beside_an_older_react(tmp_path: Path) -> None:
    manifest = '{"dependencies": {"@zoomus/websdk": "^2.2.0", "react": "^16.8.0"}}'
    made, after = migrated(tmp_path, {"package.json": manifest}, target="6")
    (left,) = made.last.findings
    assert left.fix is not None
    assert left.fix.applicability is Applicability.UNSAFE
    assert left.fix.because == "it takes React 18.2 from the project, which asks for ^16.8.0"
    assert after["package.json"] == manifest


def test_target_of_the_jwt_apps_time_raises_nothing(tmp_path: Path) -> None:
    made, after = migrated(tmp_path, {"room.html": PAGE, "room.js": JOIN}, target="2.4")
    assert after["room.html"] == PAGE
    assert "sdkKey: window.key" in after["room.js"]
    assert [finding.rule for finding in made.last.findings] == ["outdated-sdk"]


def test_newer_release_that_is_not_raised_keeps_its_own_key_whatever_the_target(tmp_path: Path) -> None:
    files = {"package.json": '{"dependencies": {"@zoomus/websdk": "2.18.3"}}', "room.js": JOIN}
    _, after = migrated(tmp_path, files, target="6")
    assert "sdkKey: window.key" in after["room.js"]


def test_copy_of_an_old_sdk_is_left_to_be_replaced(tmp_path: Path) -> None:
    page = '<script src="/zoom/zoom-meeting-1.9.1.min.js"></script>\n<script src="room.js"></script>\n'
    made, after = migrated(tmp_path, {"room.html": page, "room.js": JOIN})
    assert after["room.html"] == page
    assert "sdkKey: window.key" in after["room.js"]
    assert "Replace the copy of the Meeting SDK 1.9.1: sdkKey needs 2.3.0." in made.left_to_do


def test_lock_file_is_left_to_the_package_manager(tmp_path: Path) -> None:
    lock = 'lockfileVersion: "9.0"\n\npackages:\n\n  "@zoomus/websdk@2.2.0":\n    resolution: {}\n'
    files = {"package.json": '{"dependencies": {"@zoomus/websdk": "2.2.0"}}', "pnpm-lock.yaml": lock}
    made, after = migrated(tmp_path, files)
    assert after["pnpm-lock.yaml"] == lock
    assert any("pnpm install" in line for line in made.left_to_do)


def test_library_files_of_the_sites_own_are_left_to_be_copied(tmp_path: Path) -> None:
    room = "import { ZoomMtg } from '@zoomus/websdk';\nZoomMtg.setZoomJSLib('/static/zoom/lib', '/av');\n"
    made, _ = migrated(tmp_path, {"package.json": '{"dependencies": {"@zoomus/websdk": "2.2.0"}}', "room.js": room})
    assert any("dist/lib" in line and "/static/zoom/lib" in line for line in made.left_to_do)


def test_answer_of_a_server_has_to_bring_the_new_key(tmp_path: Path) -> None:
    room = """\
const data = await fetch('/pass').then((answer) => answer.json());
ZoomMtg.join({ apiKey: data.apiKey, signature: data.signature, meetingNumber: 1, userName: 'Guest' });
"""
    made, after = migrated(tmp_path, {"room.js": room})
    assert "sdkKey: data.apiKey" in after["room.js"]
    assert "The server's answer still calls the key apiKey: have it send the SDK key." in made.left_to_do


def test_servers_credentials_get_their_names_though_the_pages_signature_is_left(tmp_path: Path) -> None:
    server = """\
const crypto = require('crypto');

exports.signature = (meetingNumber, role) => {
  const key = process.env.API_KEY;
  const timestamp = Date.now() - 30000;
  const message = Buffer.from(key + meetingNumber + timestamp + role).toString('base64');
  const hash = crypto.createHmac('sha256', process.env.API_SECRET).update(message).digest('base64');
  return Buffer.from(`${key}.${meetingNumber}.${timestamp}.${role}.${hash}`).toString('base64');
};
"""
    page = """\
function sign(number) {
  return ZoomMtg.generateSignature({ meetingNumber: number, role: 0, apiKey: API_KEY, apiSecret: API_SECRET });
}
"""
    made, after = migrated(tmp_path, {"zoom/signature.js": server, "public/room.js": page})
    assert "process.env.ZOOM_MEETING_SDK_KEY" in after["zoom/signature.js"]
    assert after["public/room.js"] == page
    (left,) = made.last.findings
    assert left.fix is not None
    assert left.fix.because == "the secret stays in the browser, where anyone can read it"


PYTHON = ["fastapi", "Flask", "Django"]


@pytest.mark.parametrize("framework", PYTHON)
def test_endpoint_in_python_is_a_program(framework: str, tmp_path: Path) -> None:
    made, _ = migrated(tmp_path, {"web/room.js": SIGN, "requirements.txt": f"{framework}==2.0\n"})
    server, _, client = sketch_of(made, "client-signature").partition("\n// In the browser")
    tree = ast.parse(server.removeprefix("// On the server.\n"))
    assert framework.lower() in {name.partition(".")[0] for name in _imported(tree)}
    assert 'fetch("/zoom/signature"' in client
    assert "meetingNumber: room.number, role: 0" in client


def _imported(tree: ast.Module) -> list[str]:
    return [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize(
    ("package", "files", "address", "mark"),
    [
        ("express", {}, "/zoom/signature", "app.post("),
        ("next", {"pages/index.js": ""}, "/api/zoom/signature", "export default function handler("),
        ("next", {"app/layout.js": ""}, "/api/zoom/signature", "export async function POST("),
        ("react", {}, "/zoom/signature", "app.post("),
    ],
)
def test_endpoint_in_javascript_is_a_program(
    package: str, files: dict[str, str], address: str, mark: str, tmp_path: Path
) -> None:
    manifest = {"package.json": json.dumps({"dependencies": {package: "*", "@zoomus/websdk": "2.18.3"}})}
    made, _ = migrated(tmp_path, {"room.js": SIGN, **manifest, **files})
    sketch = sketch_of(made, "client-signature")
    assert mark in sketch
    assert f'fetch("{address}"' in sketch
    for part in sketch.split("// In the browser, in place of generateSignature()."):
        unit = read_unit(decode("sketch.js", part.encode(), "javascript"), "javascript")
        assert unit.module is not None
        assert unit.module.errors == []


# -- what is left to do ------------------------------------------------------------------------------------------------

LITERAL = (
    "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOm51bGwsImlzcyI6IkZha2VGYWtlRmFrZUZha2VGYWtlMjIiLCJleHAiOjE2MDAwMDAwMDB9."
    + "Fake" * 10
    + "Fak"
)


def test_variables_are_told_by_the_name_that_the_bundler_wants(tmp_path: Path) -> None:
    made, _ = migrated(
        tmp_path,
        {
            "package.json": json.dumps({"dependencies": {"react-scripts": "4.0.3"}}),
            "src/App.js": f"const apiKey = 'FakeFakeFakeFakeFake22';\n{JOIN.replace('window.key', 'apiKey')}",
        },
    )

    assert "Set REACT_APP_ZOOM_MEETING_SDK_KEY to its client id." in made.left_to_do


def test_a_key_that_no_environment_gives_is_put_in_by_hand(tmp_path: Path) -> None:
    page = {"meeting.js": f"const apiKey = 'FakeFakeFakeFakeFake22';\n{JOIN.replace('window.key', 'apiKey')}"}
    made, files = migrated(tmp_path, page)

    assert "const apiKey = '';" in files["meeting.js"]
    assert any("API key stood in meeting.js" in line for line in made.left_to_do)


def test_a_pasted_token_leads_to_the_app_that_gives_new_ones(tmp_path: Path) -> None:
    made, _ = migrated(
        tmp_path,
        {
            "report.js": 'const axios = require("axios");\n\nexports.users = async () =>\n'
            '  axios.get("https://api.zoom.us/v2/users", { headers: { Authorization: "Bearer ' + LITERAL + '" } });\n'
        },
    )

    assert "Set ZOOM_ACCOUNT_ID, ZOOM_CLIENT_ID and ZOOM_CLIENT_SECRET to its credentials." in made.left_to_do
    assert any(line.startswith("Create a Server-to-Server OAuth app") for line in made.left_to_do)
    assert any("may stay in their history: report.js" in line for line in made.left_to_do)


def test_a_signature_alone_needs_no_server_to_server_app(tmp_path: Path) -> None:
    made, _ = migrated(tmp_path, {"meeting.js": JOIN})

    assert not any("Server-to-Server" in line for line in made.left_to_do)


def test_a_pasted_token_that_nothing_replaces_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "users.service.ts").write_text(
        'import { Injectable } from "@angular/core";\n\n@Injectable()\nexport class Users {\n'
        f'  private authorization = "Bearer {LITERAL}";\n}}\n'
    )
    made = fix(Options(jobs=1, paths=(".",), cwd=tmp_path), rules(), least=Applicability.UNSAFE)

    assert "Send an OAuth access token where users.service.ts had the pasted one." in made.left_to_do
