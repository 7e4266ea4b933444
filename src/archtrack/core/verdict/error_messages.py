"""Messages in a log with which an engine says that it does not know a model, and whose messages they are.

The wordings are those of the engines' own sources, of all releases: SGLang's ``models/registry.py``,
``model_loader/utils.py`` and ``managers/multimodal_processor.py`` (until 0.3.5 ``model_runner.py``), vLLM's
``models/registry.py`` (before 0.6.4 ``models/__init__.py`` and ``model_loader``), transformers' ``models/auto`` and
``modeling_gguf_pytorch_utils.py``, MLX-LM's ``utils.py``, LMDeploy's ``pytorch/models/patch.py`` and ``vl``,
llama.cpp's converter and loader, ExLlama's config, TensorRT-LLM's ``models/automodel.py`` and ``modeling_auto.py``,
Ollama's ``convert``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from heapq import merge
from typing import TYPE_CHECKING, NamedTuple

from .log_text import LogText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MAX_MESSAGES", "Message", "find_messages"]

MAX_MESSAGES = 1000
"""That are given of one log; one more says that there are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of an engine.

    Attributes:
        kind: one word or a few for what it says; see ``data/schema.json``.
        line: of the log, counted from 1.
        text: the message, cut where it lists everything that the engine supports.
        architectures: that it names.
        module: that could not be imported, dotted; for import errors only.
        meaning: in a sentence.
        engine: whose message it is, by archtrack's name; None where that cannot be told.
        model_types: that it names.
        gguf_architectures: that it names: the architectures of GGUF files.
    """

    kind: str
    line: int
    text: str
    architectures: tuple[str, ...] = ()
    module: str | None = None
    meaning: str = ""
    engine: str | None = None
    model_types: tuple[str, ...] = ()
    gguf_architectures: tuple[str, ...] = ()


class _Form(NamedTuple):
    """One wording.

    Attributes:
        kind: of the message.
        engine: whose wording it is; None if several engines have it.
        words: that it has in any case.
        pattern: from these words on.
        names: what its names are: a field of ``Message``.
        meaning: in a sentence.
        is_behind: the name stands before the words.
        to_end: the message goes on to the end of its line.
    """

    kind: str
    engine: str | None
    words: str
    pattern: re.Pattern[str]
    names: str
    meaning: str
    is_behind: bool = False
    to_end: bool = False


def _form(
    kind: str,
    engine: str | None,
    words: str,
    rest: str,
    meaning: str,
    *,
    names: str = "architectures",
    is_behind: bool = False,
    to_end: bool = False,
) -> _Form:
    return _Form(kind, engine, words, re.compile(re.escape(words) + rest), names, meaning, is_behind, to_end)


_QUOTES = ("'", '"', "`")
_QUOTED_NAMES = re.compile(r"[\"']([A-Za-z_]\w*)[\"']")
_LIST = r"(?P<names>[^\]\[]*)\]"
_NAME = r"(?P<name>\w+)"
_CLASS = r"(?P<name>[A-Z]\w*)"
_KEY = r"(?P<name>[\w.-]+)"
_QUOTED = r"['\"](?P<name>\w+)['\"]"
_IN_TRANSFORMERS = "and the Transformers implementation is not compatible"
_TYPE, _GGUF, _NOTHING = "model_types", "gguf_architectures", ""

_UNSUPPORTED = "the registry has none of these architectures, and no fallback took them"
_NOT_INSPECTED = "the architecture is registered, but its class could not be loaded"
_INCOMPATIBLE = "transformers has the class, but is_backend_compatible() is false: the engine refuses it"
_FALLBACK = "no error: the Transformers backend runs the model, slower and without some features"
_NOT_FOUND = "neither the engine nor transformers has the class, and the config's auto_map brings none"
_SKIPPED = "the engine skips this module: what it registers is missing from the registry"
_SKIPPED_PROCESSOR = "the engine skips this module: the multimodal processors that it registers are missing"
_NO_PROCESSOR = "the engine has no multimodal processor for the architecture, or could not import its module"
_UNTIL = "an older release of the engine had the architecture"
_PLUGIN = "the engine itself does not have the architecture any more; a plugin has it"
_DEVICE = "the engine has the architecture, but not for this hardware"
_NO_ARCHITECTURE = "the config has no architectures"
_UNKNOWN_TYPE = "this release of transformers does not know the model type, and the engine asks it first"
_KEY_ERROR = (
    "something has no entry of that name; where it is a model type, this transformers does not know it"
)
_NO_TYPE = "transformers finds no config with a model_type there"
_OTHER_TASK = "transformers knows the model type, but not for this Auto class"
_NO_GGUF = "this release of transformers does not read GGUF files of that architecture"
_NO_CLASS = "this release of transformers has no class of that name"
_NO_MODEL_TYPE = "this release of the engine has no module for the model type"
_NO_EXPORT = "this release of the engine has no export for the model type"
_NO_CONVERSION = "this release of the converter has no loader for that configuration class"
_NO_REWRITE = "the engine has no implementation of its own for the architecture"
_NO_CONVERTER = "this release of the converter does not know the architecture"
_OLD_RUNTIME = "this release of the runtime does not know the GGUF file's architecture"
_UNKNOWN = "this release of the engine does not know the architecture"
_AS_LLAMA = "ExLlamaV2 does not know the architecture and loads it as a Llama; ExLlamaV3 came after it"

_FORMS = (
    _form("unsupported", None, "Model architectures [", rf"{_LIST} are not supported for now", _UNSUPPORTED),
    _form("not inspected", None, "Model architectures [", rf"{_LIST} failed to be inspected", _NOT_INSPECTED),
    _form(
        "unsupported", "sglang", "Unsupported architectures: ",
        rf"(?:\[{_LIST}|{_CLASS})", _UNSUPPORTED,
    ),
    *(
        _form(kind, engine, f" has no {word} implementation", rest, meaning, is_behind=True)
        for engine, word in (("vllm", "vLLM"), ("sglang", "SGLang"), ("sglang", "SGlang"))
        for kind, rest, meaning in (
            ("incompatible", f" {_IN_TRANSFORMERS}", _INCOMPATIBLE),
            ("fallback", ", falling back to Transformers", _FALLBACK),
        )
    ),
    _form(
        "incompatible", "vllm", "The Transformers implementation of ",
        rf"{_QUOTED} is not compatible with vLLM", _INCOMPATIBLE,
    ),
    _form(
        "not found", None, "Cannot find model module. ",
        rf"{_QUOTED} is not a registered model in the Transformers library", _NOT_FOUND,
    ),
    _form(
        "processor import error", "sglang", "Ignore import error when loading ",
        r"(?P<module>sglang\.srt\.(?:multimodal\.processors|managers\.(?:multimodal|image)_processors)(?:\.\w+)+)",
        _SKIPPED_PROCESSOR, names=_NOTHING, to_end=True,
    ),
    _form(
        "import error", "sglang", "Ignore import error when loading ",
        r"(?P<module>\w+(?:\.\w+)+)", _SKIPPED, names=_NOTHING, to_end=True,
    ),
    _form("no processor", "sglang", "No processor registered for architecture: [", _LIST, _NO_PROCESSOR),
    _form("gone", "vllm", "Model architecture ", rf"{_NAME} was supported in vLLM until v?[\w.]*\w", _UNTIL),
    _form(
        "gone", "vllm", "Model architecture ",
        rf"{_NAME} is not supported in-tree anymore(?:\. Please install the plugin at \S+)?", _PLUGIN,
    ),
    _form(
        "not for this hardware", "vllm", "Model architecture ",
        rf"['\"]?{_NAME}['\"]? is not supported by ROCm", _DEVICE,
    ),
    _form("not inspected", "vllm", "Error in inspecting model architecture ", _QUOTED, _NOT_INSPECTED),
    _form("not inspected", "vllm", "Error in loading model architecture ", _QUOTED, _NOT_INSPECTED),
    _form("no architecture", None, "No model architectures are specified", "", _NO_ARCHITECTURE, names=_NOTHING),
    _form(
        "unknown model type", "transformers", "The checkpoint you are trying to load has model type ",
        rf"[`'\"]{_KEY}[`'\"] but Transformers does not recognize this architecture", _UNKNOWN_TYPE, names=_TYPE,
    ),
    _form("key error", None, "KeyError: ", r"['\"](?P<name>[a-z][\w-]+)['\"]", _KEY_ERROR, names=_TYPE),
    _form(
        "no model type", "transformers", "Unrecognized model in ",
        r"(?:\S+ ){1,8}?Should have a .model_type. key", _NO_TYPE, names=_NOTHING,
    ),
    _form(
        "not for this task", "transformers", "Unrecognized configuration class <class '",
        r"(?P<config>[\w.-]+)'> (?:for this kind of AutoModel: \w+|to build an \w+)", _OTHER_TASK, names=_TYPE,
    ),
    _form(
        "unsupported", "transformers", "GGUF model with architecture ",
        rf"{_KEY} is not supported yet", _NO_GGUF, names=_GGUF,
    ),
    _form("unsupported", "transformers", "ValueError: Architecture ", rf"{_KEY} not supported", _NO_GGUF, names=_GGUF),
    _form(
        "not found", "transformers", "module transformers has no attribute ", _CLASS, _NO_CLASS,
    ),
    _form(
        "not found", "transformers", "module 'transformers' has no attribute ", rf"'{_CLASS}'", _NO_CLASS,
    ),
    _form("unsupported", "mlx-lm", "Model type ", rf"{_KEY} not supported", _NO_MODEL_TYPE, names=_TYPE),
    _form("unsupported", "mlx-lm", "No module named 'mlx_lm.models.", rf"{_NAME}'", _NO_MODEL_TYPE, names=_TYPE),
    _form("unsupported", "mlx-vlm", "No module named 'mlx_vlm.models.", rf"{_NAME}'", _NO_MODEL_TYPE, names=_TYPE),
    _form(
        "unsupported", "openvino", "Trying to export a ",
        rf"{_KEY} model, that is a custom or unsupported architecture", _NO_EXPORT, names=_TYPE,
    ),
    _form(
        "unsupported", "ctranslate2", "No conversion is registered for the model configuration ",
        _CLASS, _NO_CONVERSION, names=_NOTHING,
    ),
    _form("unsupported", "lmdeploy", "Can not found rewrite for architectures: [", _LIST, _NO_REWRITE),
    _form("unsupported", "lmdeploy", "Can not found rewrite for auto_map: ", _NAME, _NO_REWRITE),
    _form("unsupported", "lmdeploy", "unsupported vl model with arch ", _NAME, _NO_REWRITE),
    _form("unsupported", "llama-cpp", "hf-to-gguf:", rf" ?Model {_KEY} is not supported", _NO_CONVERTER),
    _form("unsupported", "llama-cpp", "Architecture ", rf"{_QUOTED} not supported!", _NO_CONVERTER),
    _form("unsupported", "llama-cpp", "unknown model architecture: ", rf"'{_KEY}'", _OLD_RUNTIME, names=_GGUF),
    _form("unsupported", "exllamav3", "Unknown architecture ", rf"{_CLASS} in \S+", _UNKNOWN),
    _form("unsupported", "exllamav3", "Warning, unknown architecture: ", rf"(?:\[{_LIST}|{_NAME})", _AS_LLAMA),
    _form("unsupported", "tensorrt-llm", "Unknown architecture for ", rf"AutoModel\w*: {_NAME}", _UNKNOWN),
    _form(
        "unsupported", "tensorrt-llm", "The given huggingface model architecture ",
        rf"{_NAME} is not supported in TRT-LLM yet", _UNKNOWN,
    ),
    _form("unsupported", None, "Unsupported model architecture: ", _CLASS, _UNKNOWN),
    _form("unsupported", "ollama", "unsupported architecture ", rf'\\?"{_CLASS}\\?"', _UNKNOWN),
    _form("unsupported", None, " is not supported", "", _UNKNOWN, is_behind=True),
    _form("unsupported", None, " is not in the list of", r"(?: \w+)?", _UNKNOWN, is_behind=True),
)  # fmt: skip

_WINDOW = 8000
"""So far from a message is looked for whose it is, in characters."""
_FRAMES = 1000
"""So far above a key error its frame is looked for."""
_LONGEST_NAME = 200
_LONGEST_LINE = 2000
_BEGINS_TRACEBACK = "Traceback (most recent call last)"
_ENGINES = {
    "sglang": "sglang",
    "vllm": "vllm",
    "lmdeploy": "lmdeploy",
    "mlx_lm": "mlx-lm",
    "mlx_vlm": "mlx-vlm",
    "exllamav3": "exllamav3",
    "tensorrt_llm": "tensorrt-llm",
    "ollama": "ollama",
    "hf-to-gguf": "llama-cpp",
    "llama_model_load": "llama-cpp",
}
"""What names an engine in a log: a folder of its package, a module, a logger."""
_SAME_WORDS = {("llama-cpp", _GGUF): "ollama", ("mlx-lm", _TYPE): "mlx-vlm"}
"""An engine and what its messages name -> another engine that says the same in the same words."""
_SIGNS = re.compile(
    "|".join(
        (
            *(f"(?P<s{number}>{re.escape(sign)})" for number, sign in enumerate(_ENGINES)),
            r"(?P<vllm>[A-Z]{4,8} \d\d-\d\d \d\d:\d\d:\d\d \[?[\w./-]{1,60}:\d)",
            r"(?P<sglang>\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)",
            r"(?P<trt>\[TRT-LLM\]|\[TensorRT-LLM\])",
            r"(?P<named_vllm>vLLM)",
            r"(?P<named_sglang>SG[Ll]ang)",
        )
    )
)
_MARKS = {
    "vllm": "vllm",
    "sglang": "sglang",
    "trt": "tensorrt-llm",
    "named_vllm": "vllm",
    "named_sglang": "sglang",
    **{f"s{number}": engine for number, engine in enumerate(_ENGINES.values())},
}
_PREFIXES = ("vllm", "sglang", "trt")
"""Groups of ``_SIGNS`` that are how an engine begins a line."""


def find_messages(text: str) -> tuple[Message, ...]:
    """The messages about models in a log, in order, each once.

    There are at most ``MAX_MESSAGES``, and one that says that there are more.

    Args:
        text: of the log, or of one message.
    """
    log = LogText(text)
    finding = _Finding(log)
    found = finding.run()
    if log.has_full_lines:
        others = _Finding(LogText(text, within_words=False)).run()
        more = [each for each in others if each.line not in finding.lines]
        found = tuple(sorted((*found, *more), key=lambda each: each.line))
    if len(found) > MAX_MESSAGES:
        found = (*found[:MAX_MESSAGES], _more(found[MAX_MESSAGES].line))
    return found


class _Finding:
    """The messages of one log in the making."""

    def __init__(self, log: LogText) -> None:
        self.log = log
        self.text = log.text
        self.found: dict[tuple[object, ...], Message] = {}
        self.lines: set[int] = set()  # that have a message, be it one that was found before
        self.end = 0  # of the messages up to now

    def run(self) -> tuple[Message, ...]:
        """Find them, and one more than are given."""
        ways = (self._places(number, form) for number, form in enumerate(_FORMS))
        for _, number, match in merge(*ways, key=lambda place: place[:2]):
            message = self._message(_FORMS[number], match)
            if message is None:
                continue
            self.found[_key(message, _FORMS[number])] = message
            if len(self.found) > MAX_MESSAGES:
                break
        # Without key errors of which transformers' own message says more.
        messages = self.found.values()
        said = {name for each in messages if each.kind == "unknown model type" for name in each.model_types}
        return tuple(
            each for each in messages if each.kind != "key error" or not said.intersection(each.model_types)
        )

    def _places(self, number: int, form: _Form) -> Iterator[tuple[int, int, re.Match[str]]]:
        at = self.text.find(form.words)
        while at >= 0:
            match = form.pattern.match(self.text, at)
            if match is not None:
                yield at, number, match
            at = self.text.find(form.words, at + len(form.words))

    def _message(self, form: _Form, match: re.Match[str]) -> Message | None:
        """The message at a place; None if there is none, or one that was found before."""
        start, end = match.span()
        if start < self.end:
            return None
        groups = match.groupdict()
        names = _names(groups)
        if form.is_behind:
            name = self._name_before(start)
            if not name or (form.engine is None and not _is_architecture(name)):
                return None
            start -= len(name) + (self.text[start - 1] in _QUOTES)
            names = (name,)
        if form.names and not names:
            return None
        self.end = end
        if form.to_end:
            end = min(self.log.bounds(end - 1)[1], end + _LONGEST_LINE)
        message = Message(
            kind=form.kind,
            line=self.log.line(start),
            text=self.text[start:end].strip(),
            architectures=names if form.names == "architectures" else (),
            model_types=names if form.names == _TYPE else (),
            gguf_architectures=names if form.names == _GGUF else (),
            module=groups.get("module"),
            meaning=form.meaning,
            engine=form.engine,
        )
        self.lines.add(message.line)
        if _key(message, form) in self.found:
            return None
        if form.kind == "key error":
            return self._of_a_model_type(message, start)
        if form.engine is None:
            return replace(message, engine=self._speaker(start))
        other = _SAME_WORDS.get((form.engine, form.names))
        if other is not None and self._speaker(start) == other:
            return replace(message, engine=other)
        return message

    def _name_before(self, at: int) -> str:
        """The word that ends at a place; empty if there is none, or one of another line that is no class's name."""
        end = at - 1 if self.text[at - 1 : at] in _QUOTES else at
        start = end
        while start > 0 and end - start < _LONGEST_NAME and _is_of_a_name(self.text[start - 1]):
            start -= 1
        name = self.text[start:end]
        is_apart = self.log.line(start) != self.log.line(at + 1)  # behind the blank
        return "" if is_apart and sum(map(str.isupper, name)) < 2 else name  # noqa: PLR2004 -- as in a class's name

    def _of_a_model_type(self, message: Message, start: int) -> Message | None:
        """A key error, if it may be one of transformers' table of model types: not if the traceback says otherwise."""
        above = self.text[max(0, start - _FRAMES) : start]
        above = above[above.rfind(_BEGINS_TRACEBACK) + 1 :]
        frame = above[max(above.rfind('File "'), 0) :]
        if "configuration_auto" in frame or "CONFIG_MAPPING" in frame:
            return replace(message, engine="transformers")
        return None if frame.startswith('File "') else message

    def _speaker(self, start: int) -> str | None:
        """Whose a message is that several engines have: by how its line begins, the traceback, what stands near."""
        first, last = self.log.bounds(start)
        prefixes = _SIGNS.finditer(self.text, max(first, start - _WINDOW), start)
        for sign in prefixes:
            if sign.lastgroup in _PREFIXES:
                return _MARKS[sign.lastgroup]
        above = self.text[max(0, start - _WINDOW) : start]
        signs = _engines(above[above.rfind(_BEGINS_TRACEBACK) + 1 :]) or _engines(above)
        if "sglang" in signs and _BEGINS_TRACEBACK in above:
            return "sglang"  # until 0.4 it ran vLLM's code
        if not signs:
            signs = _engines(self.text[start : min(last, start + _WINDOW)])[::-1]
        if not signs:
            signs = _engines(self.text[last : last + _WINDOW])[::-1]
        return signs[-1] if signs else None


