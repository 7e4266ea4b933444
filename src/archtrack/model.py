"""The values that flow through archtrack: frozen, slotted, keyword-only, holding tuples.

``Source -> Inventory`` is an engine's work, ``Inventory + Inventory -> Matrix`` the join, ``Matrix ->
document`` the merge. Nothing here does IO.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

OriginKind = Literal["local", "installed", "release", "git"]

Import = tuple[int, str, "str | None", int, "str | None"]
"""One import of a module: (level, module, name or None, line, condition or None); ``level`` counts leading dots."""

__all__ = [
    "STOPS",
    "Broken",
    "Category",
    "CellText",
    "Elsewhere",
    "Example",
    "Finding",
    "Gate",
    "Import",
    "Inventory",
    "LeftOut",
    "Matrix",
    "MatrixRow",
    "Origin",
    "OriginKind",
    "Override",
    "Place",
    "Registration",
    "Role",
    "Signs",
    "Status",
    "TransformersFacts",
    "Unresolved",
]


class Category(str, Enum):
    """The section of the document that an architecture belongs to."""

    TEXT = "text"
    EMBEDDING = "embedding"
    MULTIMODAL = "multimodal"


class Status(str, Enum):
    """What an engine does with a checkpoint; ``gone`` is said by its history only."""

    NATIVE = "native"
    UNIMPORTABLE = "unimportable"
    FALLBACK = "fallback"
    REFUSED = "refused"
    REMOTE_CODE = "remote code"
    UNSUPPORTED = "unsupported"
    GONE = "gone"
    UNKNOWN = "unknown"


class Gate(str, Enum):
    """A gate of an engine's load path; each engine goes through them in its own order."""

    CONFIG = "config"
    ARCHITECTURE = "architecture"
    IMPORT = "import"
    PROCESSOR = "processor"
    BACKEND = "backend"
    QUANTISATION = "quantisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file: the evidence that a person can open.

    Attributes:
        file: path inside the source (``sglang/srt/models/llama.py``).
        line: counted from 1; 0 where no single line is meant.
        release: the release that the line is of, where it is another one than the one that is spoken of: a history
            has the lines of the release with which something began.
    """

    file: str
    line: int
    release: str | None = None

    def __str__(self) -> str:
        """``file:line``, or the file alone where no line is meant."""
        return f"{self.file}:{self.line}" if self.line else self.file


STOPS = "the engine stops with an assertion"
"""How the reason ends where a name is registered a second time: it is known, and hides nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """Something that could not be read statically, or that the engine itself would reject.

    Attributes:
        reason: one sentence, with what to do where there is something to do.
        place: where it is.
    """

    reason: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Why a registered module cannot be imported, or may not be: the engine skips it then.

    Attributes:
        reason: what is not there, in words.
        place: the import that fails.
        condition: under which it runs, as written in the source; None when it always does.
        certain: False where only a running engine would tell.
        through: the modules between the registered one and that import, outermost first.
    """

    reason: str
    place: Place
    condition: str | None
    certain: bool
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersFacts:
    """What transformers says of one of its classes.

    Attributes:
        exported: ``transformers.NAME`` gives the class (with torch installed).
        backend_compatible: what ``NAME.is_backend_compatible()`` returns; None where the release does
            not have the method or the value cannot be read statically.
        backend_place: the line that decides ``backend_compatible``, if any line does.
        bases: the base classes as written.
        auto_mappings: the auto-mapping tables that name the class, sorted.
        attention_settable: what ``NAME._can_set_attn_implementation()`` returns; None where the release does not have
            the method, or that cannot be told.
        flex_attention: the class attribute ``_supports_flex_attn``; None where the release does not have it, or that
            cannot be told.
        model_type: that of the class's own configuration class; None where that cannot be told.
        inputs: what it takes by its ``input_modalities``: text, image, video, audio, time; empty where the release does
            not say it, or that cannot be told.
    """

    exported: bool
    backend_compatible: bool | None
    backend_place: Place | None = None
    bases: tuple[str, ...] = ()
    auto_mappings: tuple[str, ...] = ()
    attention_settable: bool | None = None
    flex_attention: bool | None = None
    model_type: str | None = None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What an engine's code shows of an architecture that none of its lists names.

    Attributes:
        category: what the class and what it inherits from show.
        source: the line that shows it.
        targets: the architectures whose configuration the engine turns into this one, to draft for them.
        targets_source: the line that does.
    """

    category: Category | None = None
    source: str | None = None
    targets: tuple[str, ...] = ()
    targets_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One architecture that an engine knows.

    Attributes:
        name: the architecture: what a checkpoint's ``architectures`` names.
        file: as the engine's own people name it: relative to the folder of models (``llama.py``), or for
            transformers to the package (``models/llama/modeling_llama.py``).
        place: the line that registers it.
        defined_in: dotted module that defines the class.
        defined: file and line of the class statement; None where it could not be found.
        condition: under which the line runs, as written in the source; None when it always does.
        category: what the engine itself says of it, if it does.
        category_source: where it says so.
        signs: what its code shows, where it does not say it.
        example: a checkpoint that the release itself names for it.
        example_source: where it names it (``path:line``).
        transformers: facts that only transformers has.
        class_name: the class, where it is called otherwise than the architecture.
        groups: the tables of the engine that list it, as it calls them, in their order (vLLM).
    """

    name: str
    file: str
    place: Place
    defined_in: str
    defined: Place | None = None
    condition: str | None = None
    category: Category | None = None
    category_source: str | None = None
    signs: Signs = field(default_factory=Signs)
    example: str | None = None
    example_source: str | None = None
    transformers: TransformersFacts | None = None
    class_name: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What was read, in words that let somebody else read the same.

    Attributes:
        distribution: name on the package index.
        kind: which of the four kinds of source this is.
        location: as the user would recognise it: a path, a release file's name, ``REPO@REF``.
            Never holds credentials.
        version: the release, where the source itself names it (file name or metadata), else None.
        digest: ``sha256:…`` of a release file or ``commit:…`` of a git reference, else None.
        prefix: from ``location`` to the folder that holds the package (``python/``, ``src/`` or ``""``):
            put before a source path it gives the path that a person opens.
    """

    distribution: str
    kind: OriginKind
    location: str
    version: str | None = None
    digest: str | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What one engine registers at one version.

    Attributes:
        engine: name of the engine.
        version: the release, or None where the source does not say.
        origin: what was read.
        registrations: sorted by name, each name once.
        unresolved: what could not be read, sorted by place.
        pins: distribution name -> version that the release's own metadata pins it to.
        facts: further statements of the engine, name -> values, sorted unless their order says something (SGLang:
            ``multimodal_model_archs``).
        imports: path -> what the engine's modules import, as ``core.python.imports`` gives it.
        unparsable: (path, reason, line) of the modules that fail on their own when they are imported: Python cannot
            parse them, they raise, or they import from their own package what that does not have.
    """

    engine: str
    version: str | None
    origin: Origin
    registrations: tuple[Registration, ...]
    unresolved: tuple[Unresolved, ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    imports: tuple[tuple[str, tuple[Import, ...]], ...] = ()
    unparsable: tuple[tuple[str, str, int], ...] = ()

    def by_name(self) -> dict[str, Registration]:
        """The registrations, keyed by architecture."""
        return {registration.name: registration for registration in self.registrations}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A checkpoint with an architecture, and who says so."""

    id: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellText:
    """What a further column of the document says of an architecture.

    Attributes:
        text: the cell, not escaped; empty for nothing.
        source: what it rests on, in words.
        place: the file and line that say so, None where there is no single one.
    """

    text: str
    source: str
    place: str | None = None


