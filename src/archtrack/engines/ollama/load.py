"""How a checkpoint comes to run in Ollama.

1. ``ollama create`` converts safetensors: the converter takes the first of the config's architectures.
2. The converter writes a GGUF file, with the GGUF architecture that it has itself or chooses by the config.
3. Weights that are quantised have to be of a kind that the converter reads.
4. The GGUF architecture has to be one of Ollama's own engine, or of the llama.cpp that the release carries: in its
   repository, or fetched and patched when it is built. ``translate_metadata`` loads some files as another architecture.

A GGUF file begins with the fourth. With ``ollama create --experimental`` safetensors are kept as they are, for the MLX
runner, which goes by the first architecture, too. Not followed is whether weights, tokenizer and template convert, what
``--experimental`` asks of a checkpoint, and where Ollama has its MLX library.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.core.verdict.gguf import only_model
from archtrack.core.verdict.keys import first_architecture, unread_places
from archtrack.core.verdict.release_facts import GGUF_ARCHITECTURES
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Status

from .tables import CARRIED, COMPAT, CONVERT, CONVERTS, DRAFT, DTYPES, MLX, OWN, PATCHED, TORCH, UNREAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import Fact, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Step
    from archtrack.model import Place, Registration

__all__ = ["load"]

_PROJECTOR = "clip"
_LLAMA_CPP_CONVERTS, _LLAMA_CPP_TEXT = "converts", "text"
"""The table of a release of llama.cpp that says which GGUF architectures its own converter writes, and for what."""
_HAVE = {
    OWN: "Ollama's own engine has the GGUF architecture `{}`",
    GGUF_ARCHITECTURES: "the llama.cpp in its repository has the GGUF architecture `{}`",
    PATCHED: "a patch adds the GGUF architecture `{}` to the llama.cpp that it is built with",
}
_MLX_RUNNER = "MLX runner"
"""What such a checkpoint is said to run as: not everybody has it."""
_STATUS = {True: Status.NATIVE, False: Status.UNSUPPORTED, None: Status.UNKNOWN}
_FP8, _FP8_NUMBERS, _FP8_BLOCKS = "fp8", "F8_E4M3", "weight_block_size"


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, a bare architecture, or a GGUF file's architecture.
        release: what is known of the release.
        options: how the engine is told to load it.
    """
    steps = Steps(release.engine, checkpoint.architectures)
    path = _Path(checkpoint, release, steps)
    return path.of_file() if checkpoint.gguf_architecture is not None else path.of_safetensors(options)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Whether a release runs a GGUF architecture; None where that is not known."""

    runs: bool | None
    text: str
    place: Place | None = None
    source: str | None = None


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._steps = steps

    def of_file(self) -> Verdict:
        """The way of a GGUF file."""
        name = self._checkpoint.gguf_architecture or ""
        self._steps.say(f"the file's GGUF architecture is `{name}`")
        if name == _PROJECTOR:
            step = self._steps.say(
                f"`{_PROJECTOR}` is the part that sees or hears: it goes beside the file of a model; which of these run"
                " is not followed"
            )
            return self._steps.verdict(Status.UNKNOWN, step)
        model = only_model(self._checkpoint, self._steps)
        if isinstance(model, Verdict):
            return model
        runs, step = self._runs([name])
        status = _STATUS[runs]
        gate = Gate.ARCHITECTURE if runs is False else None
        return self._steps.verdict(status, step, gate=gate, resolved=name if runs else None)

    def of_safetensors(self, options: LoadOptions) -> Verdict:
        """The way of a checkpoint as Hugging Face has it."""
        name = first_architecture(self._checkpoint, self._release, self._steps)
        if isinstance(name, Verdict):
            return name
        registration = self._release.registered.get(name)
        groups = () if registration is None else registration.groups
        if registration is None:
            return self._not_taken(name)
        if DRAFT in groups and (options.draft or not {CONVERT, TORCH, MLX} & set(groups)):
            return self._by_mlx(name, registration, " as a draft")
        if CONVERT in groups:
            verdict = self._converted(name, registration)
            if verdict.status is Status.NATIVE or self._is_quantised or MLX not in groups:
                return verdict
        elif TORCH in groups:
            step = self._steps.say(
                f"{self._release.name} converts `{name}` from PyTorch files (`.bin`, `.pth`), and not from safetensors;"
                " which of them the checkpoint has is not known",
                registration.place,
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        else:
            self._steps.say(f"the converter of {self._release.name} does not take `{name}`")
            if self._is_quantised:
                step = self._steps.say(
                    f"the MLX runner has `{name}`; which quantised weights it takes is not followed",
                    self._mlx_place(name, registration),
                )
                return self._steps.verdict(Status.UNKNOWN, step, key=name)
        return self._by_mlx(name, registration, "")

    @property
    def _is_quantised(self) -> bool:
        return self._checkpoint.quantized_by is not None

    def _not_taken(self, name: str) -> Verdict:
        """The verdict on what neither the converter nor the MLX runner takes, with the way round if one is known."""
        runner = ", and its MLX runner does not have it" if MLX in self._release.load.tables else ""
        text = f"{self._release.name} has no converter for `{name}`{runner}{unread_places(self._release)}"
        step = self._steps.say(text)
        fix = (
            "use a GGUF file that the converter of llama.cpp has made of it"
            if self._runs_otherwise(name)
            else None
        )
        return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=name, fix=fix)

    def _runs_otherwise(self, name: str) -> bool:
        """Whether the release is known to run the file that llama.cpp's own converter makes of an architecture."""
        for other in self._release.carried:
            row = other.load.find(_LLAMA_CPP_CONVERTS, name)
            made = [] if row is None else row.value.get(_LLAMA_CPP_TEXT, [])
            if row is None or not made or _LLAMA_CPP_TEXT in row.value.get("unresolved", ()):
                continue
            self._steps.say(
                f"the converter of {other.name} makes a file of it, with the GGUF architecture {_either(made)}",
                replace(row.place, release=row.place.release or other.version),
                other.engine,
            )
            return self._runs(made)[0] is True
        return False

    def _by_mlx(self, name: str, registration: Registration, what: str) -> Verdict:
        fact = self._release.load.find(MLX, name)
        tag = fact.value["tag"] if fact is not None and fact.value is not None else None
        built = f", in a build with `-tags {tag}`" if tag else ""
        step = self._steps.say(
            f"the MLX runner of {self._release.name} has `{name}`{what}: it runs what `ollama create --experimental`"
            " has kept as safetensors, where Ollama has its MLX library (Apple silicon; elsewhere that is not"
            f" followed){built}",
            self._mlx_place(name, registration),
        )
        return self._steps.verdict(Status.NATIVE, step, resolved=_MLX_RUNNER, key=name)

    def _mlx_place(self, name: str, registration: Registration) -> Place:
        fact = self._release.load.find(MLX, name)
        return registration.place if fact is None else fact.place

    def _converted(self, name: str, registration: Registration) -> Verdict:
        self._steps.say(
            f"{self._release.name} converts `{name}` by {registration.file}, with `ollama create`",
            registration.place,
        )
        fact = self._release.load.find(CONVERTS, name)
        if fact is None or not fact.value["to"] or fact.value.get("unread"):
            step = self._steps.say(
                f"which GGUF architecture the file of `{name}` gets could not be read",
                registration.place if fact is None else fact.place,
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=name)
        made = fact.value["to"]
        others = f"; by what the checkpoint says it may be {_either(made[1:])}" if made[1:] else ""
        self._steps.say(f"its file gets the GGUF architecture `{made[0]}`{others}", fact.place)
        stopped = self._quantised(name, fact)
        if stopped is not None:
            return stopped
        runs, step = self._runs(made)
        gate = Gate.BACKEND if runs is False else None
        return self._steps.verdict(
            _STATUS[runs], step, gate=gate, resolved=made[0] if runs else None, key=name
        )

    def _quantised(self, name: str, fact: Fact) -> Verdict | None:
        """The verdict where quantised weights are the end; None where they are not."""
        if not self._is_quantised:
            return None
        method = self._checkpoint.quant_method
        if method is not None and method in fact.value.get("methods", ()):
            self._steps.say(
                f"its converter has a part for weights that are quantised by `{method}`", fact.place
            )
            return None
        numbers = self._release.load.tables.get(DTYPES)
        if method == _FP8 and numbers is not None:
            if _FP8_NUMBERS not in numbers:
                step = self._steps.say(
                    f"its weights are quantised by `{_FP8}`: the converter reads {_either(sorted(numbers), 'and')}, and"
                    f" not `{_FP8_NUMBERS}`",
                    next(iter(numbers.values())).place,
                )
                return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.QUANTISATION, key=name)
            if _FP8_BLOCKS in dict(self._checkpoint.quantization):
                self._steps.say(
                    f"the converter reads `{_FP8_NUMBERS}` by the `{_FP8_BLOCKS}` that the config gives",
                    numbers[_FP8_NUMBERS].place,
                )
                return None
            step = self._steps.say(
                f"its weights are quantised by `{_FP8}`: the converter asks for `{_FP8_BLOCKS}`, which the config does"
                " not give",
                numbers[_FP8_NUMBERS].place,
            )
            return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.QUANTISATION, key=name)
        by = f"by `{method}`" if method is not None else "in a way that the config does not name"
        step = self._steps.say(
            f"its weights are quantised {by}: whether the converter reads these is not followed"
        )
        return self._steps.verdict(Status.UNKNOWN, step, key=name)

    def _runs(self, names: Sequence[str]) -> tuple[bool | None, Step]:
        """Whether the release runs each of some GGUF architectures, and the step that decides."""
        answers = [self._answer(each) for each in names]
        found = {each.runs for each in answers}
        said = [self._steps.say(each.text, each.place, each.source) for each in answers]
        deciding = next((at for at, each in enumerate(answers) if each.runs is not True), 0)
        return (found.pop() if len(found) == 1 else None), said[deciding]

    def _answer(self, name: str) -> _Answer:
        """Whether the release runs a GGUF architecture."""
        facts = self._release.load
        for table, text in _HAVE.items():
            found = facts.find(table, name)
            if found is not None:
                return _Answer(runs=True, text=text.format(name), place=found.place)
        if GGUF_ARCHITECTURES in facts.tables:
            text = f"neither Ollama's own engine nor the llama.cpp in its repository has the GGUF architecture `{name}`"
            answer = _Answer(runs=False, text=text)
        else:
            answer = self._by_carried(name)
        other = facts.find(COMPAT, name)
        if answer.runs is True or other is None:
            unread = any(table in facts.rules.get(UNREAD, {}) for table in _HAVE)
            if answer.runs is False and unread:
                return _Answer(runs=None, text=f"{answer.text}; but not all that it has could be read")
            return answer
        if other.value["to"] is None:
            text = (
                f"{self._release.name} loads `{name}` as another GGUF architecture, which could not be read"
            )
            return _Answer(runs=None, text=text, place=other.place)
        self._steps.say(
            f"{self._release.name} loads `{name}` as the GGUF architecture `{other.value['to']}`", other.place
        )
        return self._by_carried(other.value["to"])

    def _by_carried(self, name: str) -> _Answer:
        """Whether the llama.cpp that is fetched for a build has a GGUF architecture, by what is known of that one."""
        rule = self._release.load.rules.get(CARRIED, {})
        build = rule.get("build")
        if build is None:
            commit = rule.get("submodule")
            what = "none that was read" if not rule else "a submodule"
            if commit is not None:
                what += f" at commit {commit[:12]}, of which nothing tells what it runs"
            return _Answer(
                runs=None,
                text=f"whether {self._release.name} runs the GGUF architecture `{name}` is not known: the llama.cpp"
                f" that it carries is {what}",
            )
        known = [each for each in self._release.carried if GGUF_ARCHITECTURES in each.load.tables]
        rows = [each.load.find(GGUF_ARCHITECTURES, name) for each in known]
        text = f"{self._release.name} carries llama.cpp {build}"
        exact = [each.version for each in known] == [build]
        if not exact:
            near = " and ".join(each.name for each in known) or "nothing"
            text += f", which is not known itself; known near it: {near}"
        has, lacks = ("both have", "neither has") if len(known) > 1 else ("it has", "it does not have")
        what = f"the GGUF architecture `{name}`"
        first = rows[0] if rows else None
        if (
            first is not None
            and None not in rows
            and (len(known) > 1 or not _is_newer(known[0].version, build))
        ):
            place = replace(first.place, release=first.place.release or known[0].version)
            return _Answer(runs=True, text=f"{text}; {has} {what}", place=place, source=known[0].engine)
        if rows and not any(rows) and (exact or len(known) > 1):
            return _Answer(runs=False, text=f"{text}; {lacks} {what}")
        return _Answer(runs=None, text=f"{text}: whether it has {what} is not told by that")


def _is_newer(version: str | None, build: str) -> bool:
    """Whether a known release may lie behind a build: one that is no build tells nothing of that."""
    number = (version or "").removeprefix("b")
    return not number.isdecimal() or int(number) > int(build.removeprefix("b"))


def _either(names: Sequence[str], word: str = "or") -> str:
    return f" {word} ".join(f"`{each}`" for each in names)
