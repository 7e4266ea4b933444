"""Which section of the document an architecture belongs to, and by which evidence: one answer, whoever asks.

The sources of evidence, in order: an override in the configuration; what the engine itself says and shows; the base
model of a draft; what other engines say; what transformers says; what the other architectures of the same file are;
rules about the name alone. ``categorize`` looks at inventories, ``weigh`` at answers of any kind, such as those that
histories keep of every engine.

Within an engine: its own lists, the target of a draft, its module. The target of a draft comes before its module: the
module of ``GlmOcrForConditionalGenerationNextN`` takes no images, its target does. A module that takes images says
nothing of an architecture that is named like a text model and that the engine's list of multimodal ones leaves out:
the class takes them for other checkpoints. Within transformers: its auto-mapping tables, its class, the classes beside
it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archtrack.model import Inventory, Registration, TransformersFacts

__all__ = [
    "BY_NAME",
    "CONVERTERS",
    "VOICES",
    "Others",
    "Registered",
    "Voice",
    "base_models",
    "by_name",
    "by_tables",
    "categorize",
    "draft_target",
    "own_categories",
    "voices_of",
    "weigh",
]

Voice = Callable[[str], "tuple[Category, str] | None"]
"""What somebody says of an architecture: its category and the evidence, None for nothing."""

VOICES = ("sglang", "vllm", "lmdeploy", "mlx-lm", "exllamav3")
"""Whose word on a category counts first; other engines follow, by name, and transformers comes last."""

CONVERTERS = ("llama-cpp",)
"""Who says nothing of sections: they name what sees or hears, be it a model or the encoder of one, and their files hold
families of models."""

BY_NAME = "name rules"
"""The source of a category that was decided by the name alone."""

_EMBEDDING_WORDS = ("ForSequenceClassification", "ForRewardModel", "EmbeddingModel", "VisionModel")
_MULTIMODAL_WORDS = (
    "VL", "Vision", "Audio", "OCR", "MM", "Omni", "CPMO", "CPMV", "Ovis", "Molmo", "Fuyu", "Llava", "Janus",
    "NVILA", "InternVL", "MultiModality",
)  # fmt: skip

_MULTI_TOKEN = re.compile(r"(?P<stem>\w+?)_?MTP(?:Model)?")
_PURPOSE = re.compile(r"For(?:CausalLM|ConditionalGeneration)(?=[A-Z])")
_SEQ_TO_SEQ = "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"

_BASE_MODELS = "MODEL_MAPPING_NAMES"
_GENERATES = "GenerationMixin"

# The first rule that fits decides. A table that says nothing about the section is in none of the rules
# (`MODEL_MAPPING_NAMES` lists the base model of everything).
_TABLES = (
    (Category.EMBEDDING, ("MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",)),
    (
        Category.MULTIMODAL,
        (
            "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
            "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
            "MODEL_FOR_VISION_2_SEQ_MAPPING_NAMES",
            "MODEL_FOR_VISUAL_QUESTION_ANSWERING_MAPPING_NAMES",
            "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
            "MODEL_FOR_TEXT_TO_SPECTROGRAM_MAPPING_NAMES",
            "MODEL_FOR_TEXT_TO_WAVEFORM_MAPPING_NAMES",
            "MODEL_FOR_CTC_MAPPING_NAMES",
            "MODEL_FOR_RNNT_MAPPING_NAMES",
            "MODEL_FOR_TDT_MAPPING_NAMES",
            "MODEL_FOR_TEXT_RECOGNITION_MAPPING_NAMES",
            "MODEL_FOR_TABLE_RECOGNITION_MAPPING_NAMES",
            "MODEL_FOR_CAUSAL_IMAGE_MODELING_MAPPING_NAMES",
            "MODEL_FOR_IMAGE_TO_IMAGE_MAPPING_NAMES",
        ),
    ),
    (
        Category.TEXT,
        ("MODEL_FOR_CAUSAL_LM_MAPPING_NAMES", _SEQ_TO_SEQ),
    ),
    (
        Category.EMBEDDING,
        (
            "MODEL_FOR_RETRIEVAL_MAPPING_NAMES",
            "MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES",
            "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES",
            "MODEL_FOR_AUDIO_CLASSIFICATION_MAPPING_NAMES",
            "MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES",
            "MODEL_FOR_IMAGE_MAPPING_NAMES",
        ),
    ),
)

_SEEING = ("MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES", "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES")
_LABELLING = tuple(
    f"MODEL_FOR_{task}_MAPPING_NAMES"
    for task in (
        "MASKED_LM",
        "QUESTION_ANSWERING",
        "TABLE_QUESTION_ANSWERING",
        "DOCUMENT_QUESTION_ANSWERING",
        "MULTIPLE_CHOICE",
        "NEXT_SENTENCE_PREDICTION",
        "IMAGE_CLASSIFICATION",
        "VIDEO_CLASSIFICATION",
        "IMAGE_SEGMENTATION",
        "SEMANTIC_SEGMENTATION",
        "INSTANCE_SEGMENTATION",
        "UNIVERSAL_SEGMENTATION",
        "MASK_GENERATION",
        "OBJECT_DETECTION",
        "ZERO_SHOT_OBJECT_DETECTION",
        "DEPTH_ESTIMATION",
        "NORMAL_ESTIMATION",
        "POINTMAP_ESTIMATION",
        "POSE_ESTIMATION",
        "KEYPOINT_DETECTION",
        "KEYPOINT_MATCHING",
        "IMAGE_MATTING",
        "MASKED_IMAGE_MODELING",
        "BACKBONE",
        "AUDIO_FRAME_CLASSIFICATION",
        "AUDIO_XVECTOR",
        "TIME_SERIES_CLASSIFICATION",
        "TIME_SERIES_REGRESSION",
        "TIME_SERIES_PREDICTION",
    )
)
"""What labels or measures text, images, sound or time series, and makes none: embedding, unless the class generates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What other engines say of architectures, each with the engine's name.

    Attributes:
        said: by their own evidence; the first that says something.
        beside: of an architecture of which they say nothing, but whose file has others of one category only.
    """

    said: Mapping[str, tuple[Category, str]] = field(default_factory=dict)
    beside: Mapping[str, tuple[Category, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the sources register, by architecture.

    Attributes:
        natives: in the engine.
        public: in transformers.
        lists_pooled: the engine has a list of the models that do not generate.
        lists_multimodal: it has one of those that take images, sound or video.
        others: what other engines say.
    """

    natives: Mapping[str, Registration]
    public: Mapping[str, Registration]
    lists_pooled: bool = False
    lists_multimodal: bool = False
    others: Others = field(default_factory=Others)

    @classmethod
    def of(
        cls, engine: Inventory | None, transformers: Inventory | None, others: Others | None = None
    ) -> Registered:
        """What two inventories register."""
        facts = dict(engine.facts) if engine is not None else {}
        return cls(
            natives=engine.by_name() if engine is not None else {},
            public=transformers.by_name() if transformers is not None else {},
            lists_pooled=bool(facts.get("is_generation_model")),
            lists_multimodal=bool(facts.get("multimodal_model_archs")),
            others=others or Others(),
        )


