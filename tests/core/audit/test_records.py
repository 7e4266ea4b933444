"""Which claims JSON, YAML, Python and lists make: what is claimed, of which engine, since when, and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

import pytest
import yaml

from archtrack.core.audit.claims import Judged, Outcome, Reach
from archtrack.core.audit.edits import mended
from archtrack.core.audit.json_text import read_json
from archtrack.core.audit.listing import read_list
from archtrack.core.audit.python_text import read_python
from archtrack.core.audit.words import Engines
from archtrack.core.audit.yaml_text import read_yaml
from archtrack.core.verdict.suggestions import looks_like_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.core.audit.claims import Claim

ENGINES = Engines(("vllm", "sglang"))
KNOWN = {"AForCausalLM", "BForCausalLM", "CModel"}

Short: TypeAlias = "tuple[str, str | None, str, str | None]"


def short(claims: Sequence[Claim]) -> list[tuple[str, str | None, str, str | None]]:
    """(name, engine, reach, release) of each claim."""
    return [(each.name, each.engine, each.reach.value, each.release) for each in claims]


def python(text: str) -> tuple[Claim, ...]:
    return read_python(text, ENGINES, KNOWN, looks_like_class).claims


RECORDS = [
    ({"architecture": "AForCausalLM", "engine": "vLLM"}, [("AForCausalLM", "vllm", "in", None)]),
    ({"architecture": "AForCausalLM", "engine": "vLLM", "version": "0.8.1"}, [("AForCausalLM", "vllm", "in", "0.8.1")]),
    ({"architecture": "A", "engine": "vLLM", "version": ">0.8.1"}, [("A", "vllm", "after", "0.8.1")]),
    ({"arch": "X", "backend": "sglang", "min_version": "v0.5"}, [("X", "sglang", "since", "0.5")]),
    ({"architectures": ["A", "B"], "backend": "vllm"}, [("A", "vllm", "in", None), ("B", "vllm", "in", None)]),
    ({"model_id": "o/m", "specs": [{"backend": "vllm", "backend_version": "0.5"}, {"backend": "sglang"}]},
     [("o/m", "vllm", "in", "0.5"), ("o/m", "sglang", "in", None)]),
    ({"architectures": ["A"], "model_id": "o/m", "x": {"y": ["vllm>=0.22.0 ; x", "numpy>=1", "sglang==0.5.9"]}},
     [("A", "vllm", "since", "0.22.0"), ("A", "sglang", "in", "0.5.9")]),
    ({"architectures": ["A"], "x": ["vllm[audio] ~= 0.9, <1", "vllm<2", "vllm"]}, [("A", "vllm", "within", "0.9")]),
    ({"vLLM": {"llm": ["AForCausalLM", "BForCausalLM"]}, "SGLang": {"llm": ["AForCausalLM"]}},
     [("AForCausalLM", "vllm", "in", None), ("BForCausalLM", "vllm", "in", None),
      ("AForCausalLM", "sglang", "in", None)]),
    ({"AForCausalLM": "0.8.1", "BForCausalLM": "0.9"},
     [("AForCausalLM", None, "since", "0.8.1"), ("BForCausalLM", None, "since", "0.9")]),
    ({"vllm": {"AForCausalLM": "0.8.1", "Typo": ">0.9"}},
     [("AForCausalLM", "vllm", "since", "0.8.1"), ("Typo", "vllm", "after", "0.9")]),
    ({"AForCausalLM": {"vllm": "0.8.1", "sglang": ">=0.4"}},
     [("AForCausalLM", "vllm", "since", "0.8.1"), ("AForCausalLM", "sglang", "since", "0.4")]),
    ({"AForCausalLM": {"engine": "MindIE"}}, [("AForCausalLM", None, "in", None)]),
    ({"version": "2", "name": "x", "list": ["a", "b", "AForCausalLM"]}, []),
    (["AForCausalLM", "CModel", "Else"], [(each, None, "in", None) for each in ("AForCausalLM", "CModel", "Else")]),
    ({"engine": "vllm", "version": "0.8", "other": ["AForCausalLM"]}, [("AForCausalLM", "vllm", "in", "0.8")]),
    ({"engine": "vllm"}, []),
    ([1, None, True, {"a": 1.5}], []),
    ({"models": [{"model_id": "o/m", "engine": "vllm", "min_version": "0.5.1"}]}, [("o/m", "vllm", "since", "0.5.1")]),
    ({"model": [{"model_id": "o/m", "engine": "vllm"}]}, [("o/m", "vllm", "in", None)]),
    ({"architectures": [{"arch": "A", "engine": "vllm"}]}, [("A", "vllm", "in", None)]),
    ({"engine": [{"name": "vllm", "arch": "A", "since": "0.5"}]}, [("A", "vllm", "since", "0.5")]),
    ({"models": ["o/m", {"model": "o/n", "engine": "vllm"}], "engine": "sglang"},
     [("o/m", "sglang", "in", None), ("o/n", "vllm", "in", None)]),
    ({"models": ["o/m", "o/n"], "engine": "vllm"}, [("o/m", "vllm", "in", None), ("o/n", "vllm", "in", None)]),
    ([{"model": "o/m", "min_version": "0.5.1"}], [("o/m", None, "since", "0.5.1")]),
    ([{"model": "o/m", "min_version": "0.5"}, {"model": "o/n", "engine": "vllm"}],
     [("o/m", None, "since", "0.5"), ("o/n", "vllm", "in", None)]),
    ([{"model": "o/m", "min_version": 0.5}], [("o/m", None, "since", "0.5")]),
    ([{"model": "o/m", "min_vllm": "0.5"}], [("o/m", "vllm", "since", "0.5")]),
    ([{"model": "o/m", "vllm_version": "0.5"}], [("o/m", "vllm", "since", "0.5")]),
    ([{"model": "o/m", "minVllmVersion": ">=0.5, <1"}], [("o/m", "vllm", "within", "0.5")]),
    ([{"model": "o/m", "vllm": "0.5", "sglang": "0.4"}],
     [("o/m", "vllm", "since", "0.5"), ("o/m", "sglang", "since", "0.4")]),
    ([{"model": "o/m", "engine": "vllm", "vllm_version": "0.5"}], [("o/m", "vllm", "since", "0.5")]),
    ([{"model": "o/m", "engine": "vllm", "min_sglang": "0.5"}],
     [("o/m", "vllm", "in", None), ("o/m", "sglang", "since", "0.5")]),
    ([{"model": "o/m", "engine": "vllm>=0.5"}], [("o/m", "vllm", "since", "0.5")]),
    ([{"model": "o/m", "engines": [{"name": "vllm", "min_version": "0.5"}]}], [("o/m", "vllm", "since", "0.5")]),
    ([{"hf_id": "o/m", "requires": "vllm>=0.5"}], [("o/m", "vllm", "since", "0.5")]),
    ([{"name": "o/m", "engine": "vllm"}], [("o/m", "vllm", "in", None)]),
    ([{"name": "CModel", "engine": "vllm"}], [("CModel", "vllm", "in", None)]),
    ([{"name": "Something", "engine": "vllm"}], []),
    ({"o/m": "vllm>=0.5", "o/n": "0.6"}, [("o/m", "vllm", "since", "0.5"), ("o/n", None, "since", "0.6")]),
    ({"o/m": {"vllm": "0.5", "sglang": "0.4"}}, [("o/m", "vllm", "since", "0.5"), ("o/m", "sglang", "since", "0.4")]),
    ({"o/m": "text", "o/n": {"text": "0.5"}}, []),
    ([{"model": "o/m", "engines": ["vllm", "SGLang", "MindIE"], "min_version": "0.5"}],
     [("o/m", "vllm", "since", "0.5"), ("o/m", "sglang", "since", "0.5")]),
    ([{"model": "o/m", "engines": ["vllm", "sglang"], "min_vllm": "0.5"}],
     [("o/m", "vllm", "since", "0.5"), ("o/m", "sglang", "in", None)]),
    ([{"model": {"id": "o/m"}, "engines": {"vllm": {"min_version": "0.5"}, "sglang": ">=0.4"}}],
     [("o/m", "vllm", "since", "0.5"), ("o/m", "sglang", "since", "0.4")]),
    ([{"model": {"id": "o/m"}, "engine": "vllm", "min_version": "0.5"}], [("o/m", "vllm", "since", "0.5")]),
    ({"vllm": {"o/m": "0.5"}}, [("o/m", "vllm", "since", "0.5")]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), RECORDS)
@pytest.mark.parametrize("form", ["json", "yaml", "python"])
def test_a_record_claims_the_same_in_every_form(form: str, value: object, expected: list[Short]) -> None:
    claims = {
        "json": lambda: read_json(json.dumps(value, indent=1), ENGINES, KNOWN).claims,
        "yaml": lambda: read_yaml(yaml.safe_dump(value, sort_keys=False), ENGINES, KNOWN).claims,
        "python": lambda: python(f"x = {value!r}\n"),
    }[form]()
    assert sorted(short(claims), key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("form", ["json", "yaml", "python"])
def test_a_release_is_found_again_in_the_text(form: str) -> None:
    value = {"é": "ö", "architectures": ["A"], "engine": "vllm", "min_version": ">= 0.8.1", "x": ["ü"]}
    text = {
        "json": json.dumps(value, ensure_ascii=False),
        "yaml": yaml.safe_dump(value, allow_unicode=True),
        "python": f"x = 'ö', {value!r}\n",
    }[form]
    (claim,) = {
        "json": lambda: read_json(text, ENGINES, KNOWN).claims,
        "yaml": lambda: read_yaml(text, ENGINES, KNOWN).claims,
        "python": lambda: python(text),
    }[form]()
    assert claim.where is not None
    assert text[slice(*claim.where)] == "0.8.1"
    assert text.split("\n")[claim.line - 1][claim.column - 1 :].lstrip("\"'").startswith("A")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (r'{"architectures": ["A"], "engine": "vllm", "version": "0.8\u002e1"}', "json"),
        ('architectures: [A]\nengine: vllm\nversion: "0.8\\x2e1"\n', "yaml"),
        ("x = {'architectures': ['A'], 'engine': 'vllm', 'version': '0.8\\x2e1'}\n", "python"),
    ],
)  # fmt: skip
def test_a_release_that_is_written_with_escapes_is_read_and_not_changed(text: str, form: str) -> None:
    read = {"json": read_json, "yaml": read_yaml}.get(form)
    (claim,) = python(text) if read is None else read(text, ENGINES, KNOWN).claims
    assert (claim.release, claim.where) == ("0.8.1", None)


@pytest.mark.parametrize(
    ("value", "unread"),
    [
        ({"model": "o/m", "version": "0.5.1"}, "version: 0.5.1"),
        ({"o/m": {"version": "0.5.1"}}, "version: 0.5.1"),
        ({"model": "o/m", "tested_vllm": "0.5.1"}, "tested_vllm: 0.5.1"),
        ({"model": "o/m", "min_version": "nightly"}, "min_version: nightly"),
        ({"model": "o/m", "requires": "vLLM 0.5.1"}, "requires: vLLM 0.5.1"),
        ({"model": "o/m", "requires": "16 GB"}, None),
        ({"model": "o/m", "version": "2"}, None),
        ({"model": "o/m", "torch_version": "2.5"}, None),
        ({"model": "o/m", "size": "0.5"}, None),
        ({"model": "o/m", "engine": "vllm", "version": "0.5.1"}, None),
    ],
)
def test_a_version_beside_a_name_that_is_not_read_is_said(value: object, unread: str | None) -> None:
    (claim,) = read_json(json.dumps(value), ENGINES, KNOWN).claims
    assert claim.unread == (unread and f"what `{unread}` is the version of is not known")


def test_a_number_with_a_point_is_as_it_is_written() -> None:
    (claim,) = read_json('{"arch": "A", "engine": "vllm", "min_version": 0.10}', ENGINES, KNOWN).claims
    assert (claim.release, claim.where) == ("0.10", None)
    (claim,) = python("é = {'arch': 'A', 'é': 1, 'engine': 'vllm', 'min_version': 0.10}\n")
    assert (claim.release, claim.where) == ("0.10", None)


def test_the_place_of_a_json_string_is_its_own_line_and_column() -> None:
    text = '{"a\\"b": "}", "list": [1, "x\\\\",\n  "AForCausalLM"]}'
    (claim,) = read_json('{"vllm": ' + text + "}", ENGINES, {"AForCausalLM", "x\\"}).claims[1:]
    assert (claim.name, claim.line, claim.column) == ("AForCausalLM", 2, 3)


def test_an_alias_says_what_it_stands_for_once_for_each_engine() -> None:
    text = (
        "v: &v '0.8'\nall: &all [AForCausalLM]\nvllm: {a: *all, b: *all}\nsglang: *all\n"
        "one: {arch: A, engine: vllm, version: *v}\n"
    )
    assert sorted(short(read_yaml(text, ENGINES, KNOWN).claims), key=str) == [
        ("A", "vllm", "in", "0.8"),
        ("AForCausalLM", "sglang", "in", None),
        ("AForCausalLM", "vllm", "in", None),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- arch: A\n  requires: &r ['vllm>=0.9']\n- arch: B\n  requires: *r\n", [("A", "0.9"), ("B", "0.9")]),
        ("A: &a {vllm: '0.8'}\nB: *a\nAForCausalLM: 0.7\nBForCausalLM: 0.6\n",
         [("A", "0.8"), ("B", "0.8"), ("AForCausalLM", "0.7"), ("BForCausalLM", "0.6")]),
        ("- {model: o/m, x: &x [{engine: vllm, since: '0.5'}]}\n- {model: o/n, x: *x}\n",
         [("o/m", "0.5"), ("o/n", "0.5")]),
        ("- &a {arch: A, engine: vllm, since: '0.5'}\n- *a\n", [("A", "0.5")]),
        ("base: &b {engine: vllm, since: '0.5'}\none: {arch: A, <<: *b, since: '0.6'}\ntwo: {<<: *b, arch: B}\n",
         [("A", "0.6"), ("B", "0.5")]),
        ("a: &a {vllm: '0.5'}\nb: &b {vllm: '0.6', arch: B}\nc: {<<: [*a, *b], arch: A}\n",
         [("B", "0.6"), ("A", "0.5")]),
        ("base: &b {arch: A, vllm: '0.5'}\none: {'<<': *b}\n", [("A", "0.5")]),
        ("base: &b {requires: ['vllm>=0.5']}\none: {arch: A, <<: *b}\ntwo: {arch: B, <<: *b}\n",
         [("A", "0.5"), ("B", "0.5")]),
    ],
)  # fmt: skip
def test_what_an_alias_names_is_claimed_of_every_name_that_it_stands_below(
    text: str, expected: list[tuple[str, str]]
) -> None:
    claims = read_yaml(text, ENGINES, KNOWN).claims
    assert sorted((each.name, each.release) for each in claims) == sorted(expected)


def test_a_place_that_several_names_rest_on_stays_where_one_of_them_is_right() -> None:
    text = "- arch: A\n  requires: &r ['vllm>=0.9']\n- arch: B\n  requires: *r\n"
    first, second = read_yaml(text, ENGINES, KNOWN).claims
    early = Judged(claim=first, outcome=Outcome.EARLY, why="", instead="1.0")
    assert mended(text, [early]) != text
    assert mended(text, [early, Judged(claim=second, outcome=Outcome.TRUE, why="")]) == text


def test_names_of_a_record_that_are_not_read_are_said() -> None:
    record = {"arch": [f"A{i}" for i in range(12)], "min_vllm": "0.5"}
    claims = read_json(json.dumps(record), ENGINES, KNOWN).claims
    assert [each.name for each in claims if each.unclear is None] == [f"A{i}" for i in range(10)]
    (more,) = [each for each in claims if each.unclear is not None]
    assert (more.unclear, more.where) == (
        "names behind the first 10 of a record are not read",
        claims[0].where,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"arch": "A", "vllm": "0.5", "vllm": "0.6"}', [("A", "vllm", "since", "0.6")]),
        ('{"arch": "A", "arch": "B", "vllm": "0.6"}', [("B", "vllm", "since", "0.6")]),
        ('{"vllm": ["AForCausalLM"], "vllm": ["CModel"]}', [("CModel", "vllm", "in", None)]),
        ('{"AForCausalLM": "0.5", "AForCausalLM": "0.6"}', [("AForCausalLM", None, "since", "0.6")]),
    ],
)
def test_of_a_key_that_is_written_twice_the_last_one_counts(text: str, expected: list[Short]) -> None:
    assert short(read_json(text, ENGINES, KNOWN).claims) == expected
    assert short(python(f"x = {text}\n")) == expected
    assert short(read_yaml(text, ENGINES, KNOWN).claims) == expected


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (read_json, json.dumps({"vllm": ["AForCausalLM"] * 100_001}), "it makes more than 100,000 claims"),
        (read_yaml, "a: &a [" + "x," * 1000 + "]\n" + "".join(f"o/m{i}: *a\n" for i in range(200)),
         "its aliases stand for too much"),
        (read_yaml, "a: &a {" + ",".join(f"x{i}: 1" for i in range(1000)) + "}\n" + "b:\n" + "- <<: *a\n" * 101,
         "its aliases stand for too much"),
    ],
)  # fmt: skip
def test_a_file_that_says_too_much_is_refused(read: object, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(text, ENGINES, KNOWN)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_json, "{"),
        (read_json, "[" * 200 + "]" * 200),
        (read_yaml, "a: [b"),
        (read_yaml, "a: b: c"),
        (read_yaml, "[" * 200 + "]" * 200),
        (read_yaml, "a: &a [*a]"),
        (read_yaml, "a: \x01"),
    ],
)
def test_what_is_not_of_its_form_is_refused(read: object, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text, ENGINES, KNOWN)  # type: ignore[operator]


GATE = "if VLLM_VERSION {}:\n    MODELS.append('AForCausalLM')\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GATE.format(">= parse('0.8.1')"), [("AForCausalLM", "vllm", "since", "0.8.1")]),
        (GATE.format("> version.parse('0.8.1')"), [("AForCausalLM", "vllm", "after", "0.8.1")]),
        (GATE.format(">= Version('v0.8')"), [("AForCausalLM", "vllm", "since", "0.8")]),
        (GATE.format("< parse('0.8.1')"), []),
        (GATE.format(">= other('0.8.1')"), []),
        ("if parse('0.8') <= version:\n    add(VLLM_MODELS, 'AForCausalLM', 'NewForCausalLM', 'x')\n",
         [("AForCausalLM", "vllm", "since", "0.8"), ("NewForCausalLM", "vllm", "since", "0.8")]),
        ("if vllm.__version__ >= '0.8':\n    M += ['CModel']\n", [("CModel", "vllm", "since", "0.8")]),
        ("LEAST = parse('0.8')\ndef f():\n    if sglang_version >= LEAST:\n        M.add('CModel')\n",
         [("CModel", "sglang", "since", "0.8")]),
        ("if VLLM_VERSION >= '0.8':\n    M.add('CModel')\nelif VLLM_VERSION > '0.7':\n    M.add('AForCausalLM')\n",
         [("CModel", "vllm", "since", "0.8"), ("AForCausalLM", "vllm", "after", "0.7")]),
        ("if VLLM_VERSION >= '0.7':\n    M.add('AForCausalLM')\n    if vllm.version > '1':\n        M.add('CModel')\n",
         [("AForCausalLM", "vllm", "since", "0.7"), ("CModel", "vllm", "after", "1")]),
        ("if version >= '0.7':\n    for x in ['CModel']:\n        if version > '1':\n            VLLM(['BModel'])\n",
         [("CModel", "vllm", "since", "0.7"), ("BModel", "vllm", "after", "1")]),
        ("if size >= '0.8':\n    M.add('CModel')\n", []),
        ("VLLM_MODELS = ['AForCausalLM', 'New']\n",
         [("AForCausalLM", "vllm", "in", None), ("New", "vllm", "in", None)]),
        ("VLLM_SGLANG = frozenset(['AForCausalLM'])\n", [("AForCausalLM", None, "in", None)]),
        ("SGLANG: set[str] = frozenset(['AForCausalLM'])\nOTHER = ['BForCausalLM']\n",
         [("AForCausalLM", "sglang", "in", None)]),
        ("prefixes = ['bge', 'gte', 'AForCausalLM']\n", []),
        ("'''AForCausalLM'''\n", []),
    ],
)  # fmt: skip
def test_the_gates_and_lists_of_a_module_are_claims(text: str, expected: list[Short]) -> None:
    assert short(python(text)) == expected


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("VLLM_INSTALLED and VLLM_VERSION >= parse('0.8')", None),
        ("npu() and VLLM_VERSION >= parse('0.8')", "the gate asks for more: `npu()`"),
        ("effective_version >= parse('0.8')", None),
        ("torch_version >= parse('0.8')", "which version the gate asks for is not known: `torch_version`"),
    ],
)
def test_a_gate_that_asks_for_more_is_not_understood(condition: str, asked: str | None) -> None:
    (claim,) = python(f"if {condition}:\n    VLLM.add('CModel')\n")
    assert (claim.unclear, claim.release) == (asked, "0.8")


@pytest.mark.parametrize(
    ("condition", "is_understood"),
    [
        ("VLLM_VERSION >= '0.8' and (has or has_vllm)", True),
        ("VLLM_VERSION >= '0.8' and " + "has and " * 30 + "gpu", False),
        ("VLLM_VERSION >= '0.8' and VLLM_INSTALLED and SGLANG_INSTALLED", False),
        ("engine.vllm_version >= '0.8'", True),
        ("vllm.torch_version >= '0.8'", False),
    ],
)
def test_no_condition_of_a_gate_is_left_out(condition: str, is_understood: bool) -> None:  # noqa: FBT001 -- a row
    (claim,) = python(f"if {condition}:\n    M.add('CModel')\n")
    assert (claim.unclear is None) is is_understood


@pytest.mark.parametrize(
    ("statement", "is_understood"),
    [
        ("VLLM_MODELS.append('CModel')", True),
        ("VLLM_MODELS.remove('CModel')", False),
        ("VLLM_MODELS.discard('CModel')", False),
        ("VLLM_MODELS.pop('CModel', None)", False),
        ("VLLM_MODELS.difference_update({'CModel'})", False),
        ("del VLLM_MODELS['CModel']", False),
        ("VLLM_MODELS -= {'CModel'}", False),
        ("VLLM_MODELS |= {'CModel'}", True),
        ("VLLM_MODELS = VLLM_MODELS - {'CModel'}", False),
        ("VLLM_UNSUPPORTED_MODELS = ['CModel']", False),
        ("UNSUPPORTED = ['CModel']", False),
        ("notSupported.append('CModel')", False),
        ("NOT_YET_SUPPORTED = {'CModel': 1}", False),
        ("VLLM_MODELS.add('CModel', note=1)", True),
        ("VLLM.set(unsupported=['CModel'])", False),
        ("found = 'CModel' in VLLM_MODELS", False),
        ("return name in ('CModel', 'x')", False),
        ("for each in ['CModel']:\n        VLLM.remove(each)", False),
        ("for each in ['CModel']:\n        VLLM.add(each)", True),
        ("while 'CModel' in VLLM_MODELS:\n        pass", False),
        ("if True:\n        VLLM_MODELS.remove('CModel')", False),
    ],
)
def test_what_a_gate_takes_away_is_not_said_to_be_there(statement: str, is_understood: bool) -> None:  # noqa: FBT001 -- a row
    (claim,) = python(f"if vllm_version >= '0.8':\n    {statement}\n")
    assert (claim.name, claim.unclear is None) == ("CModel", is_understood)


@pytest.mark.parametrize(
    "test", ["'CModel' in VLLM_MODELS", "'CModel' not in VLLM_MODELS", "not 'CModel' == vllm"]
)
def test_what_a_condition_asks_for_is_no_claim(test: str) -> None:
    assert python(f"if vllm_version >= '0.8':\n    if {test}:\n        pass\n") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("VLLM_UNSUPPORTED_MODELS = ['CModel']\nVLLM_MODELS = ['AForCausalLM']\n",
         [("CModel", False), ("AForCausalLM", True)]),
        ("UNSUPPORTED = ['CModel']\nMODELS = ['AForCausalLM']\n", [("CModel", False), ("AForCausalLM", True)]),
        ("UNSUPPORTED = ['CModel']\nVLLM_MODELS = ['AForCausalLM']\n", [("AForCausalLM", True)]),
        ("VLLM_MODELS -= frozenset(['CModel'])\n", [("CModel", False)]),
        ("VLLM_MODELS.difference_update(['CModel'])\n", [("CModel", False)]),
        ("for each in ['CModel']:\n    VLLM_MODELS.remove(each)\n", [("CModel", False)]),
        ("x = name in ['CModel']\n", [("CModel", False)]),
        ("x = {'vllm': {'unsupported': ['CModel'], 'llm': ['AForCausalLM']}}\n",
         [("CModel", False), ("AForCausalLM", True)]),
        ("x = {'notSupported': {'vllm': ['CModel']}}\n", [("CModel", False)]),
        ("x = {'excluded': [{'arch': 'CModel', 'vllm': '0.5'}]}\n", [("CModel", False)]),
        ("x = {'o/removed-drop': 'vllm>=0.5'}\n", [("o/removed-drop", True)]),
    ],
)  # fmt: skip
def test_a_list_of_what_is_left_out_is_not_understood(text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(each.name, each.unclear is None) for each in python(text)] == expected


def test_below_another_condition_a_gate_asks_for_that_too() -> None:
    text = "if VLLM_VERSION >= '0.8':\n    if gpu:\n        M.add('CModel')\n    else:\n        M.add('AForCausalLM')\n"
    asked = "the gate asks for more: `gpu`"
    found = [(each.name, each.unclear) for each in python(text)]
    assert found == [("CModel", asked), ("AForCausalLM", asked)]


def test_a_module_that_python_cannot_parse_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(line 2\)"):
        python("x = 1\nif :\n")


def test_a_list_has_a_name_on_each_line() -> None:
    text = "# names\nAForCausalLM\n- CModel,  # why\n\n  * owner/model\r\ntwo words\n\x00\ud800\n"
    found = [
        (each.name, each.line, each.column, each.is_model, each.unclear)
        for each in read_list(text, KNOWN).claims
    ]
    reason = "that is not the name of an architecture or a model"
    assert found == [
        ("AForCausalLM", 2, 1, False, None),
        ("CModel", 3, 3, False, None),
        ("owner/model", 5, 5, True, None),
        ("two words", 6, 1, False, reason),
        ("\x00\ud800", 7, 1, False, reason),
    ]


def test_a_claim_in_a_list_is_about_one_release() -> None:
    (claim,) = read_list("CModel", KNOWN).claims
    assert (claim.reach, claim.release, claim.engine) == (Reach.IN, None, None)
