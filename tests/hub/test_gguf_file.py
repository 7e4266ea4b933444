"""GGUF files on disk, and the targets that they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from archtrack.errors import TargetError
from archtrack.hub.gguf_file import is_gguf, read_gguf
from archtrack.hub.targets import open_targets
from gguf_files import Typed, gguf

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.hub.targets import Target

MODEL = {"general.architecture": "qwen3", "general.name": "Qwen3 8B", "general.file_type": 15}


class Nothing:
    """No name means anything."""

    def registered(self, name: str) -> None:
        """No architecture, and no model type."""

    def model(self, name: str) -> None:
        """No model."""

    def nearest_models(self, name: str) -> tuple[str, ...]:  # noqa: ARG002 -- nothing is like it
        return ()


def opened(text: str, folder: Path) -> Target:
    (target,) = open_targets(text, Nothing(), folder=folder, offline=True)
    return target


def part(number: int, **pairs: object) -> bytes:
    return gguf({**pairs, "split.no": Typed(2, number - 1), "split.count": Typed(2, 3)})


@pytest.mark.parametrize("name", ["model.gguf", "MODEL.GGUF", "blob", "sha256-0123", "config.json"])
def test_a_file_is_told_by_its_name_or_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gguf(MODEL))
    assert is_gguf(tmp_path / name)
    target = opened(name, tmp_path)
    assert (target.kind, target.location, target.folder) == ("gguf", name, None)
    assert target.checkpoint.gguf_architecture == "qwen3"
    assert target.checkpoint.architectures == ()
    assert dict(target.checkpoint.plain) == {"general.name": "Qwen3 8B", "general.type": "model"}
    assert target.gguf is not None
    assert target.gguf.quantisation == "Q4_K_M"


def test_a_config_is_no_gguf_file_and_neither_is_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["KnownForCausalLM"]}')
    assert not is_gguf(tmp_path / "config.json")
    assert not is_gguf(tmp_path / "gone")
    target = opened("config.json", tmp_path)
    assert (target.kind, target.gguf, target.checkpoint.gguf_architecture) == ("config", None, None)


def test_of_a_later_part_the_first_one_answers(tmp_path: Path) -> None:
    (tmp_path / "m-00001-of-00003.gguf").write_bytes(part(1, **MODEL))
    (tmp_path / "m-00003-of-00003.gguf").write_bytes(part(3))
    target = opened("m-00003-of-00003.gguf", tmp_path)
    assert (target.text, target.location) == ("m-00003-of-00003.gguf", "m-00001-of-00003.gguf")
    assert target.checkpoint.gguf_architecture == "qwen3"
    assert opened("m-00001-of-00003.gguf", tmp_path).location == "m-00001-of-00003.gguf"


def test_a_later_part_that_says_itself_which_model_it_is_needs_no_first_one(tmp_path: Path) -> None:
    (tmp_path / "m-00002-of-00003.gguf").write_bytes(part(2, **MODEL))
    assert opened("m-00002-of-00003.gguf", tmp_path).location == "m-00002-of-00003.gguf"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("m-00002-of-00003.gguf", part(2), "is a later part of a model; name m-00001-of-00003.gguf"),
        ("m-00001-of-00003.gguf", part(1), "m-00001-of-00003.gguf has no `general.architecture`"),
        (
            "renamed.gguf",
            part(2),
            "renamed.gguf is part 2 of 3 of a model; name the first",
        ),
        ("model.gguf", gguf({}), "model.gguf has no `general.architecture`"),
        ("model.gguf", b"GGUF", "model.gguf ends inside its header, after 4 bytes"),
        ("model.gguf", b"", "model.gguf has 0 bytes, and no header"),
        ("model.gguf", b'{"architectures": []}', "model.gguf is no GGUF file"),
        ("blob", b"GGUF" + bytes(2), "blob ends inside its header"),
    ],
)
def test_what_does_not_say_which_model_it_is(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TargetError) as error:
        opened(name, tmp_path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 3


def test_a_folder_of_gguf_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(TargetError, match=r"config\.json is missing"):
        opened("model", tmp_path)
    (tmp_path / "model" / "m.gguf").write_bytes(gguf(MODEL))
    with pytest.raises(
        TargetError, match=r"model holds GGUF files and no config\.json; name one of the files"
    ):
        opened("model", tmp_path)
    (tmp_path / "model" / "config.json").write_text('{"architectures": ["KnownForCausalLM"]}')
    assert opened("model", tmp_path).kind == "config"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.gguf")
    os.mkfifo(tmp_path / "pipe")
    assert not is_gguf(tmp_path / "pipe")
    with pytest.raises(TargetError, match=r"model\.gguf cannot be read: .*regular"):
        read_gguf(tmp_path / "model.gguf", "model.gguf")


def test_a_file_that_is_not_there_is_no_name(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"gone\.gguf: no such file or folder"):
        opened("gone.gguf", tmp_path)


def test_a_sparse_file_of_a_terabyte_is_read_at_once(tmp_path: Path) -> None:
    with (tmp_path / "huge.gguf").open("wb") as file:
        file.write(gguf(MODEL, tensors=1000))
        file.truncate(1 << 40)
    assert opened("huge.gguf", tmp_path).checkpoint.gguf_architecture == "qwen3"