def categorize(name: str, known: Registered, override: Category | None = None) -> tuple[Category, str]:
    """The category of an architecture, and its source in words; of many, ``voices_of`` looks at the sources once.

    Args:
        name: the architecture.
        known: what the sources register.
        override: what the configuration says, if it does.
    """
    return (override, "override") if override is not None else weigh(name, voices_of(known))


def voices_of(known: Registered) -> tuple[Voice, ...]:
    """What the engine, the others, and transformers say, and what else tells, for ``weigh``."""
    others = known.others
    return _Own(known), others.said.get, _Library(known.public), others.beside.get


def own_categories(engine: Inventory) -> dict[str, tuple[Category, str]]:
    """What an engine or transformers itself says of each architecture that it registers, where it says something."""
    is_library = any(each.transformers is not None for each in engine.registrations)
    known = Registered.of(None if is_library else engine, engine if is_library else None)
    voice: Voice = _Library(known.public) if is_library else _Own(known)
    found = ((each.name, voice(each.name)) for each in engine.registrations)
    return {name: said for name, said in found if said is not None}


def weigh(name: str, voices: Sequence[Voice]) -> tuple[Category, str]:
    """The category of an architecture: the engine's word, that on a draft's base model, the others', the name.

    Args:
        name: the architecture.
        voices: the engine first, then the others in the order in which they count.
    """
    return _weighed(name, voices) or (by_name(draft_target(name) or name), BY_NAME)


def _weighed(name: str, voices: Sequence[Voice]) -> tuple[Category, str] | None:
    if (own := voices[0](name)) is not None:
        return own
    bases = [(base, found) for base in base_models(name) if (found := _weighed(base, voices)) is not None]
    if bases:
        base, found = next((each for each in bases if each[1][0] is Category.TEXT), bases[0])
        return found[0], f"{base}: {found[1]}"
    return next((said for voice in voices[1:] if (said := voice(name)) is not None), None)


