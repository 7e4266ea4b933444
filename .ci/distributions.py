"""Build the wheel and the sdist, look into them, and try each in a clean environment of every Python that is named.

    python .ci/distributions.py [--out FOLDER] [--tag TAG] [PYTHON…]

Without PYTHON the one that runs this is used. With ``--tag`` nothing is built unless the tag is that of the version;
``--out`` keeps what was built, once all of it has passed. uv installs, in a quarter of the time that pip takes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
SMOKE = ROOT / ".ci" / "smoke.py"
VERSION = Path("src/archtrack/version.py")
ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
"""What runs sees no code but what is installed."""
ENVIRON |= {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "true"}


class DistributionError(Exception):
    """What is wrong, in one line or with what a command printed."""


def main() -> int:
    """Build and try; 1 if something is not as it should be."""
    parser = ArgumentParser(description="Build the wheel and the sdist, and try each in clean environments.")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to keep what was built and has passed"
    )
    parser.add_argument("--tag", help="build only if this is the tag of the version")
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", help="default: the Python that runs this")
    asked = parser.parse_args()
    try:
        if asked.tag is not None:
            check_tag(asked.tag, (ROOT / VERSION).read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            built = _build(Path(folder))
            _try_each(built, asked.pythons or [sys.executable], Path(folder))
            if asked.out is not None:
                asked.out.mkdir(parents=True, exist_ok=True)
                for path in built:
                    shutil.copy(path, asked.out)
    except DistributionError as error:
        print(f"distributions: {error}", file=sys.stderr)
        return 1
    return 0


def check_tag(tag: str, source: str) -> None:
    """Refuse a tag that is not that of the version which ``version.py`` has."""
    found = re.search(r'^__version__ = "([^"]+)"$', source, re.MULTILINE)
    expected = f"v{found[1]}" if found is not None else f"that of {VERSION}, which names no version"
    if tag != expected:
        raise DistributionError(f"the tag is {tag}, and {VERSION} asks for {expected}; correct one of them")


def check_wheel(wheel: Path, expected: set[str]) -> None:
    """Refuse a wheel that holds more or less than the package."""
    names = set(_content(wheel))
    own = {name for name in names if ".dist-info/" not in name}
    if own != expected:
        raise DistributionError(
            f"{wheel.name}: has {_some(own - expected)} that src/archtrack has not, and lacks {_some(expected - own)}"
        )


def check_same(one: Path, other: Path) -> None:
    """Refuse two wheels that hold different things."""
    left, right = _content(one), _content(other)
    differing = {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}
    if differing:
        raise DistributionError(f"{one.name}: built from the sdist, it differs in {_some(differing)}")


def check_sdist(sdist: Path, expected: set[str]) -> None:
    """Refuse an sdist that lacks a file of the checkout."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    if not expected <= names:
        raise DistributionError(f"{sdist.name}: lacks {_some(expected - names)}")


def _build(folder: Path) -> tuple[Path, Path]:
    """The wheel, as it is built from the sdist, and the sdist; both looked into."""
    _run("python -m venv", [sys.executable, "-m", "venv", folder / "builder"])
    builder = _python(folder / "builder")
    _run("pip install build uv", [builder, "-m", "pip", "install", "--quiet", "build", "uv"])
    build = (builder, "-m", "build", "--installer", "uv", "--outdir")
    _run("the sdist, and the wheel from it", [*build, folder / "dist", ROOT])
    _run("the wheel from the checkout", [*build, folder / "direct", "--wheel", ROOT])
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    files = _files()
    package = "src/archtrack/"
    check_sdist(sdist, files)
    check_wheel(wheel, {name.removeprefix("src/") for name in files if name.startswith(package)})
    check_same(wheel, folder / "direct" / wheel.name)
    for path in (wheel, sdist):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return wheel, sdist


def _try_each(built: tuple[Path, Path], pythons: list[str], folder: Path) -> None:
    """Each on each Python, two at a time; the page with one of them, as it takes as long as all the rest."""
    uv = (_python(folder / "builder"), "-m", "uv", "--quiet")
    wheel, sdist = built

    def attempt(number: int, python: str, path: Path) -> str:
        what = f"{path.name} on {python}"
        place = folder / f"{number}-{path.suffix[1:]}"
        found = _run(what, [python, "-c", "import sys; print(sys.executable)"]).strip()  # uv takes no shim
        _run(what, [*uv, "venv", "--python", found, place])
        install = (*uv, "pip", "install", "--python", _python(place))
        smoke = (_python(place), "-I", SMOKE)
        _run(what, [*install, path])
        _run(what, [*smoke, "--page"] if path == wheel and number == 0 else smoke)
        if path == wheel:
            what = f"{path.name}[mcp] on {python}"
            _run(what, [*install, f"{path}[mcp]"])
            _run(what, [*smoke, "--mcp"])
        return what

    with ThreadPoolExecutor(2) as pool:
        tried = [
            pool.submit(attempt, number, python, path)
            for number, python in enumerate(pythons)
            for path in (wheel, sdist)
        ]
        for each in tried:
            print(f"{each.result()}: installed and tried")


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _files() -> set[str]:
    """The files of the checkout, with those that git does not know yet."""
    listed = _run(
        "git ls-files", ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    )
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def _run(what: str, command: Sequence[str | Path]) -> str:
    """What a command prints to stdout."""
    done = subprocess.run(
        [str(each) for each in command], env=ENVIRON, cwd=ROOT, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        raise DistributionError(
            f"{what}: exit code {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
    return done.stdout


def _content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)[:10]) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
