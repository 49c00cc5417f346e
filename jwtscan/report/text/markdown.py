"""Shows Markdown on a terminal. Into a file or pipe it goes as it is."""

from __future__ import annotations

import io

from jwtscan.report.look import Look


def shown(markdown: str, look: Look) -> str:
    """``markdown`` drawn for a terminal, no wider than is good to read."""
    from rich.console import Console
    from rich.markdown import Markdown

    out = io.StringIO()
    console = Console(
        file=out,
        width=min(look.width, 100),
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        no_color=not look.colour,
        legacy_windows=False,
        safe_box=not look.unicode,
    )
    console.print(Markdown(markdown, code_theme="ansi_dark", hyperlinks=False))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
