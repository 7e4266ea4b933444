"""How LMDeploy loads a checkpoint.

TurboMind is asked first (``autoget_backend`` in ``lmdeploy/archs.py``): it takes the first architecture that its list
has, but for sizes and quantisation methods that ``is_supported`` turns away, and then ``get_tm_model`` stops for
methods that it does not know. Whatever TurboMind does not take goes to the PyTorch engine. That one asks AutoConfig,
and older releases stop where a newer transformers wrote the config. Then ``_get_model_class`` looks a class up: the one
that ``auto_map`` names for AutoModelForCausalLM if there is one, and nothing else then, or the first architecture that
the map has.

Where AutoConfig fails, TurboMind goes on with a config of no model's own, and so does the PyTorch engine of newer
releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.parsing import parse_version
from archtrack.core.verdict.auto_config import Way, auto_config
from archtrack.core.verdict.gguf import not_followed
from archtrack.core.verdict.keys import unread_places
from archtrack.core.verdict.release_facts import MODEL_TYPES, QUANTISATION
from archtrack.core.verdict.verdict import Steps
from archtrack.model import Gate, Place, Status

from .files import PATCH, TURBOMIND
from .tables import REMOVED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Registration

__all__ = ["load"]

_ENGINES = {"turbomind": "TurboMind", "pytorch": "the PyTorch engine"}


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how the engine is told to load it; of these ``folder`` counts.
    """
    return _Path(checkpoint, release, options).verdict()


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._options = options
        self._auto_map = dict(checkpoint.auto_map)
        self._plain = dict(checkpoint.plain)
        self._rules = release.load.rules
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        if self._checkpoint.gguf_architecture is not None:
            return not_followed(self._release, self._steps)
        if not self._checkpoint.given:
            return self._of_a_name()
        return self._by_turbomind() or self._by_pytorch()

    def _place(self, file: str, line: int) -> Place:
        return Place(file=file, line=line, release=self._release.load.lines_of)

    def _of_a_name(self) -> Verdict:
        """A bare architecture: the registry alone answers, and AutoConfig for a model type that comes with it."""
        stopped = self._config("pytorch") if self._checkpoint.model_type is not None else None
        if stopped is not None:
            return stopped
        for name in self._checkpoint.architectures:
            found = self._release.registered.get(name)
            if found is not None:
                engines = [_ENGINES[group] for group in found.groups if group in _ENGINES]
                step = self._steps.say(
                    f"{' and '.join(engines) or 'LMDeploy'} of {self._release.name} runs `{name}`{_where(found)}",
                    found.place,
                )
                return self._steps.verdict(Status.NATIVE, step, resolved=name, key=name)
        return self._not_registered(self._checkpoint.architectures)

    # -- TurboMind -------------------------------------------------------------------------------

    def _by_turbomind(self) -> Verdict | None:
        """What TurboMind does; None where the PyTorch engine gets it."""
        name = self._first_architecture()
        found = self._in("turbomind", name)
        if name is None or found is None or self._turned_away(name):
            return None
        stopped = self._config("turbomind")
        if stopped is not None:
            return stopped
        step = self._steps.say(f"TurboMind of {self._release.name} runs `{name}`", found.place)
        return self._quantisation("turbomind", name) or self._steps.verdict(
            Status.NATIVE, step, resolved=name, key=name
        )

    def _in(self, group: str, name: str | None) -> Registration | None:
        found = None if name is None else self._release.registered.get(name)
        return found if found is not None and group in found.groups else None

    def _first_architecture(self) -> str | None:
        """As ``get_model_arch`` takes it: the first one, else the class of ``auto_map``."""
        named = self._rules.get("turbomind", {}).get("named")
        if (
            named
            and self._checkpoint.architectures
            and any(named["class"] in each for each in self._auto_map.values())
        ):
            return str(named["class"])
        if self._checkpoint.architectures:
            return self._checkpoint.architectures[0]
        reference = self._auto_map.get("AutoModelForCausalLM")
        return None if reference is None else reference.rpartition(".")[2]

    def _turned_away(self, name: str) -> bool:
        """Whether ``is_supported`` says no to an architecture that the list has."""
        rule = self._rules.get("turbomind", {})
        method = self._checkpoint.quant_method
        if method is not None and method in rule.get("methods", ()):
            self._steps.say(
                f"TurboMind turns quantisation method `{method}` away", self._place(TURBOMIND, rule["line"])
            )
            return True
        for each in rule.get("refuses", {}).get(name, ()):
            answer = self._holds(each["test"])
            place = self._place(TURBOMIND, each["line"])
            if answer is None:
                self._steps.say(
                    f"TurboMind turns some sizes of `{name}` away, which is not followed here", place
                )
            elif answer:
                self._steps.say(f"TurboMind turns this `{name}` away: {answer}", place)
                return True
        return False

    def _holds(self, test: list[Any]) -> str | None:
        """Why a test turns the checkpoint away; empty where it does not, None where the config does not tell."""
        kind, *rest = test
        key = rest[0] if rest else None
        value = self._plain.get(key) if isinstance(key, str) else None
        if kind == "has":
            return f"it has `{key}`" if self._checkpoint.keys and value is not None else ""
        if kind == "head":
            return self._head(*rest)
        if kind in {"equal", "unlike"} and value is not None:
            wrong = (value == rest[1]) is (kind == "equal")
            return f"its `{key}` is {value}" if wrong else ""
        if kind == "lacks" and key in self._plain:
            return f"its `{key}` is null" if value is None else ""
        return None

    def _head(self, sizes: list[int], own: bool) -> str | None:  # noqa: FBT001 -- as the facts have it
        size = self._plain.get("head_dim") if own else None
        hidden, heads = self._plain.get("hidden_size"), self._plain.get("num_attention_heads")
        if size is None and isinstance(hidden, int) and isinstance(heads, int) and heads > 0:
            size = hidden // heads
        if not isinstance(size, int):
            return None
        return "" if size in sizes else f"its heads have a size of {size}"

    # -- the PyTorch engine ----------------------------------------------------------------------

    def _by_pytorch(self) -> Verdict:
        stopped = self._config("pytorch") or self._written_by()
        if stopped is not None:
            return stopped
        for rule in self._rules.get("auto_map", ()):
            reference = self._auto_map.get(rule["key"])
            if reference is not None:
                return self._by_auto_map(rule, reference.rpartition(".")[2])
        names: tuple[str, ...] = self._checkpoint.architectures
        rule = self._rules.get("no_architectures")
        if not names and rule is not None and "language_config" in self._checkpoint.keys:
            self._steps.say(
                f"a config without `architectures` is taken for `{rule['class']}`",
                self._place(PATCH, rule["line"]),
            )
            names = (rule["class"],)
        if self._rules.get("parts"):
            names = names[:1]
        for name in names:
            verdict = self._removed(name) or self._found(name)
            if verdict is not None:
                return verdict
        return self._not_registered(names)

    def _written_by(self) -> Verdict | None:
        """Older releases stop where the config was written by a newer transformers than the one that is there."""
        rule, transformers = self._rules.get("transformers_version"), self._release.transformers
        written = self._plain.get("transformers_version")
        if (
            rule is None
            or transformers is None
            or transformers.version is None
            or not isinstance(written, str)
        ):
            return None
        try:
            newer = parse_version(written) > parse_version(transformers.version)
        except ValueError:
            return None
        if not newer:
            return None
        step = self._steps.say(
            f"the config was written by transformers {written}, and the PyTorch engine of {self._release.name} stops"
            f" where an older one is installed: {transformers.name}",
            self._place(rule["file"], rule["line"]),
        )
        return self._steps.verdict(
            Status.UNSUPPORTED,
            step,
            gate=Gate.CONFIG,
            key=next(iter(self._checkpoint.architectures), None),
            fix=f"install transformers {written} or newer",
        )

    def _by_auto_map(self, rule: Mapping[str, Any], name: str) -> Verdict:
        """The class that the config's ``auto_map`` names, which alone counts then."""
        place = self._place(PATCH, rule["line"])
        self._steps.say(
            f"`auto_map.{rule['key']}` names `{name}`, which counts before `architectures`", place
        )
        verdict = self._removed(name) or self._found(name)
        if verdict is not None:
            return verdict
        step = self._steps.say(
            f"the PyTorch engine of {self._release.name} does not know `{name}`, and stops without a look at"
            " `architectures`",
            place,
        )
        known = next((each for each in self._checkpoint.architectures if self._in("pytorch", each)), None)
        return self._steps.verdict(
            Status.UNSUPPORTED,
            step,
            gate=Gate.ARCHITECTURE,
            key=name,
            fix=None
            if known is None
            else f"leave `auto_map.{rule['key']}` out of the config: `{known}` is known",
        )

    def _removed(self, name: str) -> Verdict | None:
        fact = self._release.load.find(REMOVED, name)
        if fact is None:
            return None
        step = self._steps.say(f"{self._release.name} has removed {fact.value} (`{name}`)", fact.place)
        return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=name)

    def _found(self, name: str) -> Verdict | None:
        found = self._in("pytorch", name)
        if found is None:
            return None
        step = self._steps.say(
            f"the PyTorch engine of {self._release.name} runs `{name}`{_where(found)}", found.place
        )
        return self._quantisation("pytorch", name) or self._steps.verdict(
            Status.NATIVE, step, resolved=name, key=name
        )

    def _not_registered(self, names: tuple[str, ...]) -> Verdict:
        shown = ", ".join(f"`{name}`" for name in names)
        if self._rules.get("parts") and names:
            self._steps.say(
                "what is not listed is tried with the PyTorch engine, which patches no part of it"
            )
        elif self._rules.get("auto_map") and not self._checkpoint.given:
            self._steps.say(
                "a checkpoint whose `auto_map` names another class is run as that one: give a config"
            )
        text = f"{self._release.name} knows none of {shown}" if names else "the config names no architecture"
        step = self._steps.say(text + unread_places(self._release))
        return self._steps.verdict(
            Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=next(iter(names), None)
        )

    # -- gates of both ---------------------------------------------------------------------------

    def _config(self, engine: str) -> Verdict | None:
        """AutoConfig; None where it lets the checkpoint through, or that is not known."""
        transformers, model_type = self._release.transformers, self._checkpoint.model_type
        rule = self._rules.get("configs", {}).get(engine)
        if transformers is None or MODEL_TYPES not in transformers.load.tables or rule is None:
            self._steps.say("whether AutoConfig takes the config is not followed: what it knows is not known")
            return None
        own = self._release.load.tables.get(MODEL_TYPES)
        reply = auto_config(self._checkpoint, transformers, self._options, own)
        place = self._place(rule["file"], rule["line"])
        shown = "no model type" if model_type is None else f"model type `{model_type}`"
        if reply.fact is not None:
            where = " in the folder's name" if reply.way is Way.FOLDER else ""
            found = f"model type `{reply.fact.key}`"
            if reply.added:
                self._steps.say(f"{self._release.name} adds {found}{where} to AutoConfig", reply.fact.place)
            else:
                self._steps.say(
                    f"{transformers.name} knows {found}{where}", reply.fact.place, transformers.engine
                )
        elif reply.way is Way.UNKNOWN_FOLDER:
            self._steps.say(
                f"the config has no `model_type`: {transformers.name} looks for one in the folder's name, which is not"
                " known"
            )
        elif reply.way is Way.CODE:
            asked = ", if it is told to trust it" if rule["asks"] else ""
            self._steps.say(f"the configuration class comes from the repository{asked}", place)
        elif rule["generic"]:
            self._steps.say(
                f"AutoConfig of {transformers.name} fails for {shown}; LMDeploy takes a config of no model's own",
                place,
            )
        else:
            step = self._steps.say(
                f"AutoConfig of {transformers.name} fails for {shown}, and so does"
                f" {_ENGINES[engine]} of {self._release.name}",
                place,
            )
            return self._steps.verdict(
                Status.UNSUPPORTED,
                step,
                gate=Gate.CONFIG,
                key=next(iter(self._checkpoint.architectures), None),
            )
        return None

    def _quantisation(self, engine: str, name: str) -> Verdict | None:
        """What the engine does with the quantisation method; None where that does not stop it."""
        key, method = self._checkpoint.quantized_by, self._checkpoint.quant_method
        if key is None or not self._looks_at(engine, key):
            return None
        if engine not in self._rules.get("quantisation", ()):
            what = f"quantisation method `{method}`" if method else f"`{key}`, which names no `quant_method`,"
            self._steps.say(f"what {_ENGINES[engine]} does with {what} is not followed")
            return None
        if method is None:
            text = (
                f"`{key}` names no `quant_method`, and {_ENGINES[engine]} of {self._release.name} stops there"
            )
            return self._steps.verdict(
                Status.UNSUPPORTED, self._steps.say(text), gate=Gate.QUANTISATION, key=name
            )
        fact = self._release.load.find(QUANTISATION, method)
        needs = None if fact is None else fact.value.get(engine)
        if fact is not None and needs is not None:
            unlike = self._unlike(needs)
            if unlike is None:
                self._steps.say(f"{_ENGINES[engine]} takes quantisation method `{method}`", fact.place)
                return None
            text = f"{_ENGINES[engine]} takes quantisation method `{method}` with another `{unlike}` only"
        else:
            text = f"{_ENGINES[engine]} of {self._release.name} does not take quantisation method `{method}`"
        step = self._steps.say(text, None if fact is None else fact.place)
        other = engine == "turbomind" and self._in("pytorch", name) is not None
        taken = fact is not None and "pytorch" in fact.value and not self._unlike(fact.value["pytorch"])
        return self._steps.verdict(
            Status.UNSUPPORTED,
            step,
            gate=Gate.QUANTISATION,
            key=name,
            fix="use the PyTorch engine (`--backend pytorch`)" if other and taken else None,
        )

    def _looks_at(self, engine: str, key: str) -> bool:
        """Whether an engine looks for a quantisation where the checkpoint has one."""
        top = key == "quantization_config"
        if engine == "turbomind" and key.endswith("quantization_config"):  # it searches the whole config
            return bool(self._checkpoint.quantization)  # an empty one counts as none
        if not top:
            self._steps.say(f"whether {_ENGINES[engine]} looks at `{key}` is not followed")
        return top

    def _unlike(self, needs: Mapping[str, list[Any]]) -> str | None:
        """The first key of ``quantization_config`` that has another value than the engine takes."""
        given = dict(self._checkpoint.quantization)
        for key, options in needs.items():
            value = given.get(key)
            if isinstance(value, (str, int)) and value not in options:
                return key
        return None


def _where(found: Registration) -> str:
    return f", where {found.condition}" if found.condition else ""
