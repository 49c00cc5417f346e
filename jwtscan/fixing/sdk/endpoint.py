"""The server endpoint that makes an SDK JWT, in the project's own server language, as code to write by hand."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import TYPE_CHECKING, Final

from jwtscan.fixing.manifest import manifests

if TYPE_CHECKING:
    from jwtscan.fixing.names import Names
    from jwtscan.fixing.plan import Plan

PATH: Final = "/zoom/signature"

_CLAIMS_JS = """\
const key = process.env.$key;
const iat = Math.floor(Date.now() / 1000) - 30;
const exp = iat + 7200;
const claims = { appKey: key, sdkKey: key, mn: String(meetingNumber), role: Number(role), iat, exp, tokenExp: exp };
const signature = jwt.sign(claims, process.env.$secret, { algorithm: "HS256" });
"""

_EXPRESS = """\
const jwt = require("jsonwebtoken"); // npm install jsonwebtoken

app.post("$path", express.json(), (req, res) => {
  const { meetingNumber, role } = req.body; // decide here who may join, and who as host
$claims
  res.json({ signature, sdkKey: key });
});
"""

_NEXT = """\
// pages/api$path.js
import jwt from "jsonwebtoken"; // npm install jsonwebtoken

export default function handler(req, res) {
  const { meetingNumber, role } = req.body; // decide here who may join, and who as host
$claims
  res.status(200).json({ signature, sdkKey: key });
}
"""

_NEXT_APP = """\
// app/api$path/route.js
import jwt from "jsonwebtoken"; // npm install jsonwebtoken

export async function POST(request) {
  const { meetingNumber, role } = await request.json(); // decide here who may join, and who as host
$claims
  return Response.json({ signature, sdkKey: key });
}
"""

_CLAIMS_PY = """\
key = os.environ["$key"]
iat = int(time.time()) - 30
exp = iat + 7200
claims = {"appKey": key, "sdkKey": key, "mn": str(meeting), "role": int(role), "iat": iat, "exp": exp, "tokenExp": exp}
signature = jwt.encode(claims, os.environ["$secret"], algorithm="HS256")
"""

_FLASK = """\
import os
import time

import jwt  # pip install PyJWT
from flask import request


@app.post("$path")
def zoom_signature():
    asked = request.get_json()
    meeting, role = asked["meetingNumber"], asked["role"]  # decide here who may join, and who as host
$claims
    return {"signature": signature, "sdkKey": key}
"""

_FASTAPI = """\
import os
import time
from typing import Annotated

import jwt  # pip install PyJWT
from fastapi import Body


@app.post("$path")
def zoom_signature(meetingNumber: Annotated[str, Body()], role: Annotated[int, Body()]):
    meeting = meetingNumber  # decide here who may join, and who as host
$claims
    return {"signature": signature, "sdkKey": key}
"""

_DJANGO = """\
import json
import os
import time

import jwt  # pip install PyJWT
from django.http import JsonResponse
from django.views.decorators.http import require_POST


@require_POST  # urls.py: path("zoom/signature", zoom_signature)
def zoom_signature(request):
    asked = json.loads(request.body)
    meeting, role = asked["meetingNumber"], asked["role"]  # decide here who may join, and who as host
$claims
    return JsonResponse({"signature": signature, "sdkKey": key})
"""

_BY_PACKAGE: Final[Mapping[tuple[str, str], tuple[str, str, str]]] = {
    ("npm", "next"): (_NEXT, _CLAIMS_JS, "  "),
    ("npm", "express"): (_EXPRESS, _CLAIMS_JS, "  "),
    ("pypi", "fastapi"): (_FASTAPI, _CLAIMS_PY, "    "),
    ("pypi", "flask"): (_FLASK, _CLAIMS_PY, "    "),
    ("pypi", "django"): (_DJANGO, _CLAIMS_PY, "    "),
}
"""The first of these that a manifest of the project asks for; Express where there is none."""
_APP_ROUTES = ("app/layout.", "src/app/layout.", "app/page.", "src/app/page.")
MAX_MANIFESTS = 40


def endpoint(plan: Plan) -> tuple[str, str]:
    """The address that the browser asks, and the program that answers."""
    package = _package(plan)
    template, claims, margin = _BY_PACKAGE[package]
    if package == ("npm", "next"):
        template = (
            _NEXT_APP if any(name in path for path in plan.project.modules.files for name in _APP_ROUTES) else _NEXT
        )
    address = f"/api{PATH}" if package == ("npm", "next") else PATH
    return address, _filled(template, claims, margin, plan.names)


def _filled(template: str, claims: str, margin: str, names: Names) -> str:
    lines = Template(claims).substitute(key=names.sdk_key, secret=names.sdk_secret).splitlines()
    return Template(template).substitute(path=PATH, claims="\n".join(margin + line for line in lines))


def _package(plan: Plan) -> tuple[str, str]:
    asked = set()
    for ecosystem in ("npm", "pypi"):
        for path in sorted(manifests(plan, ecosystem))[:MAX_MANIFESTS]:
            unit = plan.project.load(path)
            asked |= {(row.ecosystem, row.name) for row in (unit.requirements if unit is not None else ())}
    return next((package for package in _BY_PACKAGE if package in asked), ("npm", "express"))
