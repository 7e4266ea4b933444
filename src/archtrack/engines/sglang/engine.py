"""SGLang.

How it registers models: ``sglang/srt/models/registry.py`` (until 0.3.6 ``model_executor/model_runner.py``) imports
every module that lies directly in ``sglang/srt/models``, in the order of their names, modules whose name begins with
an underscore included and subpackages not, and reads the module attribute ``EntryClass``: a class, or a list of
classes. The architecture is the class's ``__name__``. A module that fails to import is skipped with a warning; a
name that is registered twice stops the engine with an assertion. Until 0.1.9 ``managers/router/model_runner.py``
compares the architecture with a handful of names itself, and imports the class of each. From 0.1.18 to 0.2.15
``EntryClassRemapping``, a list of pairs of a name and a class, names further architectures.
``SGLANG_DISABLED_MODEL_ARCHS`` names modules to skip, ``SGLANG_EXTERNAL_MODEL_PACKAGE`` a further package, read in the
same way, whose classes win over the engine's own.

What it says of categories: ``multimodal_model_archs`` (before 0.4.4: the tests inside ``is_multimodal_model``),
``is_audio_model``, ``is_generation_model`` and the lists of models that pool, all in
``sglang/srt/configs/model_config.py``. Of an architecture that none of them names, its module is asked what it shows,
and the same file which models it drafts for.

Covers the releases from 0.1.3 on, which is all of them. It cannot see what a class decorator or metaclass makes of a
class's name, what another module or a text given to ``exec`` sets in a module, what a module's ``__getattr__``
answers, which names fail inside a ``try`` for another reason than an import, nor architectures that a program
registers while it runs (``ModelRegistry.register``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import DRAFT_TARGETS
from archtrack.engines._backend import by_gate
from archtrack.engines._comparisons import chained_classes
from archtrack.engines._versions import version_of
from archtrack.engines.base import About
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.pins import pins_of

from .drafts import drafts_of
from .entry_classes import EntryClasses
from .files import MODEL_CONFIG, MODELS, RUNNER, VERSION_FILES
from .lists import categories_of, statements_of
from .loader_rules import rules_of
from .remapping import add_remapped
from .signs import with_signs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.context import Rules
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Status, TransformersFacts
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "SGLang"]

WRAPPERS = (
    "TransformersForCausalLM",
    "TransformersMoEForCausalLM",
    "TransformersMultiModalForCausalLM",
    "TransformersMultiModalMoEForCausalLM",
    "TransformersEmbeddingModel",
    "TransformersMoEEmbeddingModel",
    "TransformersMultiModalEmbeddingModel",
    "TransformersMultiModalMoEEmbeddingModel",
    "TransformersForSequenceClassification",
    "TransformersMoEForSequenceClassification",
    "TransformersMultiModalForSequenceClassification",
    "TransformersMultiModalMoEForSequenceClassification",
)
"""Of its Transformers backend: the first since 0.4.7, the others since 0.5.10."""


class SGLang:
    """The declaration; see the module's docstring."""

    name = "sglang"
    about = About(
        title="SGLang",
        source="https://github.com/sgl-project/sglang/blob/v{version}/python/{path}",
        backend=WRAPPERS,
    )
    layout = Layout(package="sglang", distribution="sglang", parents=("python", ""))
    revision = 10
    since = "0.1.3"
    fetched = (f"{MODELS}/**/*.py", MODEL_CONFIG, RUNNER, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """What SGLang's ``ModelRegistry`` registers."""
        paths = library.paths(f"{MODELS}/*.py")
        if not paths:
            raise SourceError(
                f"{library.origin.location} has no {MODELS}/*.py: it is not SGLang, or a release before"
                f" {self.since}; name a newer one, or another source"
            )
        by_hand = _by_hand(library)
        if by_hand:
            return Inventory(
                engine=self.name,
                version=version_of(library, VERSION_FILES),
                origin=library.origin,
                registrations=by_hand,
                pins=pins_of(library),
            )
        statements = statements_of(library)
        found = EntryClasses(MODELS, categories_of(statements), options.disabled)
        libraries: tuple[Library, ...] = (library,)
        if options.external is not None:
            external = options.external
            inside = external.library.paths(f"{external.folder}/*.py", f"{external.folder}/*/__init__.py")
            if not any(path.count("/") == external.folder.count("/") + 1 for path in inside):
                raise SourceError(f"{external.library.origin.location} has no modules in {external.folder}")
            found.add_package(external.folder, inside, (external.library, library))
            libraries = (external.library, library)
        packages = library.paths(f"{MODELS}/*/__init__.py")
        inner = library.paths(f"{MODELS}/*/**/*.py")
        found.add_package(MODELS, (*paths, *packages), (library,), inner)
        add_remapped(found, library)
        drafts = drafts_of(library)
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=with_signs(found.registrations, found.signs, libraries, drafts),
            unresolved=tuple(sorted(found.unresolved, key=lambda each: (each.place.file, each.place.line))),
            pins=pins_of(library),
            imports=tuple(sorted(found.imports.items())),
            unparsable=tuple((path, *found.unparsable[path]) for path in sorted(found.unparsable)),
            facts=_facts(statements, drafts),
        )

    def rules(self, library: Library, inventory: Inventory) -> Rules:
        """How this release chooses the class for a checkpoint."""
        return rules_of(library, inventory)

    def runs(self, names: frozenset[str], facts: TransformersFacts, name: str) -> tuple[Status | None, str]:  # noqa: ARG002 -- its facts are enough
        """What the Transformers backend does with a class that the release does not register."""
        return by_gate(names, self.about.backend, facts)


ENGINE = SGLang()


def _facts(
    statements: Mapping[str, Mapping[str, int]], drafts: tuple[tuple[str, str, Place], ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The engine's own lists, and what it loads as a draft in place of what, in the order of the file."""
    facts = {name: tuple(sorted(values)) for name, values in statements.items()}
    facts[DRAFT_TARGETS] = tuple(f"{draft} {target} {place}" for target, draft, place in drafts)
    return tuple(sorted((name, values) for name, values in facts.items() if values))


def _by_hand(library: Library) -> tuple[Registration, ...]:
    """What the first releases compare an architecture with; nothing for all others."""
    if RUNNER not in library.paths(RUNNER):
        return ()
    facts = library.facts((RUNNER,), "sglang-chain-2", lambda data: chained_classes(data, "arch"))[RUNNER]
    found = {}
    for name, line, class_name in facts["chained"]:
        _, module, attribute = facts["imports"].get(class_name) or [0, "", class_name]
        found[name] = Registration(
            name=name,
            file=f"{module.rpartition('.')[2]}.py",
            place=Place(file=RUNNER, line=line),
            defined_in=module,
            class_name=None if attribute == name else attribute,
        )
    return tuple(found[name] for name in sorted(found))
