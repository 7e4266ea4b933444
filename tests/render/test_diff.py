from __future__ import annotations

from archtrack.core.matrix.diff import compare
from archtrack.model import Inventory, Origin, Place, Registration
from archtrack.render.diff import changes_lines, changes_markdown


def inventory(version: str | None, location: str = "here", **files: str) -> Inventory:
    origin = Origin(distribution="x", kind="local", location=location)
    registrations = tuple(
        Registration(name=name, file=file, place=Place(file=file, line=1), defined_in="m")
        for name, file in sorted(files.items())
    )
    return Inventory(engine="x", version=version, origin=origin, registrations=registrations)


def test_hostile_names_are_defused_in_text_and_markdown() -> None:
    old = inventory("1\x1b[0m", A="a.py")
    new = inventory("2", "b*c", A="a|b`<i>\x1b[31m.py")
    changes = compare(old, new)
    text, markdown = list(changes_lines(old, new, changes)), list(changes_markdown(old, new, changes))
    assert text == [
        "x 1\ufffd[0m to 2: 1 to 1 architecture, 1 change",
        "  ~ A  [a.py to a|b`<i>\ufffd[31m.py]",
    ]
    assert markdown[-1] == "- **A** (a.py to a\\|b\\`&lt;i&gt;\ufffd\\[31m.py)"
    assert "\x1b" not in "".join(markdown)


def test_a_source_without_version_is_named_by_its_place() -> None:
    old, new = inventory(None, "before"), inventory(None, "after")
    assert list(changes_lines(old, new, ())) == ["x before to after: 0 to 0 architectures, 0 changes"]
    assert list(changes_markdown(old, new, ())) == ["## x before to after: 0 to 0 architectures, 0 changes"]
