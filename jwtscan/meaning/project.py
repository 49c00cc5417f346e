"""The project as one program: its units, and the questions that cross files. What is Zoom's stands in ``uses``."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from jwtscan.meaning import models
from jwtscan.meaning.callers import Callers
from jwtscan.meaning.components import options_of
from jwtscan.meaning.effort import Effort
from jwtscan.meaning.modules import Modules
from jwtscan.meaning.reach import MAX_DEPTH, Reach
from jwtscan.meaning.values import Configured, End, External, Value
from jwtscan.syntax import ir
from jwtscan.syntax.unit import Setting, Unit
from jwtscan.text import Span

if TYPE_CHECKING:
    from jwtscan.finding import Step
    from jwtscan.meaning.uses import Uses
    from jwtscan.syntax.ledger import Ledger

MAX_BASES = 4
MAX_STARS = 200
MAX_NESTED = 7
MAX_SETTINGS_FILES = 400
_SETTINGS_FILE = re.compile(
    r"(?:^|/)(?:\.?[^/]*\.?env(?:rc)?(?:\.[^/]+)?|[^/]*compose[^/]*\.ya?ml|Dockerfile[^/]*|app\.json|"
    r"[^/]*(?:config|settings|secrets?|credentials|env)[^/]*\.(?:json|ya?ml|toml|ini|cfg|conf)[^/]*|[^/]+\.(?:ini|cfg|properties)(?:\.[^/]+)?)$",
    re.IGNORECASE,
)


class Project:
    """Units by path, loaded when a question needs them.

    ``files`` are all paths of the tree that jwtscan reads, candidates or not; ``read`` gives the unit of one of them,
    None where it cannot be read. ``root`` is the scanned folder's own name. ``text`` gives the bytes of a file that
    need not be understood.
    """

    def __init__(
        self,
        files: Iterable[str],
        read: Callable[[str], Unit | None],
        root: str = "",
        text: Callable[[str], bytes | None] | None = None,
    ) -> None:
        self.root = root
        self._text = text
        self.models = models.builtin()
        self.effort = Effort()
        self.units: dict[str, Unit] = {}
        self._read = read
        self._unread: set[str] = set()
        self._candidates: tuple[str, ...] = ()
        self.ledger: Ledger | None = None
        self.modules = Modules(files, self.load)
        self.callers = Callers(self)
        self._stores: dict[tuple[str, str], list[ir.Store]] = defaultdict(list)
        self._components: dict[str, list[ir.Object]] = {}
        self._starred: dict[str, list[Unit]] = {}
        self._homes: dict[int, Unit] = {}
        self._pages: list[Unit] = []
        self._nested = 0

    def look_at(self, paths: Iterable[str]) -> None:
        """Loads the candidates: the files that the rules are run on."""
        self._candidates = tuple(path for path in sorted(paths) if self.load(path) is not None)

    # -- units -----------------------------------------------------------------------------------------------------

    def load(self, path: str) -> Unit | None:
        """The unit of a path, read at the first question. None where there is none or it cannot be read."""
        unit = self.units.get(path)
        if unit is None and path not in self._unread:
            unit = self._read(path)
            if unit is None:
                self._unread.add(path)
            else:
                self.add(unit)
        return unit

    def text(self, path: str) -> bytes | None:
        """The source of a path; a file that is no unit yet does not become one. None where it cannot be read."""
        if path in self.units or self._text is None:
            unit = self.load(path)
            return None if unit is None else unit.document.source
        return self._text(path)

    def add(self, unit: Unit) -> None:
        self.units[unit.path] = unit
        if unit.links:
            self._pages.append(unit)
        if unit.module is not None:
            self.callers.add(unit, unit.module)
            for store in unit.module.stores:
                self._stores[unit.path, store.target.name].append(store)
            for cls in unit.module.classes:
                self._homes[id(cls)] = unit

    def candidates(self) -> list[Unit]:
        """The units that a keyword brought in, by path; not those that only an import did."""
        return [self.units[path] for path in self._candidates]

    def settings_files(self) -> list[str]:
        """The paths of files that can define environment variables or settings, by their names alone."""
        return sorted(path for path in self.modules.files if _SETTINGS_FILE.search(path))[:MAX_SETTINGS_FILES]

    @cached_property
    def uses(self) -> Uses:
        """What the project still does with the JWT app."""
        from jwtscan.meaning.uses import Uses

        return Uses(self)

    def home(self, cls: ir.Class) -> Unit | None:
        """The unit that a class is written in."""
        return self._homes.get(id(cls))

    # -- values ----------------------------------------------------------------------------------------------------

    def reach(self, unit: Unit, expr: ir.Expr | None) -> list[Value]:
        """The values an expression may have, each with its trail. A search that others wait for is a shorter one."""
        if expr is None or self._nested > MAX_NESTED:
            return []
        start = MAX_DEPTH * self._nested // (self._nested + 1)
        self._nested += 1
        try:
            return Reach(self, self.models).of(unit, expr, depth=start)
        finally:
            self._nested -= 1

    def names(self, unit: Unit, expr: ir.Expr) -> list[str]:
        """The dotted names of what an expression means outside the project."""
        return [value.name for value in self.reach(unit, expr) if value.name]

    def sources(self, unit: Unit, expr: ir.Expr | None, *, limit: int = 60) -> list[Value]:
        """What goes into an expression: its values, and those of the parts that text and unknown calls are made of."""
        found: list[Value] = []
        queue: list[tuple[Unit, ir.Expr, tuple[Step, ...]]] = [] if expr is None else [(unit, expr, ())]
        seen: set[int] = set()
        while queue and len(seen) < limit * 4 and len(found) < limit:
            home, current, trail = queue.pop(0)
            if id(current) in seen:
                continue
            seen.add(id(current))
            for value in self.reach(home, current):
                whole = Value(value.end, value.unit, (*value.trail, *trail))
                found.append(whole)
                queue.extend((value.unit, part, whole.trail) for part in _parts(value.end))
        return found

    # -- questions of Reach ------------------------------------------------------------------------------------------

    def resolve(self, unit: Unit, ref: ir.Import) -> tuple[Unit, str | None] | None:
        target = self.modules.target(unit, ref)
        if target is None:
            return None
        found = self.load(target[0])
        return None if found is None else (found, target[1])

    def exported(self, unit: Unit, name: str) -> Iterator[tuple[Unit, ir.Expr, Span]]:
        """The expressions that a module gives under a name, with the unit and span that say so."""
        queue, seen = [unit], {unit.path}
        while queue and len(seen) <= MAX_STARS:
            current = queue.pop()
            found = list(_given_out(current, name))
            yield from found
            if not found:
                behind = [star for star in self._stars(current) if star.path not in seen]
                seen.update(star.path for star in behind)
                queue.extend(reversed(behind))

    def _stars(self, unit: Unit) -> list[Unit]:
        """The units of the project that a unit imports or gives on as a whole."""
        if unit.path not in self._starred:
            self.effort.spend(len(unit.module.star_exports) if unit.module else 0)
            targets = [self.resolve(unit, star) for star in (unit.module.star_exports if unit.module else ())]
            units = {target[0].path: target[0] for target in targets if target is not None}
            self._starred[unit.path] = list(units.values())
        self.effort.spend(len(self._starred[unit.path]) / 16)
        return self._starred[unit.path]

    def whole_export(self, unit: Unit) -> ir.Expr | None:
        """What ``require()`` of a CommonJS module gives when it is one value (``module.exports = value``)."""
        return unit.module.exports.get("=") if unit.module is not None else None

    def free_bindings(self, unit: Unit, name: str) -> Iterator[tuple[Unit, ir.Binding]]:
        """Bindings of other modules that a name without one of its own may mean."""
        module = unit.module
        if module is None:
            return
        for other in self._behind_stars(unit):
            if other.module is not None:
                yield from ((other, b) for b in other.module.scope.bindings.get(name, ()))
        if module.language != "python":
            for other in self._same_page(unit):
                if other.module is not None:
                    yield from ((other, b) for b in other.module.scope.bindings.get(name, ()))

    def _behind_stars(self, unit: Unit) -> Iterator[Unit]:
        """The units that a unit imports as a whole, and those that they do."""
        queue, seen = list(reversed(self._stars(unit))), {unit.path}
        while queue and len(seen) <= MAX_STARS:
            current = queue.pop()
            if current.path not in seen:
                seen.add(current.path)
                yield current
                queue.extend(reversed([star for star in self._stars(current) if star.path not in seen]))

    def unresolved_star(self, unit: Unit) -> str | None:
        """The one star import whose module is not in the project, if there is exactly one."""
        if unit.module is None or unit.module.language != "python":
            return None
        self.effort.spend(len(unit.module.star_exports) / 8)
        missing = [star.module for star in unit.module.star_exports if self.resolve(unit, star) is None]
        return missing[0] if len(missing) == 1 else None

    def _same_page(self, unit: Unit) -> list[Unit]:
        """The other scripts of the pages that load this one."""
        group: dict[str, Unit] = {}
        for page in list(self._pages):
            members = [page, *self.page_scripts(page)]
            if unit in members:
                group.update((member.path, member) for member in members if member is not unit)
        return list(group.values())

    def page_scripts(self, page: Unit) -> list[Unit]:
        """The programs of the project that a page loads by its tags."""
        folder = posixpath.dirname(page.path)
        scripts = []
        for link in page.links:
            if link.tag == "script" and "//" not in link.url:
                path = posixpath.normpath(posixpath.join(folder, link.url.partition("?")[0].lstrip("/")))
                unit = self.load(path) if path in self.modules.files else None
                if unit is not None:
                    scripts.append(unit)
        return scripts

    def configured(self, unit: Unit, key: str, span: Span) -> Iterator[Value]:
        """A key of a settings unit; a key that only has others below it is one without a value."""
        below = f"{key}."
        for setting in unit.settings:
            if setting.key == key:
                yield Value(Configured(setting.value_span, setting), unit)
                return
        for setting in unit.settings:
            if setting.key.startswith(below):
                yield Value(Configured(span, Setting(key, None, setting.key_span, Span(0, 0))), unit)
                return

    def stores(self, unit: Unit, attr: ir.Attr) -> Iterator[ir.Store]:
        """Assignments to the same attribute of the same name in the same unit."""
        for store in self._stores.get((unit.path, attr.name), ()):
            self.effort.spend(1 / 8)
            if store.target is not attr and self.same_place(store.target.obj, attr.obj):
                yield store

    def same_place(self, left: ir.Expr, right: ir.Expr) -> bool:
        """Whether two names or attributes are written alike and mean the same binding."""
        while isinstance(left, ir.Attr) and isinstance(right, ir.Attr) and left.name == right.name:
            left, right = left.obj, right.obj
        if isinstance(left, ir.Name) and isinstance(right, ir.Name) and left.id == right.id:
            return left.scope.find(left.id) == right.scope.find(right.id)
        return isinstance(left, ir.This) and isinstance(right, ir.This) and left.owner is right.owner

    def components(self, unit: Unit) -> list[ir.Object]:
        """The objects of a unit that may be a component's options."""
        if unit.path not in self._components:
            self._components[unit.path] = options_of(unit.module) if unit.module is not None else []
        return self._components[unit.path]

    def fields(self, unit: Unit, cls: ir.Class, name: str, depth: int = 0) -> Iterator[tuple[Span, ir.Expr]]:
        """The values that a field or method of a class is given: in its body, through ``this``, in its bases."""
        found = False
        for binding in cls.scope.bindings.get(name, ()):
            if binding.value is not None:
                found = True
                yield binding.span, binding.value
        for store in self._stores.get((unit.path, name), ()):
            self.effort.spend(1 / 8)
            if isinstance(store.target.obj, ir.This) and store.target.obj.owner is cls:
                found = True
                yield store.target.name_span, store.value
        if not found and depth < MAX_BASES:
            for base in cls.bases:
                for value in self.reach(unit, base):
                    if isinstance(value.end, ir.Class) and value.end is not cls:
                        yield from self.fields(self.home(value.end) or value.unit, value.end, name, depth + 1)

    def calls(self, unit: Unit) -> Iterator[tuple[ir.Call, str | None]]:
        """Every call of a unit with the dotted name of what it calls, None where that is of the project or unknown."""
        for call in unit.module.calls if unit.module else ():
            names = self.names(unit, call.func)
            yield call, names[0] if names else None


def _given_out(unit: Unit, name: str) -> Iterator[tuple[Unit, ir.Expr, Span]]:
    """The expressions that a module itself gives under a name."""
    module = unit.module
    if module is None:
        return
    if module.language == "python":
        for binding in module.scope.bindings.get(name, ()):
            if binding.value is not None:
                yield unit, binding.value, binding.span
        return
    expr = module.exports.get(name)
    if expr is None and name == "default":
        expr = module.exports.get("=")
    if expr is not None:
        yield unit, expr, expr.span
    elif "=" in module.exports:
        whole = module.exports["="]
        yield unit, ir.Attr(whole.span, whole, name, whole.span), whole.span


def _parts(end: End) -> Iterator[ir.Expr]:
    """What a reached end is made of."""
    if isinstance(end, (ir.Concat, ir.Other)):
        yield from end.parts
    elif isinstance(end, ir.Seq):
        yield from end.items
    elif isinstance(end, ir.Spread):
        yield end.value
    elif isinstance(end, ir.Call):
        yield from end.args
        yield from (entry.value for entry in end.keywords)
        if isinstance(end.func, ir.Attr):
            yield end.func.obj
    elif isinstance(end, External) and end.call is not None:
        yield from _parts(end.call)