class Role(str, Enum):
    """What an engine has an architecture for, by what it says itself."""

    MODEL = "model"
    DRAFT = "draft"
    WRAPPER = "wrapper"
    RUN_AS_ANOTHER = "run as another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """An engine beside SGLang and transformers that has an architecture, by the history of its releases.

    Attributes:
        engine: its name.
        version: its newest known release, which has the architecture.
        file: as in ``Registration.file``.
        place: the line that registers it, or puts another architecture in its place.
        role: what the engine has it for; None where it registers it, and no table of its tells.
        source: what says so: a table, the declaration of its backend, the architecture in its place.
    """

    engine: str
    version: str
    file: str
    place: Place
    role: Role | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An architecture that only other engines have, and that is no model of its own: it gets no row.

    Attributes:
        name: the architecture.
        role: why not.
        source: who says so.
    """

    name: str
    role: Role
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One architecture across the engines: one row of the document.

    Attributes:
        name: the architecture.
        category: the section it belongs to; ``category_source`` says by which evidence.
        status: what the engine (SGLang) does with it.
        native: its registration in the engine, if it has one.
        hf: its registration in transformers if it is public there.
        example: a checkpoint, with its source.
        note: from an override in the configuration.
        broken: why the module that registers it cannot be imported, or may not be.
        looked_up: cells of further columns that rest on more than the sources, by the column's name.
        elsewhere: the other engines that have it, where neither the engine nor transformers does.
    """

    name: str
    category: Category
    category_source: str
    status: Status
    native: Registration | None = None
    hf: Registration | None = None
    example: Example | None = None
    note: str | None = None
    broken: Broken | None = None
    looked_up: tuple[tuple[str, CellText], ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The join of the inventories.

    Attributes:
        rows: sorted by name (code point), each name once: every architecture that gets a row.
        inventories: what was joined: the engine first, transformers second.
        known: every name that any inventory or another engine knows, also those that get no row of their own
            (a row whose name is not in here is one that no engine knows any more).
        elsewhere: the rows of the architectures that only other engines have, sorted by name. They are in ``rows``
            only where they are asked for (``core.matrix.elsewhere.with_elsewhere``).
        left_out: the architectures that only other engines have and that get no row, sorted by name.
        once: the names that some release of an engine or of transformers has had; empty where nobody asks.
    """

    rows: tuple[MatrixRow, ...]
    inventories: tuple[Inventory, ...]
    known: frozenset[str] = field(default_factory=frozenset)
    elsewhere: tuple[MatrixRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    once: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a maintainer says of one architecture, against or beyond what the sources say.

    Attributes:
        name: the architecture.
        reason: why, in one line; never empty.
        category: its section, or None.
        example: a checkpoint on the Hub (``owner/name``), or None.
        note: a remark in one line, or None.
        expires: the last day on which it is taken to be right, or None. It goes on to hold; ``lint`` asks for it.
    """

    name: str
    reason: str
    category: Category | None = None
    example: str | None = None
    note: str | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        line: counted from 1; 0 for what is not there at all.
        code: which rule says so: one of the codes that `lint` lists.
        message: one sentence, with what to do where `--fix` cannot do it.
        fixable: `--fix` puts it right.
        path: the file with that line where it is not the document; else empty.
    """

    line: int
    code: str
    message: str
    fixable: bool = False
    path: str = ""
