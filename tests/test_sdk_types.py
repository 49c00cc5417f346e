"""Fixed TypeScript compiles against the SDK's own types; before it does not, from 2.7.0 on."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from nodejs import NODE_MODULES

from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.finding import Applicability
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

CLIENT = """\
import { ZoomMtg } from 'PACKAGE';

type Done = { success: () => void; error: () => void };
const done: Done = { success: () => undefined, error: () => undefined };

export function named(key: string, signature: string): void {
  ZoomMtg.join({
    apiKey: key,
    signature,
    meetingNumber: '81234567890',
    userName: 'Guest',
    ...done,
  });
}

export const short = (apiKey: string, signature: string): void =>
  ZoomMtg.join({ signature, meetingNumber: 81234567890, userName: 'Guest', ...done, apiKey });

export class Room {
  constructor(private readonly apiKey: string | undefined) {}

  enter(signature: string): void {
    ZoomMtg.join({ apiKey: this.apiKey!, signature, meetingNumber: 1, userName: 'Guest', ...done });
  }
}
"""

COMPONENT = """\
import ZoomMtgEmbedded from 'PACKAGE/embedded';

const client = ZoomMtgEmbedded.createClient();

export async function enter(key: string, signature: string): Promise<void> {
  await client.join({ apiKey: key, signature, meetingNumber: '81234567890', password: '', userName: 'Guest' });
}
"""

VARIABLES = """\
import { ZoomMtg } from 'PACKAGE';

interface Entrance {
  apiKey: string;
  signature: string;
  meetingNumber: string;
  userName: string;
  success: () => void;
  error: () => void;
}

export function declared(key: string, signature: string): void {
  const entrance: Entrance = {
    apiKey: key,
    signature,
    meetingNumber: '81234567890',
    userName: 'Guest',
    success: () => undefined,
    error: () => undefined,
  };
  ZoomMtg.join(entrance);
}

export interface Pass {
  apiKey: string;
  signature: string;
  meetingNumber: string;
  userName: string;
}

export function spread(pass: Pass): void {
  ZoomMtg.join({ ...pass, success: () => undefined, error: () => undefined });
}

spread({ apiKey: location.hash, signature: '', meetingNumber: '81234567890', userName: 'Guest' });
"""

RENAMED = """\
import { ZoomMtg } from 'PACKAGE';

ZoomMtg.setZoomJSLib('https://source.zoom.us/2.6.0/lib', '/av');
ZoomMtg.preLoadWasm();
ZoomMtg.prepareJssdk();
ZoomMtg.getBreakoutRoomList({ success: console.log });
"""

SIGNED = """\
import { ZoomMtg } from 'PACKAGE';

