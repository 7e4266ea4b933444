"""A plugin of vLLM: a distribution that adds architectures to vLLM's registry, or puts its own classes in their place.

How it registers models: vLLM loads the entry points of the groups ``vllm.general_plugins`` and
``vllm.platform_plugins`` when it starts, and functions behind them call ``ModelRegistry.register_model("Architecture",
"module:Class")``: once for each, or in a loop over a table. Every such call in the package is read, wherever it stands.
One that is in a function which nobody is known to call has that as its condition. A plugin may have a table of its own
besides, from which it takes its class where vLLM has one of that name (``own_tables``).

How it loads a checkpoint: see ``verdict``. What a plugin does not register, vLLM's own registry has, or not: that is
vLLM's answer. Whether the plugin's hardware runs it nobody here can tell, so it is not known.

It cannot see what a program registers by functions that a plugin offers, nor what is changed in vLLM's own tables
(``ModelRegistry.models``), nor patches of vLLM's classes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import Fact, LoadFacts
from archtrack.engines.base import About
from archtrack.sources.base import METADATA, PYPROJECT, Layout

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["CALLED", "CONDITIONS", "VLLM", "VLLMPlugin"]

VLLM = "vllm"
CONDITIONS = "conditions"
"""Table: an architecture -> under which condition it is registered, if there is one."""
CALLED = ("register_model", "register_models")
"""The functions behind the entry points of most plugins."""


class VLLMPlugin:
    """One plugin: all that there is to say of it is where it is, and what its functions are called."""

    revision = 2

    def __init__(
        self,
        name: str,
        *,
        since: str,
        source: str,
        called: tuple[str, ...] = CALLED,
        own_tables: tuple[str, ...] = (),
        own_only: tuple[str, ...] = (),
        confirmed: tuple[str, ...] = (),
        untagged: tuple[str, ...] = (),
    ) -> None:
        """Declare a plugin.

        Args:
            name: of its distribution; the package is called the same, with ``_`` for ``-``.
            since: the oldest release that is read.
            source: as in ``About``.
            called: the functions in which it registers models and that vLLM, or its own command, calls in any case.
            own_tables: its tables of architectures, from which it takes its class in the place of vLLM's.
            own_only: those in its tables that neither vLLM nor the plugin has in vLLM's registry, which is asked first.
            confirmed: as in ``About``.
            untagged: as in ``About``.
        """
        package = name.replace("-", "_")
        self.name = name
        self.about = About(
            title=f"vLLM + {name}", source=source, confirmed=confirmed, untagged=untagged, adds_to=VLLM
        )
        self.layout = Layout(package=package, distribution=name)
        self.since = since
        self.called = called
        self.own_tables = own_tables
        self.own_only = own_only
        self.fetched = (f"{package}/**/*.py", METADATA)
        self.watched = (*self.fetched, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns a plugin
        """What the plugin registers."""
        found: Inventory = _part("registry").scan(self, library)
        return found

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG002 -- it says it all
        """Under which conditions it registers what."""
        rows = {
            each.name: Fact(key=each.name, place=each.place, value=each.condition)
            for each in inventory.registrations
            if each.condition is not None
        }
        return LoadFacts(tables={CONDITIONS: rows} if rows else {})

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG002
        """Ask the plugin's registrations."""
        found: Verdict = _part("verdict").load(checkpoint, release, VLLM, self.own_only)
        return found


def _part(name: str) -> Any:
    """A module of this package, imported when there is something to read or to decide."""
    return import_module(f".{name}", __package__)
