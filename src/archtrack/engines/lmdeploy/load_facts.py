"""What the gates of a release of LMDeploy rest on: both engines' rules, and the tables that they look into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import FEATURES, MODEL_TYPES, QUANTISATION, Fact, LoadFacts
from archtrack.model import Place

from .features import features
from .files import ARCHS, CHECKS, CONFIG, CONVERTERS, LINEAR, MODULE_MAP, OWN_CONFIGS, PATCH, TURBOMIND
from .reading import check_facts, config_facts, method_facts, patch_facts, turbomind_facts
from .registry import module_map
from .tables import REMOVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["load_facts"]


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    tables = module_map(library)
    configs = library.facts(
        library.paths(ARCHS, TURBOMIND, CONFIG, *OWN_CONFIGS), "lmdeploy-configs-1", config_facts
    )
    patch = library.facts(library.paths(PATCH), "lmdeploy-patch-1", patch_facts).get(PATCH)
    turbomind = library.facts((TURBOMIND,), "lmdeploy-turbomind-1", turbomind_facts)[TURBOMIND]
    rules: dict[str, Any] = {"configs": _config_rules(configs)}
    if patch is not None and patch["line"]:
        rules["auto_map"] = [{"key": key, "line": line} for key, line in patch["auto_map"]]
        if patch["none"] is not None:
            rules["no_architectures"] = {"class": patch["none"][0], "line": patch["none"][1]}
    rows = tables["tables"].get("MODULE_MAP", {"rows": []})["rows"]
    if any("." in key for key, *_ in rows):
        rules["parts"] = True
    named = next((each["named"] for each in configs.values() if each["named"]), None)
    rules["turbomind"] = {
        "line": turbomind["line"],
        "methods": turbomind["methods"],
        "refuses": {name: tests for name, tests in turbomind["refuses"].items() if tests},
        "named": None if named is None else {"class": named[0], "line": named[1]},
    }
    checks = library.facts(library.paths(*CHECKS), "lmdeploy-checks-1", check_facts)
    asserted = next((path for path in CHECKS if checks.get(path)), None)
    if asserted is not None:
        rules["transformers_version"] = {"file": asserted, "line": checks[asserted]}
    methods, rules["quantisation"] = _methods(library)
    types = {
        name: Fact(key=name, place=Place(file=path, line=line))
        for path in OWN_CONFIGS
        if path in configs
        for name, line in configs[path]["types"]
    }
    removed = {
        key: Fact(key=key, place=Place(file=MODULE_MAP, line=line), value=value)
        for key, line, value, condition in tables["tables"].get("REMOVED_MODEL_MAP", {"rows": []})["rows"]
        if condition is None
    }
    rows, decided = features(library, inventory)
    if rows:
        rules["features"] = {"decided": decided}
    found = {QUANTISATION: methods, MODEL_TYPES: types, REMOVED: removed, FEATURES: rows}
    return LoadFacts(tables={name: table for name, table in found.items() if table}, rules=rules)


def _config_rules(configs: Mapping[str, Any]) -> dict[str, Any]:
    """Engine -> where it loads the config, whether any config does in the end, and whether it asks for trust."""
    own = next(
        (
            configs[path]["loaders"]["config_from_pretrained"]
            for path in OWN_CONFIGS
            if "config_from_pretrained" in configs.get(path, {"loaders": {}})["loaders"]
        ),
        {"generic": False},
    )
    rules: dict[str, Any] = {}
    for engine, places in (
        (
            "turbomind",
            ((ARCHS, "get_model_arch"), (TURBOMIND, "get_model_arch"), (TURBOMIND, "is_supported")),
        ),
        ("pytorch", ((CONFIG, "from_pretrained"),)),
    ):
        for path, function in places:
            found = configs.get(path, {"loaders": {}})["loaders"].get(function)
            if found is not None and found["loads"]:
                generic = found["generic"] or (found["own"] and own["generic"])
                rules[engine] = {
                    "file": path,
                    "generic": generic,
                    "asks": found["asks"],
                    "line": found["line"],
                }
                break
    return rules


def _methods(library: Library) -> tuple[dict[str, Fact], list[str]]:
    """The quantisation methods with what each engine asks of them, and the engines whose methods could be read."""
    found: dict[str, Fact] = {}
    read: list[str] = []
    for engine, paths in (("pytorch", (CONFIG, *LINEAR)), ("turbomind", CONVERTERS)):
        facts = library.facts(library.paths(*paths), "lmdeploy-methods-1", method_facts)
        # One comparison is a special case of something else, as in `_update_torch_dtype`.
        path = next((path for path in paths if len(facts.get(path, {})) > 1), None)
        if path is None:
            continue
        read.append(engine)
        for method, (line, needs) in facts[path].items():
            before = found.get(method)
            value = {**(before.value if before is not None else {}), engine: needs}
            place = before.place if before is not None else Place(file=path, line=line)
            found[method] = Fact(key=method, place=place, value=value)
    return found, read
