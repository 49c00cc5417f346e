"""Downloads a named list of public packages (packages.toml) with pip and npm and unpacks each into a folder.

    python benchmarks/packages.py negatives DIR

Nothing is installed. Where a project has no wheel, pip runs its build to learn its metadata, as it always does.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DATA = Path(__file__).with_name("packages.toml")


class Package(NamedTuple):
    """One pinned package; ``ecosystem`` is ``pypi`` or ``npm``."""

    ecosystem: str
    name: str
    version: str

    @property
    def folder(self) -> str:
        """A name for its sources: ``npm-zoom-videosdk`` for ``@zoom/videosdk``."""
        return f"{self.ecosystem}-{self.name.lower().replace('@', '').replace('/', '-')}"


def read_lists() -> dict[str, list[Package]]:
    """All lists of packages.toml by name."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {
        name: [Package(eco, package, version) for eco, pins in ecosystems.items() for package, version in pins.items()]
        for name, ecosystems in data.items()
    }


def fetch(package: Package, folder: Path) -> bool:
    """Puts the sources of a package into ``folder/package.folder``; True where they were not there already.

    Raises ``subprocess.CalledProcessError`` where pip or npm fails.
    """
    target = folder / package.folder
    if target.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        archives = Path(scratch) / "archives"
        archives.mkdir()
        _download(package, archives)
        unpacked = Path(scratch) / "unpacked"
        for archive in archives.iterdir():
            _unpack(archive, unpacked)
        unpacked.rename(target)
    return True


def _download(package: Package, folder: Path) -> None:
    if package.ecosystem == "npm":
        _run("npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}", cwd=folder)
        return
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
    pinned = f"{package.name}=={package.version}"
    try:
        _run(*pip, "--only-binary", ":all:", pinned, cwd=folder)
    except subprocess.CalledProcessError:
        _run(*pip, pinned, cwd=folder)


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True)


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def main(arguments: Sequence[str] | None = None) -> int:
    lists = read_lists()
    parser = argparse.ArgumentParser(description="Download a list of public packages and unpack them.")
    parser.add_argument("list", choices=sorted(lists))
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args(arguments)
    failed = 0
    for package in lists[chosen.list]:
        try:
            words = "unpacked" if fetch(package, chosen.folder) else "is there"
        except subprocess.CalledProcessError as error:
            failed += 1
            words = f"failed: {(error.stderr or '').strip().splitlines()[-1:] or error}"
        print(f"{package.ecosystem} {package.name} {package.version} {words}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
