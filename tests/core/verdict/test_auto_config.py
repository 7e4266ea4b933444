"""What AutoConfig does with a config: one answer for all engines that ask it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.verdict.auto_config import Way, ask_auto_config, auto_config
from archtrack.core.verdict.checkpoint import read_checkpoint
from archtrack.core.verdict.release_facts import MODEL_TYPES, Fact, LoadFacts, LoadOptions, ReleaseFacts
from archtrack.core.verdict.verdict import Steps
from archtrack.model import Gate, Place, Status

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint


def types(path: str, *names: str) -> dict[str, Fact]:
    return {name: Fact(key=name, place=Place(file=path, line=1)) for name in names}


NEW = ReleaseFacts(
    engine="transformers",
    version="5.0.0",
    registered={},
    load=LoadFacts(tables={MODEL_TYPES: types("auto.py", "llama", "llama4", "both")}),
)
OLD = replace(NEW, version="4.0.0", load=replace(NEW.load, rules={"folder": {"line": 9}}))
UNREAD = replace(OLD, load=replace(OLD.load, tables={}))
ADDED = types("own.py", "own", "both")
CODE = {"AutoConfig": "c.C"}


def config(**keys: Any) -> Checkpoint:
    return read_checkpoint(json.dumps(keys).encode())


@pytest.mark.parametrize(
    ("release", "keys", "folder", "way", "key", "added"),
    [
        (NEW, {"model_type": "llama"}, None, Way.TYPE, "llama", False),
        (NEW, {"model_type": "llama", "auto_map": CODE}, None, Way.TYPE, "llama", False),
        (NEW, {"model_type": "both"}, None, Way.TYPE, "both", False),
        (NEW, {"model_type": "own"}, None, Way.TYPE, "own", True),
        (None, {"model_type": "own"}, None, Way.TYPE, "own", True),
        (NEW, {"model_type": "other", "auto_map": CODE}, None, Way.CODE, None, False),
        (NEW, {"auto_map": CODE}, None, Way.CODE, None, False),
        (NEW, {"model_type": "other", "auto_map": {"AutoModel": "m.M"}}, None, Way.NONE, None, False),
        (NEW, {"model_type": "other"}, None, Way.NONE, None, False),
        (NEW, {"model_type": ""}, None, Way.NONE, None, False),
        (None, {"model_type": "other"}, None, Way.UNKNOWN_RELEASE, None, False),
        (None, {}, None, Way.UNKNOWN_RELEASE, None, False),
        (UNREAD, {"model_type": "other"}, None, Way.UNKNOWN_TYPES, None, False),
        (UNREAD, {}, "my-llama", Way.UNKNOWN_TYPES, None, False),
        # the folder's name, the longest type in it first
        (OLD, {}, "my-llama4", Way.FOLDER, "llama4", False),
        (OLD, {}, "my-llama", Way.FOLDER, "llama", False),
        (OLD, {}, "my-own", Way.FOLDER, "own", True),
        (OLD, {}, "other", Way.NONE, None, False),
        (OLD, {}, None, Way.UNKNOWN_FOLDER, None, False),
        (OLD, {"model_type": None}, "my-llama", Way.NONE, None, False),
        (OLD, {"model_type": "other"}, "my-llama", Way.NONE, None, False),
        (NEW, {}, "my-llama", Way.NONE, None, False),
    ],
)
def test_auto_config_goes_by(
    release: ReleaseFacts | None,
    keys: dict[str, Any],
    folder: str | None,
    way: Way,
    key: str | None,
    added: bool,  # noqa: FBT001
) -> None:
    reply = auto_config(config(**keys), release, LoadOptions(folder=folder), ADDED)
    assert (reply.way, reply.fact and reply.fact.key, reply.added) == (way, key, added)


@pytest.mark.parametrize(
    ("release", "keys", "folder", "stops", "says"),
    [
        (NEW, {"model_type": "llama"}, None, False, "AutoConfig of transformers 5.0.0 knows the model type `llama`"),
        (NEW, {"model_type": "own"}, None, True, "does not know the model type `own`"),
        (NEW, {"auto_map": CODE}, None, False, "it needs --trust-remote-code"),
        (NEW, {}, None, True, "“Unrecognized model”"),
        (OLD, {}, "my-llama", False, "finds the model type `llama` in the folder's name"),
        (OLD, {}, "other", True, "finds none in the folder's name"),
        (OLD, {}, None, False, "looks for one in the folder's name, which is not known"),
        (OLD, {"model_type": None}, "my-llama", True, "“Unrecognized model”"),
        (UNREAD, {}, "my-llama", False, "it is not known which model types transformers 4.0.0 knows"),
        (None, {"auto_map": CODE}, None, False, "which transformers it runs with is not known"),
    ],
)  # fmt: skip
def test_what_it_does_is_said_once(
    release: ReleaseFacts | None, keys: dict[str, Any], folder: str | None, stops: bool, says: str  # noqa: FBT001
) -> None:  # fmt: skip
    steps = Steps("vllm", ())
    verdict = ask_auto_config(config(**keys), release, LoadOptions(folder=folder), steps)
    (step,) = steps.steps
    assert says in step.text
    assert not step.text.endswith(".")
    found = None if verdict is None else (verdict.status, verdict.gate, verdict.because)
    assert found == ((Status.UNSUPPORTED, Gate.CONFIG, step) if stops else None)
