"""From which release on an engine takes a checkpoint: its own releases, features, transformers, several targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.requires import Requirement, joined, on_index, requires
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Row
from archtrack.core.history.numbering import BUILDS
from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.errors import DataError, UsageError
from archtrack.hub.targets import Target
from made_history import made_history, release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from archtrack.sources.workspace import Workspace

SHIPPED_ONES = Histories({}, SHIPPED)
ENTRY = Entry(file="own.py", at="m/own.py:1")


def histories(folder: Path, *made: Any) -> Histories:
    for each in made:
        (folder / f"{each.engine}.json").write_text(write_history(each), encoding="utf-8")
    return Histories({}, folder)


def row(*has: str, **unsure: str) -> Row:
    return Row(at="m/own.py:7", value={"has": list(has)} | ({"unsure": unsure} if unsure else {}))


def features(rows: Sequence[Row | None], decided: Sequence[str]) -> dict[str, Any]:
    """What releases 1, 2, … say of the features of Alpha; None for one of which nothing was read."""
    stated = {str(at): each for at, each in enumerate(rows, 1) if each is not None}
    return {
        "tables": {version: {"features": {"Alpha": each}} for version, each in stated.items()},
        "rules": {version: {"features": {"decided": list(decided)}} for version in stated},
    }


def asked(found: Histories, place: Workspace, *names: str, **more: Any) -> list[Requirement]:
    """The requirement of the one engine for each name."""
    targets = [Target(text=name, kind="architecture", checkpoint=only_named(name)) for name in names]
    answers = requires(targets, place, histories=found, **more)
    return [requirement for answer in answers for requirement in answer.engines]


@pytest.mark.parametrize(
    ("registered", "unread", "specifier", "earlier", "lasts", "why"),
    [
        ("nyyy", "", ">=2", [], True, "demo 4 registers `Alpha`"),
        ("ynyy", "", ">=3", ["1"], True, "demo 4 registers `Alpha`"),
        ("nyyn", "", ">=2,<4", [], False, "demo 4 registers none of `Alpha`"),
        ("nyyy", "3", ">=2,!=3", [], True, "demo 4 registers `Alpha`"),
        ("nyyy", "4", ">=2,!=4", [], True, "demo 3 registers `Alpha`"),
        ("nnnn", "", None, [], None, "demo 4 registers none of `Alpha`"),
    ],
)
def test_the_last_run_of_releases_is_required_and_the_others_are_told(
    tmp_path: Path,
    place: Workspace,
    *,
    registered: str,
    unread: str,
    specifier: str | None,
    earlier: list[str],
    lasts: bool | None,
    why: str,
) -> None:
    releases = [release(each, unknown="not read" if each == unread else None) for each in "1234"]
    found = {
        each: {"Alpha": ENTRY} if has == "y" else {"Beta": ENTRY}
        for each, has in zip("1234", registered, strict=True)
        if each != unread
    }
    (one,) = asked(histories(tmp_path, made_history(releases, found)), place, "Alpha")
    assert (one.specifier, [each.since for each in one.runs[:-1]]) == (specifier, earlier)
    assert (one.run.lasts if one.run else None) == lasts
    assert one.newest.reason == why
    if one.run is not None:
        assert one.first is not None
        assert one.first.release.version == one.run.first.version
        assert one.before is None or one.before.takes is False


def test_places_that_were_not_read_leave_it_open_whether_a_release_takes_it(
    tmp_path: Path, place: Workspace
) -> None:
    releases = [release(each, unresolved=2 * (each == "2")) for each in "123"]
    found = {"1": {"Beta": ENTRY}, "2": {"Beta": ENTRY}, "3": {"Alpha": ENTRY}}
    (one,) = asked(histories(tmp_path, made_history(releases, found)), place, "Alpha")
    assert (one.told, one.run.since if one.run else None) == ((False, None, True), "≤3")
    assert one.before is not None
    assert (one.before.takes, one.before.reason) == (None, "2 places of demo 2 could not be read")


LORA, BOTH, NONE = row("lora"), row("lora", "pp"), row()


@pytest.mark.parametrize(
    ("stated", "decided", "wanted", "since", "until", "why"),
    [
        ([NONE, LORA, BOTH], ["lora", "pp"], ["lora"], "2", "", "`Alpha` has LoRA in demo 3"),
        ([NONE, LORA, BOTH], ["lora", "pp"], ["lora", "pp"], "3", "", "`Alpha` has LoRA in demo 3"),
        ([None, LORA, BOTH], ["lora", "pp"], ["lora"], "≤2", "", "`Alpha` has LoRA in demo 3"),
        ([NONE, LORA, BOTH], [], ["pp"], "≤3", "", "`Alpha` has pipeline parallel in demo 3"),
        ([LORA, LORA, NONE], ["lora"], ["lora"], "1", "2", "`Alpha` has no LoRA in demo 3"),
        ([LORA, LORA, NONE], [], ["lora"], "1", "≥2", "demo 3 does not say whether `Alpha` has LoRA"),
        ([LORA, LORA, row(lora="by a call")], ["lora"], ["lora"], "1", "≥2", "by a call"),
        ([NONE, NONE, NONE], [], ["image"], None, None, "demo 3 does not say whether `Alpha` has images"),
        ([NONE, NONE, NONE], ["image"], ["image"], None, None, "`Alpha` has no images in demo 3"),
        ([None, None, None], [], ["lora"], None, None, "what demo 3 says of LoRA is not read"),
        (
            [NONE, LORA, BOTH],
            ["lora", "pp"],
            ["audio", "lora"],
            None,
            None,
            "demo 3 does not say whether `Alpha` has audio",
        ),
    ],
)
def test_a_feature_that_is_asked_for_counts_where_a_release_states_it(
    tmp_path: Path,
    place: Workspace,
    stated: list[Row | None],
    decided: list[str],
    wanted: list[str],
    since: str | None,
    until: str | None,
    why: str,
) -> None:
    releases = [release(each) for each in "123"]
    made = made_history(releases, {each: {"Alpha": ENTRY} for each in "123"}, **features(stated, decided))
    (one,) = asked(histories(tmp_path, made), place, "Alpha", features=wanted)
    assert ((one.run.since, one.run.until) if one.run else (None, None)) == (since, until)
    decides = one.newest.lacking or one.newest.features[0]
    assert decides.why.startswith(why)
    assert one.newest.takes is (True if until == "" else decides.has)
    if one.first is not None:
        assert str(one.first.features[0].place) == "m/own.py:7"


UNSURE = row("pp", lora="by a call")


@pytest.mark.parametrize(
    ("stated", "decided", "wanted", "not_told", "run", "rest"),
    [
        ([NONE, UNSURE, UNSURE], ["lora", "pp"], ["lora", "pp"], ["lora"], None, ">=2"),
        (
            [BOTH, BOTH, UNSURE],
            ["lora", "pp"],
            ["lora", "pp"],
            ["lora"],
            ">=1,<3",
            ">=1",
        ),  # it was shown once
        ([LORA, LORA, LORA], ["lora"], ["audio", "image"], ["audio", "image"], None, ">=1"),
        ([None, None, None], [], ["lora"], ["lora"], None, ">=1"),
        ([BOTH, BOTH, BOTH], ["lora", "pp"], ["lora", "pp"], [], ">=1", None),
        ([BOTH, BOTH, LORA], ["pp"], ["audio", "pp"], [], None, None),  # what is not there decides
    ],
)
def test_a_feature_of_which_it_cannot_be_told_leaves_what_is_required_without_it(
    tmp_path: Path,
    place: Workspace,
    stated: list[Row | None],
    decided: list[str],
    wanted: list[str],
    not_told: list[str],
    run: str | None,
    rest: str | None,
) -> None:
    releases = [release(each) for each in "123"]
    made = made_history(releases, {each: {"Alpha": ENTRY} for each in "123"}, **features(stated, decided))
    (one,) = asked(histories(tmp_path, made), place, "Alpha", features=wanted)
    assert [each.name for each in one.not_told] == not_told
    assert (one.run.specifier if one.run else None) == run
    assert (one.rest.run.specifier if one.rest and one.rest.run else None) == rest
    if one.rest is not None:
        assert one.rest.newest.takes
        assert not {each.name for each in one.rest.newest.features} & set(not_told)


@pytest.mark.parametrize(
    ("wanted", "specifier"),
    [(["awq"], ">=2"), (["gptq"], None), (["awq", "gptq"], None)],
)
def test_a_quantisation_method_is_asked_of_the_release(
    tmp_path: Path, place: Workspace, wanted: list[str], specifier: str | None
) -> None:
    methods: Mapping[str, Any] = {"1": ["gptq"], "2": ["awq"], "3": ["awq"]}
    made = made_history(
        [release(each) for each in "123"],
        {each: {"Alpha": ENTRY} for each in "123"},
        tables={
            version: {"quantisation": {name: Row(at="q.py:1") for name in names}}
            for version, names in methods.items()
        },
    )
    (one,) = asked(histories(tmp_path, made), place, "Alpha", features=wanted)
    if wanted == ["gptq"]:
        specifier = "==1"
    assert one.specifier == specifier


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"features": ["lorra"]}, "--with lorra: no such feature"),
        ({"engines": ["demo==2"]}, "requires looks at every release; name the engine without one"),
        ({"engines": ["nothing"]}, "no engine is called 'nothing'"),
    ],
)
def test_what_means_nothing_is_wrong_usage(
    tmp_path: Path, place: Workspace, more: dict[str, Any], said: str
) -> None:
    found = histories(tmp_path, made_history([release("1")], {"1": {"Alpha": ENTRY}}))
    with pytest.raises(UsageError, match=said):
        asked(found, place, "Alpha", **more)


@pytest.mark.parametrize(
    ("names", "specifier"),
    [
        (["Alpha", "Beta"], ">=3"),
        (["Alpha", "Gone"], "==2"),
        (["Beta", "Gone"], None),
        (["Alpha"], ">=2"),
    ],
)
def test_several_targets_are_joined_to_the_releases_that_take_all(
    tmp_path: Path, place: Workspace, names: list[str], specifier: str | None
) -> None:
    found = {
        "1": {"Gone": ENTRY},
        "2": {"Alpha": ENTRY, "Gone": ENTRY},
        "3": {"Alpha": ENTRY, "Beta": ENTRY},
    }
    every = asked(histories(tmp_path, made_history([release(each) for each in "123"], found)), place, *names)
    run = joined(every)
    assert (None if run is None else run.specifier) == specifier


def test_a_plugin_answers_where_it_is_named_or_registers_something(place: Workspace) -> None:
    def engines(name: str, *named: str) -> list[str]:
        return [each.history.engine for each in asked(SHIPPED_ONES, place, name, engines=named)]

    assert "vllm-ascend" not in engines("GPT2LMHeadModel")
    assert "vllm-ascend" in engines("Qwen3ForCausalLM")
    assert engines("GPT2LMHeadModel", "vllm-ascend", "vLLM") == ["vllm-ascend", "vllm"]
    assert "transformers" not in engines("GPT2LMHeadModel")
    assert engines("GPT2LMHeadModel", "transformers") == ["transformers"]


def test_no_release_that_could_be_read_and_features_that_are_none_are_told(
    tmp_path: Path, place: Workspace
) -> None:
    unread = made_history([release("1", unknown="not read")], {})
    with pytest.raises(DataError, match="no release of demo could be read"):
        asked(histories(tmp_path, unread), place, "Alpha", engines=["demo"])
    assert asked(Histories({}, tmp_path), place, "Alpha") == []
    wrong: dict[str, Any] = {"tables": {"1": {"features": {"Alpha": Row(at="m/own.py:7", value=["lora"])}}}}
    made = made_history([release("1")], {"1": {"Alpha": ENTRY}}, **wrong)
    with pytest.raises(DataError, match="the data of demo has features of demo 1 that cannot be followed"):
        asked(histories(tmp_path, made), place, "Alpha", features=["lora"])


GEMMA3 = b'{"architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text"}'


@pytest.mark.parametrize(
    ("engine", "config", "allowed", "lowest", "exact", "narrowed"),
    [
        ("vllm", GEMMA3, ">=4.48.2", "4.50.0", True, True),
        ("sglang", GEMMA3, "==4.50.0", "4.50.0", True, False),
        ("mlx-lm", GEMMA3, ">=4.39.3", "4.39.3", True, False),
    ],
)
def test_the_transformers_that_is_needed_is_the_lowest_with_which_the_release_takes_it(
    place: Workspace, *, engine: str, config: bytes, allowed: str, lowest: str, exact: bool, narrowed: bool
) -> None:
    target = Target(text="config.json", kind="config", checkpoint=read_checkpoint(config))
    (answer,) = requires([target], place, histories=SHIPPED_ONES, engines=[engine])
    needs = answer.engines[0].transformers
    assert needs is not None
    assert (needs.allowed, needs.lowest, needs.lowest_exact, needs.narrowed) == (
        allowed, lowest, exact, narrowed
    )  # fmt: skip


def test_an_engine_without_transformers_needs_none(place: Workspace) -> None:
    (one,) = asked(SHIPPED_ONES, place, "Qwen3ForCausalLM", engines=["llama-cpp"])
    assert one.run is not None
    assert one.transformers is None


@pytest.mark.parametrize(
    ("status", "since"),
    [("native", None), ("fallback", "0.4.7")],
)
def test_what_the_backend_runs_counts_where_it_is_asked_for(
    place: Workspace, status: str, since: str | None
) -> None:
    config = b'{"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox"}'
    target = Target(text="config.json", kind="config", checkpoint=read_checkpoint(config))
    (answer,) = requires([target], place, histories=SHIPPED_ONES, engines=["sglang"], status=status)
    run = answer.engines[0].run
    assert (None if run is None or not run.lasts else run.since) == since


def test_a_gguf_file_is_asked_of_every_release(place: Workspace) -> None:
    checkpoint = Checkpoint(architectures=(), gguf_architecture="qwen3", plain=(("general.type", "model"),))
    target = Target(text="x.gguf", kind="gguf", checkpoint=checkpoint)
    (answer,) = requires([target], place, histories=SHIPPED_ONES, engines=["llama-cpp", "ollama"])
    assert [each.history.engine for each in answer.engines] == ["llama-cpp", "ollama"]
    assert all(each.run is not None and each.run.lasts and each.specifier is None for each in answer.engines)


@pytest.mark.parametrize(
    ("engine", "there"),
    [("vllm", True), ("mlx-lm", True), ("ollama", False), ("llama-cpp", False), ("openvino", True)],
)
def test_the_index_has_what_is_numbered_as_it_numbers_and_is_read_from_it(
    *, engine: str, there: bool
) -> None:
    assert on_index(SHIPPED_ONES.need(engine)) == there


def test_an_engine_that_is_not_installed_is_on_the_index_unless_its_releases_are_builds() -> None:
    assert on_index(made_history([release("1")], {"1": {}}))
    assert not on_index(made_history([release("b1")], {"b1": {}}, numbering=BUILDS))
