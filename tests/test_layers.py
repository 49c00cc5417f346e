"""Which part of jwtscan may import which, and where each third-party package may appear."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import jwtscan

PACKAGE = Path(jwtscan.__file__).parent
RULES = PACKAGE.parent / "rules"

# A part may import from those above it. ``rule`` names types of the ones above only for type checkers.
LAYERS = (
    ("nearest", "toml", "text", "mask"),
    ("finding",),
    ("files",),
    ("syntax",),
    ("meaning",),
    ("fixing",),
    ("rule",),
    ("table",),
    ("declared", "api"),
    ("zoom_errors", "loading"),
    ("engine",),
    ("cases", "report"),
    ("config",),
    ("cli",),
    ("__main__",),
)

HOMES = {
    "click": "cli",
    "rich": "report/text",
    "libcst": "fixing",
    "tomli": "toml.py",
    "tree_sitter": "syntax",
    "tree_sitter_html": "syntax",
    "tree_sitter_javascript": "syntax",
    "tree_sitter_python": "syntax",
    "tree_sitter_typescript": "syntax",
    "yaml": "syntax",
}
"""Where a third-party package may be imported: a folder or a file of the package."""

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if PACKAGE / "rules" not in path.parents)


def _imports(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a module imports when it runs, inside of functions too."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            stack.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # ``from jwtscan import x`` names the module x.
            yield from (
                [f"{node.module}.{alias.name}" for alias in node.names]
                if node.module == "jwtscan"
                else [node.module or ""]
            )
        stack.extend(ast.iter_child_nodes(node))


def _of(path: Path) -> list[str]:
    return list(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _rank(part: str) -> int:
    return next(rank for rank, layer in enumerate(LAYERS) if part in layer)


def _part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_what_is_above_it(path: Path) -> None:
    part = _part(path)
    if part == "__init__":
        assert not [name for name in _of(path) if name.startswith("jwtscan")]
        return
    for name in _of(path):
        top, _, rest = name.partition(".")
        if top != "jwtscan" or rest == "__version__":
            continue
        other = rest.partition(".")[0]
        assert other == part or _rank(other) < _rank(part), f"{part} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_third_party_package_stays_at_home(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    for name in _of(path):
        top = name.partition(".")[0]
        home = HOMES.get(top)
        assert home is None or here == home or here.startswith(home + "/"), f"{top} belongs into {home}"


def test_every_third_party_package_has_a_home() -> None:
    import sys

    known = set(sys.stdlib_module_names) | set(HOMES) | {"jwtscan", "tomllib"}
    used = {name.partition(".")[0] for path in MODULES for name in _of(path)}
    assert used <= known


@pytest.mark.parametrize("path", sorted(RULES.glob("*.py")), ids=lambda path: path.name)
def test_rule_imports_nothing_but_the_facade(path: Path) -> None:
    assert {name for name in _of(path) if name.startswith("jwtscan")} == {"jwtscan.api"}
