"""What the SDK signature's fix says: how safe it is, why it is not made, what is left to do."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from jwtscan.engine import Options
from jwtscan.engine.fix import fix
from jwtscan.finding import Applicability, Fix
from jwtscan.loading import load_rules
from jwtscan.rule import Rule

ROUTE = """\
const crypto = require('crypto');

exports.zoomSignature = (apiKey, apiSecret, meetingNumber, role, ts = Date.now()) => {
  const msg = Buffer.from(apiKey + meetingNumber + ts + role).toString('base64');
  const hash = crypto.createHmac('sha256', apiSecret).update(msg).digest('base64');
  const signature = Buffer.from(`${apiKey}.${meetingNumber}.${ts}.${role}.${hash}`).toString('base64');
  return { apiKey, signature };
};
"""
PYTHON = """\
import base64, hashlib, hmac, time

def zoom_signature(api_key, api_secret, meeting_number, role):
    ts = int(time.time() * 1000)
    msg = base64.b64encode(f"{api_key}{meeting_number}{ts}{role}".encode())
    h = base64.b64encode(hmac.new(api_secret.encode(), msg, hashlib.sha256).digest()).decode()
    return base64.b64encode(f"{api_key}.{meeting_number}.{ts}.{role}.{h}".encode()).decode()
"""


@cache
def rules() -> list[Rule]:
    return [rule for rule in load_rules(allow_python=False) if rule.id == "legacy-signature"]


def _fix(folder: Path, **files: str) -> Fix:
    """The fix of the one finding in the files: what landed, else what is offered."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    made = fix(Options(jobs=1, paths=(".",), cwd=folder), rules(), least=Applicability.UNSAFE)
    (finding,) = (*made.fixed, *made.last.findings)
    assert finding.fix is not None
    return finding.fix


def _source(folder: Path, name: str) -> str:
    made = fix(Options(jobs=1, paths=(".",), cwd=folder), rules(), least=Applicability.UNSAFE)
    return next(change.after.source.decode() for change in made.changes if change.path == name)


def test_server_is_safe_and_says_what_the_client_has_to_do(tmp_path: Path) -> None:
    made = _fix(tmp_path, **{"api__sign.js": ROUTE})
    assert made.applicability is Applicability.SAFE
    assert made.because is None
    said = "\n".join(made.left_to_do)
    assert all(line.endswith(".") for line in made.left_to_do)
    assert "Meeting SDK" in made.left_to_do[0]
    assert "api/sign.js gives the key out with the signature" in said
    assert "the parameter ts is no longer read" in said


def test_browser_is_unsafe_because_the_secret_stays_there(tmp_path: Path) -> None:
    page = "import { useState } from 'react';\n" + ROUTE
    made = _fix(tmp_path, **{"src__sign.js": page})
    assert made.applicability is Applicability.UNSAFE
    assert made.because is not None
    assert "browser" in made.because
    assert any(line.startswith("Make the signature on a server") for line in made.left_to_do)


def test_what_a_page_imports_runs_in_the_browser_too(tmp_path: Path) -> None:
    page = (
        "import React from 'react';\nimport { zoomSignature } from './sign';\nexport const a = zoomSignature('hmac');\n"
    )
    made = _fix(tmp_path, **{"src__sign.js": ROUTE, "src__page.jsx": page})
    assert made.applicability is Applicability.UNSAFE


def test_names_without_a_value_are_in_doubt(tmp_path: Path) -> None:
    made = _fix(tmp_path, **{"a.js": ROUTE.replace("meetingNumber, role, ts =", "ts =")})
    assert made.applicability is Applicability.UNSAFE
    assert made.because == "meetingNumber and role are not defined in this file"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.js", ROUTE.removesuffix("};\n"), "a.js does not parse"),
        ("a.py", PYTHON + "\nprint 'done'\n", "a.py is not Python 3"),
        (
            "a.js",
            ROUTE.replace(".digest('base64')", ".digest()"),
            "the hash is not written as base64",
        ),
        (
            "a.ipynb",
            json.dumps({"cells": [{"cell_type": "code", "source": PYTHON}], "metadata": {}, "nbformat": 4}),
            "a notebook's cell is not rewritten for this",
        ),
        (
            "a.js",
            "const crypto = require('crypto');\n"
            "exports.zoomSignature = (body, secret) => {\n"
            "  const role = 1, ts = Date.now(), msg = Buffer.from(body.key + body.mn + ts + role).toString('base64'),\n"
            "    hash = crypto.createHmac('sha256', secret).update(msg).digest('base64');\n"
            "  return Buffer.from([body.key, body.mn, ts, role, hash].join('.')).toString('base64');\n"
            "};\n",
            "the message is made together with its parts",
        ),
    ],
)
def test_what_cannot_be_told_apart_is_explained(tmp_path: Path, name: str, text: str, reason: str) -> None:
    made = _fix(tmp_path, **{name: text})
    assert made.applicability is Applicability.DISPLAY
    assert made.because == reason


def test_pyjwt_is_imported_where_the_project_asks_for_it(tmp_path: Path) -> None:
    _fix(tmp_path, **{"zoom.py": PYTHON, "requirements.txt": "pyjwt>=2.4\n"})
    source = _source(tmp_path, "zoom.py")
    assert "import jwt\n" in source
    assert 'jwt.encode(payload, api_secret, algorithm="HS256")' in source
    assert "hmac" not in source


@pytest.mark.parametrize("asked", ["PyJWT<2", "PyJWT==1.7.1", "pyjwt~=1.7"])
def test_pyjwt_that_gives_bytes_is_left_alone(tmp_path: Path, asked: str) -> None:
    _fix(tmp_path, **{"zoom.py": PYTHON, "requirements.txt": f"{asked}\n"})
    assert "import jwt" not in _source(tmp_path, "zoom.py")


@pytest.mark.parametrize(
    ("version", "target", "has_sdk_key"),
    [
        ("^3.13.0", None, True),
        ("4.0.0", None, False),
        ("^6.2.0", None, False),
        ("6.2.0", "3.13", True),
        ("2.18.3", "6", False),
    ],
)
def test_sdk_key_is_left_out_from_version_four_on(
    tmp_path: Path, version: str, target: str | None, has_sdk_key: bool
) -> None:
    package = {"dependencies": {"@zoom/meetingsdk": version, "express": "^4.0.0"}}
    (tmp_path / "package.json").write_text(json.dumps(package), encoding="utf-8")
    (tmp_path / "sign.js").write_text(ROUTE, encoding="utf-8")
    made = fix(Options(jobs=1, paths=(".",), cwd=tmp_path), rules(), target=target)
    (change,) = made.changes
    assert (b"sdkKey: apiKey" in change.after.source) is has_sdk_key
    assert b"appKey: apiKey" in change.after.source
