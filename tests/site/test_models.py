"""Models by their names, in the page: the same answers as on the command line, by the same steps."""

from __future__ import annotations

import random
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.models.store import read_index
from archtrack.data import MODELS
from model_lookups import ROWS, looked_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ODD = (
    *("(a+)+$", "<script>", "0", "7b", "gpt-4o", "claude", "\u202eQwen3", "hf.co/Qwen/Qwen3-32B", "pixtral"),
    *(
        "LlamaForCasualLM",
        "Qw\u00e9n3ForCausalLM",
        "Qwen3ForCasualLM\u0661",
        "microsoft/Phi-3-mini-4k-instruct",
    ),
    *("https://huggingface.co/Qwen", "https://example.org/Qwen/Qwen3-32B", "https://hf.co:x/Qwen/Qwen3-32B"),
    *("https://me@HF.co:443/Qwen/Qwen3-32B", "https://hf.co/Qwen/Qwen3-32B/tree/a b", "https://hf.co/a/../b"),
    *(
        "THUDM/glm-4-9b-chat",
        "minimax m2",
        "x" * 200,
        "qwen3 " * 33,
        "llama-" * 33,
        "7" * 199,
        "\u212aimi K2",
    ),
)
_FOUND_WORDS = """
function foundWords(found) {
  const alone = ["exact", "model type"].includes(found.how) ? found.how : `${found.how} ${found.model}`;
  const told = found.how === "family" ? `family: ${found.candidates[0].ids} of ${found.ids} ids` : alone;
  return found.readAs === null || found.readAs === found.model ? told : `spelling of ${found.readAs}, ${told}`;
}
"""
"""How a name was found, in the words of the command line, of what the page's script found."""
_ASKED = """texts.map((words) => {
    const found = meaning(words);
    if (!found) return null;
    const { candidates, model, others, ids, readAs } = found;
    const told = { found: foundWords(found), architectures: candidates.map((each) => each.architecture), model };
    if (found.how === "model type") return told;
    const counts = candidates.map((each) => [each.architecture, each.type, each.ids]);
    return { ...told, candidates: counts, others, ids, read_as: readAs };
})"""


def evaluated(page: Page, value: str, texts: Sequence[str] = ()) -> Any:
    """A value that the page's own script gives, of the page's own data."""
    parts = files("archtrack.site") / "parts"
    script = "".join((parts / f"{name}.js").read_text(encoding="utf-8") for name in ("data", "models"))
    return page.evaluate(f"(texts) => {{ {script} {_FOUND_WORDS} return {value}; }}", list(texts))


def test_the_page_answers_as_the_table_says(page: Page) -> None:
    nothing = {"found": None, "architectures": [], "model": None}
    found = evaluated(page, _ASKED, [row["text"] * row.get("times", 1) for row in ROWS])
    keys = ("text", "found", "architectures", "model")
    told = [{"text": row["text"], **(each or nothing)} for row, each in zip(ROWS, found, strict=True)]
    assert [[each[key] for key in keys] for each in told] == [[row[key] for key in keys] for row in ROWS]


def typed_texts(seed: int, count: int) -> Iterator[str]:
    """Names of models as people shorten, rewrite, copy and misspell them."""
    chance = random.Random(seed)  # noqa: S311 -- the same names each time
    for each in chance.sample(list(read_index(MODELS).records), count):
        name = each.partition("/")[2]
        words, at = name.replace("-", " ").split(), chance.randrange(len(name))
        yield chance.choice(
            [
                each,
                name,
                name.rpartition("-")[0] or name,
                name.replace("-", " ").upper(),
                f"TheBloke/{name}{chance.choice(['-AWQ', '-GPTQ-Int4', '-FP8', '-GGUF', '-4bit', '-bnb-4bit'])}",
                name[:at] + chance.choice(["", "x", name[at] * 2, name[at : at + 2][::-1]]) + name[at + 1 :],
                f"https://huggingface.co/{each}{chance.choice(['', '/tree/main', '?x=1'])}",
                " ".join(words[: chance.randrange(1, len(words) + 1)]),
                name.split("-")[0],
            ]
        )


def test_the_page_and_the_command_line_give_one_answer(page: Page, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    texts = [*typed_texts(1, 500), *ODD]
    found = dict(zip(texts, evaluated(page, _ASKED, texts), strict=True))
    wanted = {text: looked_up(text, empty) for text in texts}
    assert {text: each for text, each in found.items() if each != wanted[text]} == {}
    assert sum(each is not None for each in wanted.values()) > 400


def test_the_page_has_every_model_with_what_it_is_taken_for(page: Page) -> None:
    index = read_index(MODELS)
    row = "[each.id, each.architectures, each.type, each.downloads, each.curated]"
    models = map(index.model, index.records)
    assert evaluated(page, f"theIndex().models.map((each) => {row})") == [
        [each.id, list(each.architectures), each.model_type, each.downloads, each.curated] for each in models
    ]