export function sign(apiKey: string, apiSecret: string): string {
  return ZoomMtg.generateSignature({ meetingNumber: '81234567890', apiKey, apiSecret, role: '0' });
}
"""

PROGRAMS = {"client.ts": CLIENT, "component.ts": COMPONENT, "variables.ts": VARIABLES}
OLD, NEW = "@zoomus/websdk", "@zoom/meetingsdk"

# The folder in node_modules, the package's name, and its version.
RELEASES = [
    ("websdk-2.7", OLD, "2.7.0"),
    ("websdk-2.18", OLD, "2.18.3"),
    ("meetingsdk-3.13", NEW, "3.13.2"),
    ("meetingsdk-4.0", NEW, "4.0.0"),
    ("meetingsdk-6.2", NEW, "6.2.0"),
]

pytestmark = pytest.mark.usefixtures("node_modules")


@cache
def rules() -> list[Rule]:
    return load_rules(allow_python=False)


def lay(folder: Path, package: str, version: str, programs: dict[str, str]) -> None:
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"dependencies": {package: version}}, indent=2))
    for name, text in programs.items():
        (folder / name).write_text(text.replace("PACKAGE", package))


def migrate(folder: Path, *, least: Applicability = Applicability.SAFE, target: str | None = None) -> None:
    made = fix(Options(jobs=1, paths=(".",), cwd=folder), rules(), least=least, target=target)
    assert [finding for finding in made.last.findings if finding.rule != "client-signature"] == []
    for change in made.changes:
        (folder / change.path).write_bytes(change.after.raw)


def errors(place: Path, installed: str, package: str) -> dict[str, set[str]]:
    """The codes of what ``tsc`` says about each file below ``place``, with ``package`` as in that folder."""
    home = NODE_MODULES / installed
    options = {
        "strict": True,
        "noEmit": True,
        "target": "es2020",
        "lib": ["es2020", "dom"],
        "module": "es2020",
        "moduleResolution": "bundler",
        "skipLibCheck": True,
        "types": [],
        "paths": {package: [str(home / "index.d.ts")], f"{package}/embedded": [str(home / "embedded.d.ts")]},
    }
    (place / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["**/*.ts"]}))
    ran = subprocess.run(
        ["node", str(NODE_MODULES / "typescript" / "bin" / "tsc"), "--pretty", "false", "-p", "."],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found: dict[str, set[str]] = defaultdict(set)
    for path, code in re.findall(r"^(\S+?)\(\d+,\d+\): error (TS\d+)", ran.stdout, re.MULTILINE):
        found[path].add(code)
    assert found or ran.returncode == 0, ran.stdout
    return dict(found)


@pytest.mark.parametrize(("installed", "package", "version"), RELEASES, ids=[row[0] for row in RELEASES])
def test_join_is_refused_before_and_compiles_after(installed: str, package: str, version: str, tmp_path: Path) -> None:
    for name in ("before", "after"):
        lay(tmp_path / name, package, version, PROGRAMS)
    migrate(tmp_path / "after")
    assert json.loads((tmp_path / "after/package.json").read_text())["dependencies"] == {package: version}
    assert errors(tmp_path, installed, package) == {"before/client.ts": {"TS2353"}, "before/component.ts": {"TS2353"}}


def test_release_that_takes_both_keys_compiles_before_and_after(tmp_path: Path) -> None:
    for name in ("before", "after"):
        lay(tmp_path / name, OLD, "2.6.0", PROGRAMS)
    migrate(tmp_path / "after")
    assert errors(tmp_path, "websdk-2.6", OLD) == {}


def test_raised_program_compiles_with_the_names_that_changed(tmp_path: Path) -> None:
    for name in ("before", "after"):
        lay(tmp_path / name, OLD, "^2.6.0", {**PROGRAMS, "renamed.ts": RENAMED})
    migrate(tmp_path / "after")
    assert json.loads((tmp_path / "after/package.json").read_text())["dependencies"] == {OLD: "^2.18.3"}
    found = errors(tmp_path, "websdk-2.18", OLD)
    assert found == {
        "before/client.ts": {"TS2353"},
        "before/component.ts": {"TS2353"},
        "before/renamed.ts": {"TS2339", "TS2551"},
    }


@pytest.mark.parametrize(
    ("target", "installed", "version"), [("3.13", "meetingsdk-3.13", "3.13.2"), ("6", "meetingsdk-6.2", "6.2.0")]
)
def test_program_moved_to_the_new_package_compiles(target: str, installed: str, version: str, tmp_path: Path) -> None:
    lay(tmp_path / "after", OLD, "2.6.0", {**PROGRAMS, "renamed.ts": RENAMED})
    migrate(tmp_path / "after", target=target)
    assert json.loads((tmp_path / "after/package.json").read_text())["dependencies"] == {NEW: version}
    assert errors(tmp_path, installed, NEW) == {}


def test_signature_in_the_browser_compiles_with_the_new_function(tmp_path: Path) -> None:
    for name in ("before", "after"):
        lay(tmp_path / name, OLD, "2.18.3", {"signed.ts": SIGNED})
    migrate(tmp_path / "after", least=Applicability.UNSAFE)
    assert errors(tmp_path, "websdk-2.18", OLD) == {"before/signed.ts": {"TS2551"}}