def _key(message: Message, form: _Form) -> tuple[object, ...]:
    """What makes two messages the same."""
    names = (message.architectures, message.model_types, message.gguf_architectures)
    return form.kind, form.engine, *names, message.module


def _names(groups: Mapping[str, str | None]) -> tuple[str, ...]:
    """The names that a match holds."""
    listed, name, config = (groups.get(group) for group in ("names", "name", "config"))
    if listed is not None:
        return tuple(_QUOTED_NAMES.findall(listed))
    if config is not None:  # transformers.models.qwen2_vl.configuration_qwen2_vl.Qwen2VLConfig
        name = (
            config.rpartition("configuration_")[2].partition(".")[0] if "configuration_" in config else None
        )
    name = (name or "").strip(".-")
    return (name,) if name else ()


def _engines(text: str) -> list[str]:
    return [_MARKS[sign.lastgroup or ""] for sign in _SIGNS.finditer(text)]


def _is_of_a_name(char: str) -> bool:
    return char.isalnum() or char == "_"


def _is_architecture(name: str) -> bool:
    """Whether a name is made as those of architectures are, where nothing else tells that it is one."""
    return name[0].isupper() and ("For" in name[1:] or name.endswith("LMHeadModel"))


def _more(line: int) -> Message:
    return Message(
        kind="left out",
        line=line,
        text=f"more than {MAX_MESSAGES:,} messages",
        meaning="the messages from this line on are left out; give a part of the log",
    )
