"""HTML reports of folders, made as the command line makes them, for the tests that read and those that look."""

from __future__ import annotations

from pathlib import Path

from jwtscan.engine import Options, Scan
from jwtscan.engine.fix import fix
from jwtscan.engine.prospect import propose
from jwtscan.finding import Applicability
from jwtscan.loading import load_rules
from jwtscan.report import PLAIN, masked, masked_fix, render, render_fix

DEMO = Path(__file__).parent.parent / "fixtures" / "demo"
RULES = load_rules(allow_python=False)

HOSTILE = "</script><img src=x onerror=alert(1)>\"'`&amp;\u202e"
"""What must not come to life in a page: markup, quotes, an entity, and a mark that turns what follows around."""


def html_of(folder: Path, jobs: int = 1) -> str:
    """The report of a scan of ``folder``."""
    scan = Scan(Options(paths=(".",), cwd=folder, jobs=jobs), RULES)
    scan.run()
    prospect = propose(scan, RULES)
    return render(masked(scan.result, RULES, prospect), "html", PLAIN)


def html_of_fix(folder: Path, least: Applicability = Applicability.SAFE) -> str:
    """The report of a fix of ``folder``, which is not written."""
    fixed = fix(Options(paths=(".",), cwd=folder, jobs=1), RULES, least=least)
    return render_fix(masked_fix(fixed, RULES), "html", PLAIN)


def hostile_tree(folder: Path) -> None:
    """Findings in files with hostile names, on hostile lines, with hostile names in their trails."""
    place = folder / "a\"b'c<img src=x onerror=alert(2)>"
    place.mkdir(parents=True)
    name = "d\u202ee<\x1b[31m>&amp;.py"
    text = (
        "import jwt, os  # zoom.us </script><img src=x onerror=alert(3)> \u202e\x1b[0m\n"
        'KEY = os.environ["ZOOM_API_KEY"]  # <!-- <script>alert(4)</script>\n'
        f"token = jwt.encode({{'iss': KEY, 'exp': 1}}, os.environ['ZOOM_API_SECRET'])  # {HOSTILE}\n"
    )
    (place / name).write_text(text, encoding="utf-8")
    (folder / "join.js").write_text(
        "import { ZoomMtg } from '@zoomus/websdk'\n"
        "ZoomMtg.join({ topic: '</style><svg onload=alert(5)>', apiKey: process.env.ZOOM_API_KEY, signature })\n",
        encoding="utf-8",
    )