def base_models(name: str) -> tuple[str, ...]:
    """The models that a draft may guess for, by its name; none for other names.

    ``XForCausalLMMTP`` guesses for ``XForCausalLM``, ``XMTPModel`` for what is called X.
    """
    target = draft_target(name)
    if target is not None:
        return (target,)
    match = _MULTI_TOKEN.fullmatch(name)
    return (f"{match['stem']}ForCausalLM", f"{match['stem']}ForConditionalGeneration") if match else ()


class _Own:
    """What the engine itself says and shows."""

    def __init__(self, known: Registered) -> None:
        self._known = known

    def __call__(self, name: str) -> tuple[Category, str] | None:
        return self._of(name, frozenset())

    def _of(self, name: str, asked: frozenset[str]) -> tuple[Category, str] | None:
        """The category by the best evidence; ``asked`` are the drafts that led to this target."""
        native = self._known.natives.get(name)
        if native is None:
            return None
        if native.category is not None:
            return native.category, native.category_source or "the engine"
        return (
            self._of_target(native, asked | {name})
            or _shown(native, lists_multimodal=self._known.lists_multimodal)
            or self._unlisted(name)
        )

    def _of_target(self, native: Registration, asked: frozenset[str]) -> tuple[Category, str] | None:
        """The category of a draft's target: the one in its name, else those that the engine names.

        A draft that serves a text model and a multimodal one is a text model. So is ``XForCausalLMMTP`` if nobody
        registers ``XForCausalLM``: it is the text model inside of the engine's target.
        """
        target = draft_target(native.name)
        if target is not None and target in self._known.natives:
            found = self._of(target, asked)
            return (found[0], f"{target}: {found[1]}") if found is not None else None
        if (target or "").endswith("ForCausalLM"):
            return None
        served: dict[Category, str] = {}
        for each in native.signs.targets:
            found = self._of(each, asked) if each not in asked else None
            if found is not None:
                source = f"{native.signs.targets_source} drafts for {each}: {found[1]}"
                served.setdefault(found[0], source)
        first = Category.TEXT if Category.TEXT in served else next(iter(served), None)
        return (first, served[first]) if first is not None else None

    def _unlisted(self, name: str) -> tuple[Category, str] | None:
        """It generates text with any class that ``is_generation_model`` does not list (``QWenLMHeadModel``)."""
        if self._known.lists_pooled and _says_only_model(name):
            return Category.TEXT, "not in is_generation_model"
        return None


def _shown(native: Registration, *, lists_multimodal: bool) -> tuple[Category, str] | None:
    """The category by the engine's module."""
    category, source = native.signs.category, native.signs.source or "its module"
    if category is None:
        return None
    says_text = by_name(native.name) is Category.TEXT and "MultiModal" not in native.name
    if category is Category.MULTIMODAL and lists_multimodal and says_text:
        return Category.TEXT, f"not in multimodal_model_archs, although {source}"
    return category, source


