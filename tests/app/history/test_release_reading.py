"""What the history keeps of a release: entries from an inventory."""

from __future__ import annotations

import pytest

from archtrack.app.history.release_reading import entries_from
from miniature import inventory, public


@pytest.mark.parametrize(
    ("name", "example", "source", "kept"),
    [
        ("A", "owner/name-1.5_b", "x/c.py:3", ("owner/name-1.5_b", "x/c.py:3")),
        ("A", None, None, (None, None)),
        ("A", "bert-base-uncased", "x/c.py:3", (None, None)),  # no owner
        ("A", "owner/name.git", "x/c.py:3", (None, None)),
        ("A", "owner/na me", "x/c.py:3", (None, None)),
        ("A", "owner/name\n", "x/c.py:3", (None, None)),
        ("A", "owner/name", None, (None, None)),  # nobody could look it up
        ("TransformersForCausalLM", "owner/name", "x/c.py:3", (None, None)),  # no checkpoint names it
    ],
)
def test_a_checkpoint_is_kept_if_the_hub_could_have_it_and_the_release_says_so(
    name: str, example: str | None, source: str | None, kept: tuple[str | None, str | None]
) -> None:
    found = entries_from(inventory("demo", public(name, example=example, example_source=source)))
    assert (found[name].example, found[name].example_at) == kept
