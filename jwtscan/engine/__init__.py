"""Where everything meets: ``scan`` finds, ``fix`` plans the changes. Neither writes a file.

``fix`` is imported from its module by whoever fixes: most runs never do.
"""

from jwtscan.engine.options import Options, Progress
from jwtscan.engine.result import Result
from jwtscan.engine.scan import BUILTIN_WORDS, OWN_WORD, Scan, scan

__all__ = ["BUILTIN_WORDS", "OWN_WORD", "Options", "Progress", "Result", "Scan", "scan"]
