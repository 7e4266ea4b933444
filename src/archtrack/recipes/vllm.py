"""vLLM's recipes: how its maintainers start models, since 0.33.0 in its source distribution. Apache 2.0.

``recipes/models/OWNER/NAME.yaml`` is about one model. ``model`` has its id, the least release (``min_vllm_version``,
or ``nightly``), and flags and environment variables of every launch; ``variants`` are its checkpoints, of which one
without an id of its own is the model itself; ``features`` can be turned on besides, and are on unless
``opt_in_features`` lists them; ``meta.hardware`` says where it was tried. Facts are taken, no text: descriptions and
guides are left where they are. Flags that hold for one piece of hardware or one way to serve (``hardware_overrides``,
``strategy_overrides``, ``presets``) are not taken: the recipe is marked as one that has some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.parsing import parse_date, parse_version
from archtrack.core.recipes.recipe import EVERYWHERE, Launch, Option, Recipe
from archtrack.errors import UsageError, extra
from archtrack.sources.base import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ENGINE", "FILES", "LONGEST", "MOST", "expect_library", "layout", "read"]

ENGINE = "vllm"
FILES = ("./recipes/models/**/*.yaml",)
LONGEST = 1024**2
"""Bytes of a recipe; the longest has a tenth of that."""
MOST = 1000
"""Entries of whatever a recipe lists."""
_LONGEST_TEXT = 4000
_ABSENT = frozenset({"", "null", "~"})
"""What is nothing in YAML, as its text."""
_TRUE = frozenset({"true", "True", "yes", "on"})
_FALSE = frozenset({"false", "False", "no", "off"})
_PLAIN = frozenset({"description", "label", "args", "env", "variants", "modes", "default_mode"})
"""What an option may say without there being other flags for some hardware."""
_NIGHTLY = "nightly"


class _UnclearError(Exception):
    """A recipe says something in another form than is known; the message says what."""


def layout(version: str) -> Layout:  # noqa: ARG001 -- the same in every release
    """Where the files lie in a source distribution: the root of its repository."""
    return Layout(package=".", distribution=ENGINE, markers=("recipes/manifest.yaml",))


def expect_library() -> None:
    """See before anything is fetched that recipes can be read.

    Raises:
        UsageError: PyYAML is missing.
    """
    try:
        import yaml  # noqa: F401 -- it is there
    except ImportError as error:
        raise UsageError(f"reading recipes needs {extra('yaml')}") from error


def read(files: Mapping[str, bytes]) -> tuple[tuple[Recipe, ...], tuple[tuple[str, str], ...]]:
    """The recipes of a release by path, and (path, reason) of those that could not be read.

    Args:
        files: path -> content of each file that matches ``FILES``.

    Raises:
        UsageError: PyYAML is missing.
    """
    expect_library()
    found = {path: _recipe_or_why(path, data) for path, data in sorted(_from_root(files).items())}
    return (
        tuple(each for each in found.values() if isinstance(each, Recipe)),
        tuple((path, each) for path, each in found.items() if isinstance(each, str)),
    )


def _from_root(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {path.removeprefix("./"): data for path, data in files.items()}


def _recipe_or_why(path: str, data: bytes) -> Recipe | str:
    """The recipe of a file, or why it cannot be read."""
    try:
        return _recipe(path, _parsed(data))
    except _UnclearError as error:
        return str(error)


def _parsed(data: bytes) -> Any:
    """The value of a YAML text, in which every scalar is its text: a version is no number.

    Raises:
        _UnclearError: it is none that can be read.
    """
    import yaml

    if len(data) > LONGEST:
        raise _UnclearError(f"has more than {LONGEST} bytes")
    try:
        return yaml.load(data.decode(), yaml.BaseLoader)  # noqa: S506 -- which makes nothing but text, lists, dicts
    except RecursionError:
        raise _UnclearError("is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _UnclearError(f"is no YAML: {' '.join(str(error).split())[:200]}") from error


def _recipe(path: str, data: Any) -> Recipe:
    meta, model = _fields(data, "meta"), _fields(data, "model")
    name = _text(model, "model_id")
    if name is None:
        raise _UnclearError("names no model_id")
    least, nightly = _least(model)
    hardware = _fields(meta, "hardware")
    optional = _texts(data, "opt_in_features")
    variants = _fields(data, "variants")
    launches = tuple(_launch(each, _fields(variants, each), name) for each in variants)
    return Recipe(
        path=path,
        model=name,
        least=least,
        nightly=nightly,
        image_only=_image_only(model),
        updated=_day(_text(meta, "date_updated")),
        args=_texts(model, "base_args"),
        env=_pairs(model, "base_env"),
        options=tuple(_options(_fields(data, "features"), optional)),
        verified=tuple(each for each in hardware if _text(hardware, each) == "verified"),
        unsupported=tuple(each for each in hardware if _text(hardware, each) == "unsupported"),
        varies=bool(
            _fields(data, "hardware_overrides")
            or _fields(data, "strategy_overrides")
            or _fields(data, "presets")
            or any(_fields(_fields(variants, each), "hardware_overrides") for each in variants)
        ),
        launches=launches or (Launch(variant=EVERYWHERE, model=name),),
    )


def _launch(variant: str, data: Mapping[str, Any], model: str) -> Launch:
    least, nightly = _least(data)
    return Launch(
        variant=variant,
        model=_text(data, "model_id") or model,
        precision=_text(data, "precision"),
        least=least,
        nightly=nightly,
        args=_texts(data, "extra_args"),
        env=_pairs(data, "extra_env"),
        tensor_parallel=_devices(data.get("tp")),
        hardware=_texts(data, "supported_hardware"),
    )


def _options(features: Mapping[str, Any], optional: tuple[str, ...]) -> Iterator[Option]:
    """An option for each feature that has flags, and for each of the ways to have it."""
    for name in features:
        feature = _fields(features, name)
        modes = _fields(feature, "modes")
        ways = {name: feature} if "args" in feature or not modes else {}
        ways |= {f"{name}.{mode}": _fields(modes, mode) for mode in modes}
        for way, said in ways.items():
            yield Option(
                name=way,
                args=_texts(said, "args"),
                opt_in=name in optional,
                variants=_texts(said, "variants"),
                varies=bool((said.keys() | feature.keys()) - _PLAIN),
            )


def _image_only(model: Mapping[str, Any]) -> bool:
    """Whether ``install.pip`` is false: there is no package to install."""
    return _is(_fields(model, "install").get("pip"), _FALSE)


def _devices(value: Any) -> tuple[tuple[str, int], ...]:
    """A number of devices, or one by hardware."""
    if value is None:
        return ()
    named = value if isinstance(value, dict) else {EVERYWHERE: value}
    found = []
    for hardware, count in named.items():
        if not (isinstance(hardware, str) and isinstance(count, str) and count.isascii() and count.isdigit()):
            raise _UnclearError(f"says of tp what is no number: {str(count)[:40]!r}")
        found.append((hardware, int(count[:9])))
    return tuple(found)


def _least(data: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The least release, and whether a build is asked for that is none."""
    said = _text(data, "min_vllm_version")
    nightly = said == _NIGHTLY or _is(data.get("nightly_required"), _TRUE)
    if said is None or said == _NIGHTLY:
        return None, nightly
    try:
        parse_version(said)
    except ValueError:
        raise _UnclearError(f"names a release that is none: {said[:40]!r}") from None
    return said, nightly


