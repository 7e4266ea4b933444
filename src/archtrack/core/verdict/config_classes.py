"""What transformers' configuration classes add to a checkpoint's config, as far as an engine's choice rests on it.

An engine never sees the JSON: it sees an object, on which the class has set what the JSON leaves out. A `fuyu` config
is flat and its object has a ``text_config`` all the same; an expert count may be there under another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .release_facts import Fact

__all__ = ["EXPERTS", "TEXT_CONFIGS", "ConfigClass", "ConfigClasses", "of_row"]

TEXT_CONFIGS = ("thinker_config", "llm_config", "language_config", "text_config")
"""Where a composite config keeps that of its language model; the first that is there counts."""

EXPERTS = (
    "num_local_experts",
    "num_experts",
    "num_experts_per_tok",
    "moe_intermediate_size",
    "n_routed_experts",
    "moe_num_experts",
)
"""What an engine may ask a config for to tell a mixture of experts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigClass:
    """One configuration class.

    Attributes:
        name: of the class.
        model_type: the model type that it is for.
        line: of the class statement.
        path: of its module.
        parts: those of ``TEXT_CONFIGS`` that its objects have.
        values: attribute of ``EXPERTS`` -> the value that it has unless the JSON gives one.
        aliases: attribute -> the attribute under which the value is.
        classes: part -> name of its class, where the class statement says so.
    """

    name: str
    model_type: str | None
    line: int
    path: str
    parts: tuple[str, ...]
    values: Mapping[str, Any]
    aliases: Mapping[str, str]
    classes: Mapping[str, str]


class ConfigClasses:
    """The configuration classes of one release."""

    def __init__(self, facts: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take the facts of each module by its path."""
        self._take(
            ConfigClass(path=path, **{**each, "parts": tuple(each["parts"])})
            for path, classes in sorted(facts.items())
            for each in classes
        )

    @classmethod
    def of_table(cls, table: Mapping[str, Fact]) -> ConfigClasses:
        """Those of the table ``CONFIG_CLASSES`` of a release: the classes that set more than a model type."""
        found = cls({})
        found._take(of_row(fact) for _, fact in sorted(table.items(), key=lambda item: item[1].place.file))
        return found

    def _take(self, classes: Iterable[ConfigClass]) -> None:
        self._by_type: dict[str, ConfigClass] = {}
        self._by_name: dict[str, ConfigClass] = {}
        self._by_folder: dict[str, list[ConfigClass]] = {}
        for found in classes:
            self._by_name.setdefault(found.name, found)
            self._by_folder.setdefault(found.path.rpartition("/")[0], []).append(found)
            if found.model_type is not None:
                self._by_type.setdefault(found.model_type, found)

    def of_type(self, model_type: str | None) -> ConfigClass | None:
        """The class for a model type."""
        return self._by_type.get(model_type or "")

    def named(self, name: str | None) -> ConfigClass | None:
        """The class of that name."""
        return self._by_name.get(name or "")

    def beside(self, path: str) -> ConfigClass | None:
        """The class for the model in the folder of a module, for configs that name no type."""
        folder = path.rpartition("/")[0]
        model = folder.rpartition("/")[2]
        found = self._by_folder.get(folder, [])
        return next((each for each in found if (each.model_type or "").replace("-", "_") == model), None)


def of_row(fact: Fact) -> ConfigClass:
    """The class that a row of the table ``CONFIG_CLASSES`` is."""
    return ConfigClass(
        name=fact.key,
        path=fact.place.file,
        line=fact.place.line,
        model_type=fact.value.get("type"),
        parts=tuple(fact.value.get("parts", ())),
        values=fact.value.get("values", {}),
        aliases=fact.value.get("aliases", {}),
        classes=fact.value.get("classes", {}),
    )
