"""What a refresh prints of names that come, go, and are registered where they ran as others."""

from __future__ import annotations

from archtrack.app.history.refresh import Refreshed
from archtrack.core.history.history import Entry, History, Release
from archtrack.render.refresh import refreshed_lines, refreshed_markdown
from made_history import made_history

ALPHA = Entry(file="alpha.py", at="m/alpha.py:1")
RUN_AS = Entry(file="alpha.py", at="rules.py:3", runs_as="Alpha")
OWN = Entry(file="own.py", at="m/own.py:2")


def history(*releases: dict[str, Entry]) -> History:
    listed = tuple(
        Release(version=str(number), date=None, file=f"demo-{number}.whl", sha256=None)
        for number, _ in enumerate(releases, 1)
    )
    found = {str(number): entries for number, entries in enumerate(releases, 1)}
    return made_history(listed, found)


def test_a_name_that_is_registered_or_run_as_another_now_is_told() -> None:
    first = {"Alpha": ALPHA, "Beta": RUN_AS, "Gamma": OWN, "Gone": OWN}
    second = {"Alpha": ALPHA, "Beta": OWN, "Gamma": RUN_AS, "New": OWN}
    result = Refreshed(
        engine="demo", old=history(first), new=history(first, second), read=1, doubts={}, written=True
    )
    assert list(refreshed_lines(result)) == [
        "demo 2: 3 architectures, 1 release read, data written",
        "  2: 1 added, 1 removed since 1",
        "    + New",
        "    - Gone",
        "    ~ Beta: registered",
        "    ~ Gamma: runs as Alpha",
    ]
    assert list(refreshed_markdown(result)) == [
        "## demo 2: 3 architectures, 1 release read, data written",
        "",
        "- 2: 1 added, 1 removed since 1",
        "  - added **New**",
        "  - removed **Gone**",
        "  - **Beta**: registered",
        "  - **Gamma**: runs as Alpha",
        "",
    ]
