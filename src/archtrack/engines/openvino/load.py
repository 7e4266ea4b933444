"""How optimum-intel takes a checkpoint to OpenVINO: ``main_export``, then ``export``.

1. The config's ``model_type`` has to be registered, until 1.24 with ``-`` for each ``_``. Until 1.27 another package's
   types are copied in, so what is not registered may be there all the same.
2. The task has to be registered for that type. ``main_export`` is told the task, or has the Hub's; the tables of
   transformers that name the architecture stand in for it. A class that generates passes with any task that does.
3. Quantisation: ``main_export`` provides for the methods that it names. What becomes of others, when transformers loads
   the weights, is not followed.
4. Since 1.26 ``export`` refuses a release of transformers outside of the bounds of the export class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archtrack.core.parsing import parse_version
from archtrack.core.verdict.aliases import Alias
from archtrack.core.verdict.gguf import needs_config, not_followed
from archtrack.core.verdict.keys import look_up, own_model_type, without_type
from archtrack.core.verdict.release_facts import MODEL_TYPES, QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .files import CLASSES, CONVERT, MAIN, MODEL_CONFIGS
from .tables import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.keys import Found
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.model import Registration

__all__ = ["aliases_of", "load"]

_COPIES = "copies what another package (optimum, or optimum-onnx) has registered for ONNX, which is not read"
_QUANTISED = "quantization_config"
_GENERATES = frozenset(
    {"automatic-speech-recognition", "document-question-answering", "image-text-to-text", "image-to-text"}
    | {"text-generation", "text-to-audio", "text2text-generation", "visual-question-answering"}
)
_TASKS = {
    **dict.fromkeys(
        ("CAUSAL_LM", "IMAGE_TEXT_TO_TEXT", "MULTIMODAL_LM", "SEQ_TO_SEQ_CAUSAL_LM", "VISION_2_SEQ"),
        _GENERATES,
    ),
    "MASKED_LM": frozenset({"fill-mask"}),
    "MULTIPLE_CHOICE": frozenset({"multiple-choice"}),
    "QUESTION_ANSWERING": frozenset({"question-answering"}),
    "SEQUENCE_CLASSIFICATION": frozenset({"text-classification"}),
    "TOKEN_CLASSIFICATION": frozenset({"token-classification"}),
}
"""Table of transformers, as facts of a release name it -> the tasks, one of which a type has to be registered for."""


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG001 -- none concerns OpenVINO
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how the engine is told to load it.
    """
    return _Path(checkpoint, release).verdict()


