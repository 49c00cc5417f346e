"""JavaScript, JSX and TypeScript to the IR: ``lower_javascript`` is the whole interface."""

from __future__ import annotations

from jwtscan.syntax import ir
from jwtscan.syntax.javascript import chains, classes, functions, grammar, jsx, modules, operators, statements, values
from jwtscan.syntax.javascript.lowering import Lowering, Place


def lower_javascript(path: str, source: bytes, language: str) -> ir.Module:
    """Lower one program; ``language`` is ``javascript`` (JSX and Flow too), ``typescript`` or ``tsx``.

    What cannot be read is in ``errors``; the rest of the file is lowered all the same.
    """
    parsed = grammar.parse(source, language)
    module = ir.Module(path, language, ir.Scope("module", None), comments=parsed.comments, errors=parsed.errors)
    low = Lowering(
        module,
        source,
        {
            **values.EXPRESSIONS,
            **operators.EXPRESSIONS,
            **chains.EXPRESSIONS,
            **functions.EXPRESSIONS,
            **classes.EXPRESSIONS,
            **jsx.EXPRESSIONS,
        },
        {**statements.STATEMENTS, **modules.STATEMENTS},
    )
    place = Place(module.scope)
    low.run([parsed.root], place)
    return low.finish(parsed.unread, place)


__all__ = ["lower_javascript"]