class _Library:
    """What transformers says of its public classes."""

    def __init__(self, public: Mapping[str, Registration]) -> None:
        self._public = public
        self._files: dict[str, list[str]] = {}
        for each in public.values():
            self._files.setdefault(each.file, []).append(each.name)

    def __call__(self, name: str) -> tuple[Category, str] | None:
        hf = self._public.get(name)
        if hf is None or hf.transformers is None:
            return None
        if hf.category is not None:  # of a known release, whose files were not read
            return hf.category, hf.category_source or "transformers"
        facts = hf.transformers
        found = by_tables(facts.auto_mappings, name)
        if found is not None:
            return _corrected(found, hf, facts)
        return (
            self._of_base(name)
            or self._shown(hf, facts)
            or self._by_inputs(hf, facts)
            or _labels(facts)
            or self._beside(hf)
        )

    def _of_base(self, name: str) -> tuple[Category, str] | None:
        target = draft_target(name)
        found = self(target) if target is not None else None
        return (found[0], f"{target}: {found[1]}") if found is not None else None

    def _shown(self, hf: Registration, facts: TransformersFacts) -> tuple[Category, str] | None:
        """The category by the class, for a name that looks like a base model's.

        A class that generates (``BarkCausalModel``) belongs to the category of its file. A class in the table of base
        models has no head and gives hidden states.
        """
        if by_name(hf.name) is not Category.EMBEDDING:
            return None
        if self._generates(hf.name):
            where = f"{hf.place} {_GENERATES}"
            for name, (category, table) in self._tabled(hf.file):
                if category is Category.MULTIMODAL:
                    return Category.MULTIMODAL, f"{where}, {name}: {table}"
            return Category.TEXT, where
        if _BASE_MODELS in facts.auto_mappings:
            return Category.EMBEDDING, f"transformers {_BASE_MODELS}"
        return None

    def _by_inputs(self, hf: Registration, facts: TransformersFacts) -> tuple[Category, str] | None:
        """The category by what the class takes, for a name that looks like a text model's."""
        if by_name(hf.name) is not Category.TEXT or set(facts.inputs) <= {"text"}:
            return None
        category = Category.MULTIMODAL if self._generates(hf.name) else Category.EMBEDDING
        return category, f"{hf.place} takes {', '.join(facts.inputs)}"

    def _beside(self, hf: Registration) -> tuple[Category, str] | None:
        """The category by the other classes of the file, for a name that looks like a text model's.

        Where none of these makes text, this one does not either.
        """
        if by_name(hf.name) is not Category.TEXT or "ForCausalLM" in hf.name:
            return None
        beside = list(self._tabled(hf.file))
        categories = {category for _, (category, _) in beside}
        if not beside or Category.TEXT in categories:
            return None
        makes = categories == {Category.MULTIMODAL} or (
            Category.MULTIMODAL in categories and self._generates(hf.name)
        )
        category = Category.MULTIMODAL if makes else Category.EMBEDDING
        name, (_, table) = beside[0]
        return category, f"transformers {hf.file}: {name}: {table}"

    def _tabled(self, file: str) -> Iterator[tuple[str, tuple[Category, str]]]:
        """The classes of a file that a table tells the category of."""
        for name in self._files.get(file, ()):
            facts = self._public[name].transformers
            found = by_tables(facts.auto_mappings, name) if facts is not None else None
            if found is None and facts is not None and (labels := _labels(facts)) is not None:
                found = labels[0], labels[1].removeprefix("transformers ")
            if found is not None:
                yield name, found

    def _generates(self, name: str) -> bool:
        """Whether a class inherits ``GenerationMixin``, as far as its bases are public."""
        waiting, seen = [name], {name}
        while waiting:
            hf = self._public.get(waiting.pop())
            if hf is None or hf.transformers is None:
                continue
            if _GENERATES in hf.transformers.bases:
                return True
            bases = [base for base in hf.transformers.bases if base in self._public and base not in seen]
            waiting.extend(bases)
            seen.update(bases)
        return False


def _corrected(
    found: tuple[Category, str], hf: Registration, facts: TransformersFacts
) -> tuple[Category, str]:
    """The category by a table, unless the class says that it takes something else.

    The table of sequence-to-sequence models has some of audio, and that of models that take images has
    ``Mistral4ForCausalLM``, which takes text only.
    """
    category, table = found
    takes = f"{hf.place} takes {', '.join(facts.inputs)}"
    if table == _SEQ_TO_SEQ and set(facts.inputs) - {"text"}:
        return Category.MULTIMODAL, takes
    if table in _SEEING and facts.inputs == ("text",) and by_name(hf.name) is Category.TEXT:
        return Category.TEXT, takes
    return category, f"transformers {table}"


def _labels(facts: TransformersFacts) -> tuple[Category, str] | None:
    table = next((each for each in _LABELLING if each in facts.auto_mappings), None)
    return (Category.EMBEDDING, f"transformers {table}") if table is not None else None


def by_tables(tables: tuple[str, ...], name: str) -> tuple[Category, str] | None:
    """The category by auto-mapping tables, and the table that decides; None if none does.

    The table of sequence-to-sequence models has audio models as well: ``AudioFlamingo3ForConditionalGeneration`` is in
    the same tables as ``T5ForConditionalGeneration``. Only there, a word of the name such as ``Audio`` decides.
    """
    for category, deciding in _TABLES:
        for table in deciding:
            if table in tables:
                if table == _SEQ_TO_SEQ and any(word in name for word in _MULTIMODAL_WORDS):
                    return Category.MULTIMODAL, f"{table} and its name"
                return category, table
    return None


def draft_target(name: str) -> str | None:
    """The target of a draft by its name: ``XForCausalLM`` for ``XForCausalLMMTP``; None for other names."""
    if not name.isidentifier():
        return None
    ends = [match.end() for match in _PURPOSE.finditer(name) if match.start()]
    return name[: ends[-1]] if ends else None


def _says_only_model(name: str) -> bool:
    return (
        name.endswith("Model") and "Embedding" not in name and by_name(name[: -len("Model")]) is Category.TEXT
    )


def by_name(name: str) -> Category:
    """The category by rules about the name alone, which are wrong for one name in ten."""
    if any(word in name for word in _EMBEDDING_WORDS):
        return Category.EMBEDDING
    if name.endswith("Model") and "ForCausalLM" not in name and "ForConditional" not in name:
        return Category.EMBEDDING
    if "ForConditionalGeneration" in name or any(word in name for word in _MULTIMODAL_WORDS):
        return Category.MULTIMODAL
    return Category.TEXT
