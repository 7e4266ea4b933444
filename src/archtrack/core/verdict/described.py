"""What a person wants to know of the architecture that a verdict is about: its category, and a checkpoint with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.matrix.categories import BY_NAME, Registered, by_name, categorize
from archtrack.model import Category, Status

from .substitutions import Substitutions

if TYPE_CHECKING:
    from archtrack.model import Example, MatrixRow

    from .checkpoint import Checkpoint
    from .context import Context
    from .verdict import Verdict

__all__ = ["architecture_of", "category_of", "described", "example_of"]

# The categories of classes that get no row in the document and are in no table of generating models.
_TASKS = (
    (Category.EMBEDDING, "MODEL_FOR_MASKED_LM_MAPPING_NAMES"),
    (Category.EMBEDDING, "MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES"),
    (Category.EMBEDDING, "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES"),
    (Category.MULTIMODAL, "MODEL_FOR_CTC_MAPPING_NAMES"),
)
_TOWERS = ("vision_config", "audio_config", "thinker_config", "vision_tower", "mm_vision_tower")


def described(verdict: Verdict, checkpoint: Checkpoint, context: Context, *, draft: bool = False) -> Verdict:
    """The verdict with category and example.

    Args:
        verdict: what SGLang does with the checkpoint.
        checkpoint: what its config says.
        context: what the verdict was made from, with the rows of the matrix.
        draft: it is loaded as the draft model of speculative decoding.
    """
    name = architecture_of(verdict, checkpoint, context, draft=draft)
    category, source = category_of(name, checkpoint, context)
    row = context.rows.get(name) if name is not None else None
    return replace(
        verdict,
        category=category,
        category_source=source,
        example=example_of(row, checkpoint, context),
    )


def architecture_of(
    verdict: Verdict, checkpoint: Checkpoint, context: Context, *, draft: bool = False
) -> str | None:
    """The architecture that counts: the registered one, or else the first one as the engine sees it; None for none."""
    if verdict.status in {Status.NATIVE, Status.UNIMPORTABLE}:
        return verdict.key
    substitutions = Substitutions(checkpoint, context, lambda _text, _place: None)
    substitutions.on_load()
    if draft:
        substitutions.for_draft()
    if substitutions.names:
        substitutions.before_lookup()
    return next(iter(substitutions.names), None)


def category_of(name: str | None, checkpoint: Checkpoint, context: Context) -> tuple[Category, str]:
    """The category of an architecture, and who says so: by its row, by the sources, by the config, by its name."""
    row = context.rows.get(name) if name is not None else None
    if row is not None:
        return row.category, row.category_source
    if name is not None:
        known = Registered(
            natives=context.natives, public=context.public, lists_pooled=bool(context.rules.pooled)
        )
        found = categorize(name, known)
        if found[1] != BY_NAME:
            return found
    hf = context.public.get(name or "")
    tables = hf.transformers.auto_mappings if hf is not None and hf.transformers is not None else ()
    task = next(((category, table) for category, table in _TASKS if table in tables), None)
    if task is not None:
        return task[0], f"transformers {task[1]}"
    key = next((key for key in _TOWERS if key in checkpoint.keys), None)
    if key is not None:
        return Category.MULTIMODAL, f"the config's {key}"
    return (Category.TEXT, "nothing else is known") if name is None else (by_name(name), BY_NAME)


def example_of(row: MatrixRow | None, checkpoint: Checkpoint, context: Context) -> Example | None:
    """An example of the architecture that was asked for; the row may be that of the one that it is run as."""
    asked = checkpoint.architectures
    if asked and (row is None or row.name not in asked):
        row = context.rows.get(asked[0])
    return row.example if row is not None else None