def aliases_of(registered: Mapping[str, Registration], facts: LoadFacts) -> tuple[Alias, ...]:
    """The model types that a release looks up with ``-`` for ``_``, sorted by name.

    Args:
        registered: what it registers.
        facts: what its gates rest on.
    """
    rule = facts.rules.get("hyphens")
    if rule is None:
        return ()
    place = Place(file=MAIN, line=rule["line"])
    pairs = ((name.replace("-", "_"), registration) for name, registration in registered.items())
    return tuple(
        Alias(name=name, runs=registration, place=place)
        for name, registration in sorted(pairs, key=lambda each: each[0])
        if name not in registered
    )


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._steps = Steps(release.engine, checkpoint.architectures)
        self._type = ""

    def verdict(self) -> Verdict:
        if self._checkpoint.gguf_architecture is not None:
            place = self._place("config", MAIN)
            if place is None:
                return not_followed(self._release, self._steps)
            return needs_config(self._release, self._steps, place)
        model_type = own_model_type(self._checkpoint, self._release, self._steps)
        if model_type is None:
            return without_type(self._checkpoint, self._release, self._steps)
        self._type = model_type
        self._own_code()
        found = self._found()
        if isinstance(found, Verdict):
            return found
        return (
            self._task(found)
            or self._quantisation()
            or self._versions(found.key)
            or self._steps.verdict(Status.NATIVE, found.step, resolved=found.key, key=model_type)
        )

    def _place(self, rule: str, file: str) -> Place | None:
        found = self._release.load.rules.get(rule)
        return (
            None
            if found is None
            else Place(file=file, line=found["line"], release=self._release.load.lines_of)
        )

    def _own_code(self) -> None:
        """Say that AutoConfig and the model class need the repository's own code, where transformers has none."""
        transformers = self._release.transformers
        known = transformers is not None and transformers.load.find(MODEL_TYPES, self._type) is not None
        if self._checkpoint.auto_map and not known:
            self._steps.say(
                "the config's `auto_map` names code in the repository, which is run with `trust_remote_code=True` only"
            )

    def _found(self) -> Found | Verdict:
        key = self._type
        hyphens = self._place("hyphens", MAIN)
        if hyphens is not None and "_" in key:
            key = key.replace("_", "-")
            self._steps.say(f"main_export looks model type `{self._type}` up as `{key}`", hyphens)
        if key not in self._release.registered:
            copies = self._copies(f"has nothing of its own for model type `{key}`, and ")
            if copies is not None:
                return copies
        return look_up(key, self._release, self._steps, kind="model type")

    def _copies(self, before: str) -> Verdict | None:
        """The verdict on what is not registered, where another package may have registered it."""
        place = self._place("copies", MODEL_CONFIGS)
        if place is None:
            return None
        step = self._steps.say(f"{self._release.name} {before}{_COPIES}", place)
        return self._steps.verdict(Status.UNKNOWN, step, key=self._type)

    def _task(self, found: Found) -> Verdict | None:
        """What the type is registered for; None where that does not stop the checkpoint."""
        tasks = found.registration.groups
        wanted = self._wanted()
        if not tasks or not wanted:
            self._steps.say("whether it is registered for the task of this model is not followed")
            return None
        if not wanted.isdisjoint(tasks):
            return None
        name, shown = self._checkpoint.architectures[0], ", ".join(f"`{task}`" for task in tasks)
        registered = f"registers model type `{found.key}` for {shown}, which is not what `{name}` does"
        copies = self._copies(f"{registered}; it ")
        if copies is not None:
            return copies
        step = self._steps.say(f"{self._release.name} {registered}", found.registration.place)
        return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=self._type)

    def _wanted(self) -> frozenset[str]:
        """The tasks, one of which the architecture needs; empty where that is not known."""
        transformers = self._release.transformers
        name = next(iter(self._checkpoint.architectures), "")
        known = None if transformers is None else transformers.registered.get(name)
        tables = () if known is None or known.transformers is None else known.transformers.auto_mappings
        return frozenset[str]().union(*(_TASKS.get(_short(table), frozenset()) for table in tables))

    def _quantisation(self) -> Verdict | None:
        """What becomes of quantised weights; None where they do not stop the checkpoint."""
        key, method = self._checkpoint.quantized_by, self._checkpoint.quant_method
        if key is None or not self._checkpoint.quantization:  # one that is empty counts as none
            return None
        fact = self._release.load.find(QUANTISATION, method) if key == _QUANTISED else None
        if fact is not None:
            where = f", where {fact.value}" if fact.value else ""
            self._steps.say(f"main_export provides for quantisation method `{method}`{where}", fact.place)
            return None
        what = "weights of no `quant_method`" if method is None else f"quantisation method `{method}`"
        step = self._steps.say(
            f"main_export says nothing of {what} in `{key}`: whether transformers loads these for it is not followed"
        )
        return self._steps.verdict(Status.UNKNOWN, step, key=self._type)

    def _versions(self, key: str) -> Verdict | None:
        """Which transformers the export class takes; None where that does not stop the checkpoint."""
        rule = self._release.load.rules.get("versions")
        if rule is None:
            return None
        if self._release.load.rules.get("copies") is not None:
            self._steps.say("which transformers the classes of another package ask for is not followed")
        default = rule.get("default", {})
        fact = self._release.load.find(VERSIONS, key)
        place = None if fact is None else fact.place
        if place is None and default:
            place = Place(file=CLASSES[-1], line=default["line"], release=self._release.load.lines_of)
        bounds = {**default, **({} if fact is None else fact.value)}
        low, high = bounds.get("min"), bounds.get("max")
        if low is not None and high is not None and parse_version(low) > parse_version(high):
            # A class that sets one of them may inherit another that does not go with it.
            asked = f"transformers {low} or later, and {high} at most"
            step = self._steps.say(
                f"the export class of `{key}` asks for {asked}: export stops in any case", place
            )
            return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.CONFIG, key=self._type)
        if low is None and high is None:
            return None
        text = f"exports model type `{key}` with {_in_words(low, high)} only"
        transformers = self._release.transformers
        version = None if transformers is None else transformers.version
        if version is None:
            self._steps.say(f"{self._release.name} {text}; which one it runs with is not known", place)
            return None
        if not _allows(rule["allowed"], version):
            # The newest one stands in for the types of architectures; it need not be the one that is installed.
            if fact is not None:
                allowed = f", and allows {rule['allowed']}: that it runs with {version} is not assumed"
                self._steps.say(f"{self._release.name} {text}{allowed}", place)
            return None
        given = parse_version(version)
        if (low is None or parse_version(low) <= given) and (high is None or given <= parse_version(high)):
            return None
        self._steps.say(f"{self._release.name} {text}", place)
        step = self._steps.say(f"export stops with transformers {version}", self._place("versions", CONVERT))
        fix = f"run it with {_in_words(low, high)}"
        return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.CONFIG, fix=fix, key=self._type)


def _short(table: str) -> str:
    """``CAUSAL_LM`` of ``MODEL_FOR_CAUSAL_LM_MAPPING_NAMES``."""
    return table.removeprefix("MODEL_FOR_").removesuffix("_MAPPING_NAMES")


def _in_words(low: str | None, high: str | None) -> str:
    if low is None:
        return f"transformers up to {high}"
    return f"transformers {low} and later" if high is None else f"transformers {low} to {high}"


def _allows(allowed: str | None, version: str) -> bool:
    """Whether the release's own metadata allows a transformers; a requirement that cannot be read allows all."""
    try:
        return SpecifierSet(allowed or "").contains(parse_version(version), prereleases=True)
    except InvalidSpecifier:
        return True
