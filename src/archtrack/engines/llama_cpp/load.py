"""How a checkpoint comes to run in llama.cpp.

1. The converter (``convert_hf_to_gguf.py``) takes the first of the config's architectures. Where ``text_config`` names
   architectures of its own, the first of these counts instead, but for some that the converter names.
2. The converter of that architecture writes a GGUF file, with the GGUF architecture that it has itself or chooses by
   the config. What sees or hears becomes a second file, which goes beside the first.
3. The runtime takes the file if ``LLM_ARCH_NAMES`` has its GGUF architecture.

A GGUF file has been converted: the third gate alone counts. Whether the weights and the tokenizer convert, and which
projectors the runtime takes, is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.verdict.gguf import only_model
from archtrack.core.verdict.keys import unread_places
from archtrack.core.verdict.release_facts import GGUF_ARCHITECTURES
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Status

from .tables import CONVERTS, PART, PART_CONFIGS, PROJECTOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
    from archtrack.model import Registration

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG001 -- none concerns llama.cpp
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, a bare architecture, or a GGUF file's architecture.
        release: what is known of the release.
        options: how the engine is told to load it.
    """
    return _Path(checkpoint, release).verdict()


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        file = self._checkpoint.gguf_architecture
        if file is not None:
            self._steps.say(f"the file's GGUF architecture is `{file}`")
            if file == PROJECTOR:
                step = self._steps.say(
                    f"`{PROJECTOR}` is the part that sees or hears: it goes beside the file of a model (`--mmproj`);"
                    " which of these run is not followed"
                )
                return self._steps.verdict(Status.UNKNOWN, step)
            model = only_model(self._checkpoint, self._steps)
            return model if isinstance(model, Verdict) else self._runtime([file], None)
        name = self._architecture()
        if name is None:
            step = self._steps.say(
                "the config names no architecture, by which the converter of llama.cpp goes"
                if self._checkpoint.given
                else "llama.cpp's converter goes by architectures, and none is given"
            )
            return self._steps.verdict(Status.UNKNOWN, step)
        if self._release.silent:
            step = self._steps.say(
                f"what {self._release.name} converts is not known: what was read of it holds no converter"
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        registration = self._release.registered.get(name)
        if registration is None:
            step = self._steps.say(
                f"{self._release.name} has no converter for `{name}`{unread_places(self._release)}"
            )
            return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=name)
        return self._converted(name, registration)

    def _architecture(self) -> str | None:
        """The architecture that the converter asks for."""
        own = next(iter(self._checkpoint.architectures), None)
        inner = next(iter(self._checkpoint.text_architectures), None)
        rule = self._release.load.find(PART_CONFIGS, PART)
        if inner is None or rule is None or own in rule.value["first"]:
            return own
        if inner != own:
            self._steps.say(f"of the text, the converter goes by `{PART}`: `{inner}`", rule.place)
        return inner

    def _converted(self, name: str, registration: Registration) -> Verdict:
        where = f", where {registration.condition}" if registration.condition else ""
        if "text" not in registration.groups:
            step = self._steps.say(
                f"{self._release.name} converts of `{name}` what sees or hears{where}, by {registration.file}; its text"
                f" is converted by the architecture that `{PART}` names",
                registration.place,
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        self._steps.say(
            f"{self._release.name} converts `{name}` by {registration.file}{where}", registration.place
        )
        if "mmproj" in registration.groups:
            self._steps.say(
                f"what sees or hears of it becomes a second file (`{PROJECTOR}`)", registration.place
            )
        fact = self._release.load.find(CONVERTS, name)
        made = [] if fact is None else fact.value.get("text", [])
        if fact is None or not made or "text" in fact.value.get("unresolved", ()):
            step = self._steps.say(
                f"which GGUF architecture the file of `{name}` gets could not be read",
                fact.place if fact is not None else registration.place,
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        others = f"; by what the config says it may be {_either(made[1:])}" if made[1:] else ""
        self._steps.say(f"its file gets the GGUF architecture `{made[0]}`{others}", fact.place)
        return self._runtime(made, name)

    def _runtime(self, made: Sequence[str], name: str | None) -> Verdict:
        """Whether the runtime has the GGUF architecture, or each that the file may get."""
        table = self._release.load.tables.get(GGUF_ARCHITECTURES)
        if table is None:
            step = self._steps.say(f"what {self._release.name} runs is not known: its list was not read")
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        missing = [each for each in made if each not in table]
        if not missing:
            step = self._steps.say(
                f"{self._release.name} runs the GGUF architecture {_either(made, 'and')}",
                table[made[0]].place,
            )
            return self._steps.verdict(Status.NATIVE, step, resolved=made[0], key=name)
        step = self._steps.say(
            f"{self._release.name} does not have the GGUF architecture {_either(missing)}"
            + (", which its own converter writes" if name is not None else "")
        )
        if len(missing) < len(made):
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        gate = Gate.ARCHITECTURE if name is None else Gate.BACKEND
        return self._steps.verdict(Status.UNSUPPORTED, step, gate=gate, key=name)


def _either(names: Sequence[str], word: str = "or") -> str:
    return f" {word} ".join(f"`{each}`" for each in names)