def _day(text: str | None) -> str | None:
    try:
        return None if text is None else parse_date(text).isoformat()
    except ValueError:
        raise _UnclearError(f"names a day that is none: {str(text)[:40]!r}") from None


# -- values of YAML, in which every scalar is a text --------------------------------------------------


def _fields(data: Any, name: str) -> Mapping[str, Any]:
    """An object of another one, empty where there is none.

    Raises:
        _UnclearError: it is none.
    """
    if not isinstance(data, dict):
        raise _UnclearError(f"is no object where `{name}` is looked for")
    found = data.get(name)
    if found is None or _is(found, _ABSENT):
        return {}
    if not isinstance(found, dict) or len(found) > MOST or not all(map(_is_text, found)):
        raise _UnclearError(f"`{name}` is no object")
    return found


def _text(data: Mapping[str, Any], name: str) -> str | None:
    found = data.get(name)
    if found is None or _is(found, _ABSENT):
        return None
    if not _is_text(found):
        raise _UnclearError(f"`{name}` is no text")
    return str(found)


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = data.get(name)
    if found is None or _is(found, _ABSENT):
        return ()
    if not isinstance(found, list) or len(found) > MOST or not all(map(_is_text, found)):
        raise _UnclearError(f"`{name}` is no list of texts")
    return tuple(found)


def _pairs(data: Mapping[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    found = _fields(data, name)
    return tuple((each, _text(found, each) or "") for each in found)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT and value.isprintable()


def _is(value: Any, texts: frozenset[str]) -> bool:
    return isinstance(value, str) and value in texts
