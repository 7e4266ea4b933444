"""Look for texts that break a reader, guided by the code that runs: ``python tests/fuzz.py READER [atheris options]``.

Needs ``pip install atheris``. Ends at the first fault, whose text it writes to a file, or after ``-max_total_time=60``.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import atheris  # type: ignore[import-not-found]

sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["archtrack"]):
    import hostile
    from archtrack.errors import ArchtrackError


def main() -> None:
    names = ", ".join(hostile.READERS)
    if len(sys.argv) < 2 or sys.argv[1] not in hostile.READERS:
        sys.exit(f"name a reader: {names}")
    read, shapes = hostile.READERS[sys.argv.pop(1)]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, shape in enumerate(shapes.values()):
            (folder / str(number)).write_text(shape(3), encoding="utf-8")

    def once(data: bytes) -> None:
        with suppress(ArchtrackError):
            read(data.decode("utf-8", "replace"))

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
