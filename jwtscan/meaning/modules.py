"""Which file an import means: relative and package imports, index files, ``__init__``, tsconfig aliases, workspaces."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from jwtscan.files.folders import and_above
from jwtscan.syntax import ir

if TYPE_CHECKING:
    from jwtscan.syntax.unit import Unit

JS_SUFFIXES = (".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".json", ".vue", ".svelte", ".d.ts")
_OUTPUT_SUFFIX = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
PY_SUFFIXES = (".py", ".pyi", ".pyw")
MAX_WORKSPACES = 200

Load = Callable[[str], "Unit | None"]


class Modules:
    """The module graph over the files of a project; ``load`` reads a file by its path when a question needs it."""

    def __init__(self, files: Iterable[str], load: Load) -> None:
        self.files = frozenset(files)
        self.load = load
        self._found: dict[tuple[str, str, int], str | None] = {}
        self._aliases: dict[str, list[tuple[str, str]]] = {}
        self._workspaces: dict[str, str] | None = None

    def target(self, unit: Unit, ref: ir.Import) -> tuple[str, str | None] | None:
        """The path of the file that an import means and the name wanted of it, None for one outside the project."""
        if unit.module is not None and unit.module.language == "python":
            return self._python(unit.path, ref)
        path = self._script(unit.path, ref.module)
        return None if path is None else (path, None if ref.name in (None, "*") else ref.name)

    # -- Python ------------------------------------------------------------------------------------------------

    def _python(self, path: str, ref: ir.Import) -> tuple[str, str | None] | None:
        module = ref.module.replace(".", "/")
        if ref.name and ref.name != "*":
            below = self._python_file(path, f"{module}/{ref.name}".lstrip("/"), ref.level)
            holder = self._python_file(path, module, ref.level)
            if below is not None and (holder is None or holder.endswith("__init__.py")):
                return (below, None)
            return None if holder is None else (holder, ref.name)
        found = self._python_file(path, module, ref.level)
        return None if found is None else (found, None)

    def _python_file(self, path: str, module: str, level: int) -> str | None:
        key = (posixpath.dirname(path), module, level)
        if key not in self._found:
            self._found[key] = self._find_python(*key)
        return self._found[key]

    def _find_python(self, folder: str, module: str, level: int) -> str | None:
        if level:
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            return self._python_at(posixpath.join(folder, module) if module else folder)
        for above in and_above(folder):
            for root in (above, posixpath.join(above, "src")):
                found = self._python_at(posixpath.join(root, module))
                if found is not None:
                    return found
        return None

    def _python_at(self, base: str) -> str | None:
        for suffix in PY_SUFFIXES:
            if base + suffix in self.files:
                return base + suffix
        init = posixpath.join(base, "__init__.py")
        return init if init in self.files else None

    # -- JavaScript --------------------------------------------------------------------------------------------

    def _script(self, path: str, module: str) -> str | None:
        key = (posixpath.dirname(path), module, -1)
        if key not in self._found:
            self._found[key] = self._find_script(key[0], module)
        return self._found[key]

    def _find_script(self, folder: str, module: str) -> str | None:
        module = module.partition("?")[0].partition("!")[0] if module[:1] in "./@~" else module
        if module.startswith("."):
            return self._script_at(posixpath.normpath(posixpath.join(folder, module)))
        if module.startswith("/"):
            return self._script_at(module.lstrip("/"))
        for prefix, base in self._alias(folder):
            if prefix == module or (prefix.endswith("*") and module.startswith(prefix[:-1])):
                rest = module[len(prefix) - 1 :] if prefix.endswith("*") else ""
                found = self._script_at(posixpath.normpath(base.replace("*", rest, 1) if "*" in base else base))
                if found is not None:
                    return found
        return self._workspace(module)

    def _script_at(self, base: str) -> str | None:
        if base in self.files and not base.endswith("/"):
            return base
        for suffix in JS_SUFFIXES:
            if base + suffix in self.files:
                return base + suffix
        stem, dot, ending = base.rpartition(".")
        for suffix in _OUTPUT_SUFFIX.get(dot + ending, ()):
            if stem + suffix in self.files:
                return stem + suffix
        for suffix in JS_SUFFIXES:
            index = posixpath.normpath(posixpath.join(base, "index" + suffix))
            if index in self.files:
                return index
        return None

    def _alias(self, folder: str) -> list[tuple[str, str]]:
        """The path aliases in force in a folder: the nearest tsconfig's or jsconfig's, then what bundlers mean by @."""
        if folder not in self._aliases:
            own: list[tuple[str, str]] = []
            for name in ("tsconfig.json", "jsconfig.json", "tsconfig.base.json"):
                config = posixpath.join(folder, name)
                if config in self.files:
                    own += self._declared_aliases(folder, config)
            if posixpath.join(folder, "package.json") in self.files:
                source = posixpath.join(folder, "src")
                for base in (posixpath.join(source, "*"), posixpath.join(folder, "*")):
                    own += [("@/*", base), ("~/*", base)]
            parent = posixpath.dirname(folder)
            above = self._alias(parent) if folder and parent != folder and not folder.endswith("..") else []
            self._aliases[folder] = own + above
        return self._aliases[folder]

    def _declared_aliases(self, folder: str, config: str) -> list[tuple[str, str]]:
        unit = self.load(config)
        if unit is None:
            return []
        values = {setting.key: setting.value or "" for setting in unit.settings}
        base = posixpath.normpath(posixpath.join(folder, values.get("compilerOptions.baseUrl", ".")))
        aliases = []
        for key, value in values.items():
            if key.startswith("compilerOptions.paths."):
                name = key.removeprefix("compilerOptions.paths.").rpartition(".")[0]
                aliases.append((name, posixpath.normpath(posixpath.join(base, value))))
        if "compilerOptions.baseUrl" in values:
            aliases.append(("*", posixpath.join(base, "*") if base != "." else "*"))
        return aliases

    def _workspace(self, module: str) -> str | None:
        """A package of the same repository, by the name its package.json has."""
        if self._workspaces is None:
            self._workspaces = {}
            manifests = sorted(path for path in self.files if posixpath.basename(path) == "package.json")
            if 1 < len(manifests) <= MAX_WORKSPACES:
                for manifest in manifests:
                    unit = self.load(manifest)
                    for setting in unit.settings if unit else ():
                        if setting.key == "name" and setting.value:
                            self._workspaces[setting.value] = posixpath.dirname(manifest)
        parts = module.split("/")
        name = "/".join(parts[: 2 if module.startswith("@") else 1])
        folder = self._workspaces.get(name)
        if folder is None:
            return None
        rest = module[len(name) :].strip("/")
        for base in (posixpath.join(folder, rest), posixpath.join(folder, "src", rest)):
            found = self._script_at(posixpath.normpath(base))
            if found is not None:
                return found
        return None
