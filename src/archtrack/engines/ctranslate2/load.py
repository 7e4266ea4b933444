"""How CTranslate2 converts a checkpoint: ``TransformersConverter._load``, then ``get_model_spec`` of a loader.

1. Since 4.8.4 it loads some model types itself, before AutoConfig is asked. That is not followed.
2. AutoConfig gives a config. The name of its class is looked up. With ``--trust_remote_code``, since 3.14.0, that may
   be the repository's own class. Where it brings one for a type that transformers knows, either may count.
3. The loader's ``architecture_name`` says which class of transformers the weights are loaded into, whatever
   architecture the config names. ``_model`` says what follows.
4. The loader asks for values of the config: a type of RoPE scaling, an activation, what it asserts.
5. Quantised weights: those loaders that look at ``quantization_config`` take AWQ in the versions of a dict, and raise
   for any other.

The configuration object has more than the JSON. What transformers' classes set is not known here, but for three facts,
read by hand in six releases from 4.20.1 to 5.24.0: ``_OWN``, ``_ALWAYS_SCALED`` and ``_WITHOUT``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archtrack.core.parsing import parse_version
from archtrack.core.verdict.auto_config import TABLES, Way, ask_auto_config, auto_config
from archtrack.core.verdict.gguf import needs_config, not_followed
from archtrack.core.verdict.keys import look_up, own_model_type
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .files import CONVERTER
from .tables import LOADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import Fact, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Step

__all__ = ["load"]

_KIND = "configuration class"
_LACKS = "has no conversion for"
_OWN = ("PhiConfig",)
"""Classes whose loader is written for the code that repositories brought along. What transformers has by this name
since 4.36 has none of the attributes that the loader asks for (``n_layer``, ``n_head``)."""
_ALWAYS_SCALED = "5"
"""Since this release of transformers ``rope_scaling`` of a config is never empty: its type is ``default`` where the
JSON has none, and it stands under ``rope_type``."""
_WITHOUT = (
    ("normalize_before", ("BartConfig", "MBartConfig", "MarianConfig", "PegasusConfig"), "0", False),
    (
        "position_embedding_type",
        ("BertConfig", "CamembertConfig", "RobertaConfig", "XLMRobertaConfig"),
        _ALWAYS_SCALED,
        False,
    ),
    ("rotary_pct", ("GPTNeoXConfig",), _ALWAYS_SCALED, True),
)
"""An attribute that loaders ask for; the classes that do not set it; since which release of transformers; and whether
they take it away even where the JSON has it. Without it the loader stops with an AttributeError."""
_REFERENCE = re.compile(r"(?:[^ ]*--)?[\w.]*\.(\w{1,200})")
"""``configuration_mpt.MPTConfig``, with ``owner/name--`` before it or not."""


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how the engine is told to load it.
    """
    path = _Path(checkpoint, release, options)
    return path.verdict()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """A configuration class that AutoConfig may give.

    Attributes:
        name: of the class.
        fact: the row of the model type, of a class of transformers; None for the repository's own.
    """

    name: str
    fact: Fact | None = None


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._options = options
        self._plain = dict(checkpoint.plain)
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        rule = self._release.load.rules.get("config")
        if self._checkpoint.gguf_architecture is not None:
            if rule is None:
                return not_followed(self._release, self._steps)
            return needs_config(self._release, self._steps, self._place(rule["line"]))
        if rule is None:
            return self._unknown(f"how {self._release.name} asks for a config could not be read")
        direct = self._release.load.rules.get("direct", {"types": ()})
        if self._checkpoint.model_type in direct["types"]:
            return self._unknown(
                f"{self._release.name} loads model type `{self._checkpoint.model_type}` itself, before AutoConfig is"
                " asked: what that takes is not followed",
                self._place(direct["line"]),
            )
        classes = self._classes()
        if isinstance(classes, Verdict):
            return classes
        known = next((each for each in classes if each.name in self._release.registered), classes[0])
        found = look_up(known.name, self._release, self._steps, kind=_KIND, lacks=_LACKS)
        if isinstance(found, Verdict):
            return found
        loader = self._release.load.find(LOADERS, known.name)
        if loader is None:
            return self._unknown(
                f"what the loader of `{known.name}` asks for could not be read", key=known.name
            )
        return (
            self._trusted(known, rule)
            or self._written_for(known, loader)
            or self._values(known, loader)
            or self._scaling(known, loader)
            or self._quantisation(known, loader)
            or self._model(known, loader, found.step)
        )

    # -- the configuration class --------------------------------------------------------------------

    def _classes(self) -> list[_Class] | Verdict:
        """The classes that AutoConfig may give, that of transformers first; the verdict where nothing says one."""
        checkpoint, library = self._checkpoint, self._release.transformers
        named = next(iter(checkpoint.architectures), None)
        if not checkpoint.given and checkpoint.model_type is None:
            own = own_model_type(checkpoint, self._release, self._steps)
            if own is None:
                what = f"which one `{named}` has" if named else "which one it has"
                return self._unknown(
                    f"{self._release.name} goes by configuration class; nothing says {what}; give a config"
                )
            checkpoint = replace(checkpoint, model_type=own)
        code = dict(checkpoint.auto_map).get("AutoConfig")
        reference = _REFERENCE.fullmatch(code) if code is not None else None
        reply = auto_config(checkpoint, library, self._options)
        found = []
        if reply.way is not Way.CODE:
            stopped = ask_auto_config(checkpoint, library, self._options, self._steps)
            if stopped is not None:
                return stopped
            if reply.fact is not None and isinstance(reply.fact.value["config"], str):
                found.append(_Class(name=reply.fact.value["config"], fact=reply.fact))
                self._steps.say(f"its class for that is `{found[0].name}`", reply.fact.place, "transformers")
        if reference is not None:
            found.append(_Class(name=reference[1]))
        if not found:
            return self._unknown(
                f"{self._release.name} goes by configuration class; nothing says which one this checkpoint has"
            )
        return found

    def _trusted(self, known: _Class, rule: Mapping[str, Any]) -> Verdict | None:
        """Say what the repository's own class needs; the verdict where the release does not hand that over."""
        if known.fact is not None:
            return None
        place = self._place(rule["line"])
        if not rule["trust"]:
            return self._unknown(
                f"`{known.name}` is the repository's own (auto_map.AutoConfig), and {self._release.name} does not"
                " hand `trust_remote_code` over: whether transformers asks for it or refuses is not followed",
                place,
                key=known.name,
            )
        self._steps.say(
            f"`{known.name}` is the repository's own (auto_map.AutoConfig): it needs --trust_remote_code",
            place,
        )
        return None

    # -- what the loader asks of the config ---------------------------------------------------------

    def _written_for(self, known: _Class, loader: Fact) -> Verdict | None:
        """Keys that the config does not have; the verdict on a config that is not what the loader is written for."""
        asks = loader.value.get("asks", [])
        if known.fact is not None and known.name in _OWN:
            step = self._steps.say(
                f"the loader of `{known.name}` is written for the class that repositories brought along; that of"
                f" transformers has none of what it asks for: {_listed(asks)}",
                loader.place,
            )
            return self._unsupported(known, step, fix="a revision that brings its own code")
        stopped = self._without(known, loader)
        missing = [key for key in asks if key not in self._checkpoint.keys]
        if stopped is not None or not self._checkpoint.given or not missing:
            return stopped
        text = f"the loader asks for {_listed(missing)}, which the config does not have: whether its class has it is"
        if len(missing) == len(asks) and known.fact is None:  # a class of transformers has values of its own
            return self._unknown(
                f"{text} not followed, and nothing else that the loader asks for is there",
                loader.place,
                key=known.name,
            )
        self._steps.say(f"{text} not followed", loader.place)
        return None

    def _without(self, known: _Class, loader: Fact) -> Verdict | None:
        """The verdict where the loader asks for what the class of transformers does not have."""
        for key, classes, since, takes_away in _WITHOUT:
            asked = known.fact is not None and known.name in classes and key in loader.value.get("asks", [])
            if (
                not asked
                or not self._library_is_from(since)
                or (key in self._checkpoint.keys and not takes_away)
            ):
                continue
            library = (
                "transformers" if self._release.transformers is None else self._release.transformers.name
            )
            text = f"the loader asks for `{key}`, which `{known.name}` of {library} does not have"
            older = f"install transformers below {since}"
            if takes_away:
                return self._unsupported(known, self._steps.say(text, loader.place), fix=older)
            if not self._checkpoint.given:
                self._steps.say(f"{text}: a config without it stops the converter", loader.place)
                continue
            fix = f"add `{key}` to the config" + (f", or {older}" if since == _ALWAYS_SCALED else "")
            return self._unsupported(
                known, self._steps.say(f"{text}, nor does the config", loader.place), fix=fix
            )
        return None

    def _values(self, known: _Class, loader: Fact) -> Verdict | None:
        """What a value of the config stops."""
        text = dict(self._checkpoint.text)
        for key, wanted in loader.value.get("equal", {}).items():
            value = self._plain.get(key)
            if _is_scalar(value) and value != wanted["value"]:
                step = self._steps.say(
                    f"`{key}` has to be `{wanted['value']}`, and it is `{value}`", _at(wanted, loader)
                )
                return self._unsupported(known, step)
        for key, most in loader.value.get("above", {}).items():
            value = text.get(key, self._plain.get(key))
            if isinstance(value, int) and value > most["value"]:
                step = self._steps.say(
                    f"the loader raises for a `{key}` above {most['value']}, and it is {value}",
                    _at(most, loader),
                )
                return self._unsupported(known, step)
        for key, looked in loader.value.get("among", {}).items():
            value, taken = self._plain.get(key), self._release.load.rules["tables"][looked["table"]]
            if isinstance(value, str) and value not in taken["keys"]:
                step = self._steps.say(
                    f"`{key}` is `{value}`; the loader takes {_listed(taken['keys'])}",
                    _at(looked, loader),
                )
                return self._unsupported(known, step)
        return None

    def _scaling(self, known: _Class, loader: Fact) -> Verdict | None:
        """What the type of RoPE scaling stops."""
        rule = loader.value.get("rope")
        if rule is None:
            return None
        place = _at(rule, loader)
        always = known.fact is not None and self._library_is_from(_ALWAYS_SCALED)
        if not self._checkpoint.given:
            if always and "default" not in rule["others"]:
                text = "the loader does not take a config without RoPE scaling with this transformers: give the config"
                self._steps.say(text, place)
            return None
        scaling = dict(self._checkpoint.rope_scaling or (self._checkpoint.rope_parameters if always else ()))
        if rule["keys"] is None:
            if scaling or always:
                self._steps.say("which types of RoPE scaling the loader takes could not be read", place)
            return None
        if not scaling and not always:
            return None
        if always:
            scaling.setdefault("rope_type", scaling.get("type", "default"))
        kind = next((scaling[key] for key in rule["keys"] if scaling.get(key)), None)
        taken = [*self._release.load.rules["tables"][rule["table"]]["keys"], *rule["others"]]
        if kind is not None and kind in taken:
            self._steps.say(f"RoPE scaling of type `{kind}` is taken", place)
            return None
        stops = f"the loader takes the types {_listed(taken)} of RoPE scaling"
        if kind is None:
            keys = " or ".join(f"`{key}`" for key in rule["keys"])
            stops = f"the loader asks `rope_scaling` for {keys}, which is not there"
        else:
            stops += f", and it is `{kind}`"
        # No config asks for this type: transformers puts it there.
        own = bool(self._checkpoint.rope_scaling or self._checkpoint.rope_parameters)
        added = always and (not own or kind == "default")
        if added:
            stops += f"; transformers gives each config one since {_ALWAYS_SCALED}.0"
        fix = f"install transformers below {_ALWAYS_SCALED}" if added else None
        return self._unsupported(known, self._steps.say(stops, place), fix=fix)

    def _library_is_from(self, since: str) -> bool:
        """Whether the transformers that counts is that release or a later one; not where none is known."""
        library = self._release.transformers
        if library is None or library.version is None:
            return False
        try:
            return parse_version(library.version) >= parse_version(since)
        except ValueError:
            return False

    def _quantisation(self, known: _Class, loader: Fact) -> Verdict | None:
        """What becomes of quantised weights."""
        key, method = self._checkpoint.quantized_by, self._checkpoint.quant_method
        if key is None or not self._checkpoint.quantization:
            return None
        shown = f"quantisation method `{method}`" if method is not None else f"the quantisation in `{key}`"
        rule = loader.value.get("quantisation")
        # A flat config is its own text config.
        inside = rule is not None and rule["inside"] and self._checkpoint.text_config is not None
        looks = f"{self._checkpoint.text_config}.quantization_config" if inside else "quantization_config"
        if rule is None or rule["methods"] is None or key != looks:
            return self._unknown(
                f"the loader of `{known.name}` does not look at `{key}`, or not plainly: what becomes of {shown} is"
                " not followed",
                loader.place if rule is None else _at(rule, loader),
                key=known.name,
                fix="use the unquantised checkpoint; ct2-transformers-converter quantises it itself",
            )
        place = _at(rule, loader)
        table = rule["methods"].get(method)
        version = dict(self._checkpoint.quantization).get("version")
        taken = [] if table is None else self._release.load.rules["tables"][table]["keys"]
        if table is not None and (version is None or (isinstance(version, str) and version.lower() in taken)):
            what = f" in version `{version}`" if version is not None else ""
            self._steps.say(f"{shown}{what} is taken", place)
            return None
        wanted = " or ".join(f"`{each}`" for each in rule["methods"])
        text = f"{shown} is not taken: the loader raises for any but {wanted}"
        if table is not None:
            text = f"version `{version}` of {shown} is not taken: the loader takes {_listed(taken)}"
        return self._steps.verdict(
            Status.UNSUPPORTED,
            self._steps.say(text, place),
            gate=Gate.QUANTISATION,
            key=known.name,
            fix="use the unquantised checkpoint; ct2-transformers-converter quantises it itself",
        )

    # -- the class that the weights are loaded into -------------------------------------------------

    def _model(self, known: _Class, loader: Fact, native: Step) -> Verdict:
        """What the class that is loaded makes of the architecture that the config names."""
        asked = self._checkpoint.architectures
        loads = self._loaded(known, loader)
        if loader.value.get("language") and (loads in asked or not asked) and loads is not None:
            self._of_parts(loads, loader)
        if loads is None:
            self._steps.say("which class the loader loads is not plainly written: that gate is not followed")
            return self._steps.verdict(Status.NATIVE, native, key=known.name)
        encoder = loader.value.get("encoder")
        base = None if known.fact is None else known.fact.value.get("classes", {}).get("MODEL")
        if encoder is not None and asked and base not in asked:
            return self._unknown(
                f"an encoder without a head is made of it: it gives hidden states, and what {asked[0]} has besides is"
                " left out; whether that is of use is not followed",
                _at(encoder, loader),
                key=known.name,
            )
        if encoder is not None or not asked or loads in asked:
            self._steps.say(f"the weights are loaded as {loads}", loader.place)
            if encoder is not None:
                self._steps.say("an encoder is made of it, which gives hidden states", _at(encoder, loader))
            return self._steps.verdict(Status.NATIVE, native, resolved=loads, key=known.name)
        return self._unknown(
            f"whatever the config names, the loader of `{known.name}` loads {loads}: what {asked[0]} has besides is"
            f" left out, and what it lacks for that is made up; whether the outcome is of use is not followed",
            loader.place,
            key=known.name,
        )

    def _loaded(self, known: _Class, loader: Fact) -> str | None:
        """The class that is loaded; of an Auto class what that gives. None where it is not known."""
        name = loader.value.get("loads")
        table = next((key for key, auto in TABLES.items() if auto == name), None)
        if table is None:
            return str(name) if isinstance(name, str) and not name.startswith("AutoModel") else None
        if known.fact is not None:
            given = known.fact.value.get("classes", {}).get(table)
            return None if given is None else str(given)
        code = dict(self._checkpoint.auto_map).get(name)
        reference = _REFERENCE.fullmatch(code) if code is not None else None
        return None if reference is None else reference[1]

    def _of_parts(self, loads: str, loader: Fact) -> None:
        """Say of a model of parts that its language model alone is converted."""
        if self._checkpoint.text_config is not None or loads.endswith("ForConditionalGeneration"):
            self._steps.say(
                "of a model of several parts the language model alone is converted: it takes text only",
                _at(loader.value["language"], loader),
            )

    # -- words ----------------------------------------------------------------------------------------

    def _place(self, line: int) -> Place:
        return Place(file=CONVERTER, line=line, release=self._release.load.lines_of)

    def _unsupported(self, known: _Class, step: Step, fix: str | None = None) -> Verdict:
        return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.CONFIG, key=known.name, fix=fix)

    def _unknown(
        self, text: str, place: Place | None = None, *, key: str | None = None, fix: str | None = None
    ) -> Verdict:
        return self._steps.verdict(Status.UNKNOWN, self._steps.say(text, place), key=key, fix=fix)


def _at(row: Mapping[str, Any], loader: Fact) -> Place:
    """The line that a row of a loader's facts has, which is one of the release that the loader's line is of."""
    return replace(loader.place, line=row["line"])


def _is_scalar(value: object) -> bool:
    return isinstance(value, (bool, int, float, str))


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
