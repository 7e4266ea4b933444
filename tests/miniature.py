"""Miniature source trees of SGLang and transformers, and ways to run the command on them."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archtrack.model import (
    Category,
    Inventory,
    MatrixRow,
    Origin,
    Place,
    Registration,
    Status,
    TransformersFacts,
)

SOURCE = str(Path(__file__).parents[1] / "src")
INTERRUPTIBLE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from archtrack.__main__ import main; sys.exit(main(sys.argv[1:]))"
)
"""A command that Ctrl-C ends: what a shell starts in the background would not hear of it."""
CLEARED = (
    "ARCHTRACK_DATA_URL",
    "SGLANG_DISABLED_MODEL_ARCHS",
    "SGLANG_EXTERNAL_MODEL_PACKAGE",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "GITHUB_WORKSPACE",
    "NO_COLOR",
    "FORCE_COLOR",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
)
"""Variables of whoever runs the tests that would change what they show."""

INIT = """\
__version__ = "{version}"
from .utils.import_utils import define_import_structure
_import_structure = {{"modeling_utils": ["PreTrainedModel"]}}
import_structure = define_import_structure(Path(__file__).parent / "models", prefix="models")
"""
MODELING_UTILS = """\
class PreTrainedModel:
    _supports_attention_backend = False

    @classmethod
    def is_backend_compatible(cls):
        return cls._supports_attention_backend
"""
MODEL_CONFIG = """\
def is_generation_model(model_architectures, is_embedding=False):
    if "PooledModel" in model_architectures:
        return False
    else:
        return not is_embedding


multimodal_model_archs = [
    "SightForConditionalGeneration",
]
"""
NATIVE = {
    "alpha.py": "class AlphaForCausalLM:\n    pass\n\n\nEntryClass = AlphaForCausalLM\n",
    "beta.py": (
        "class BetaForCausalLM:\n    pass\n\n\nclass BetaForCausalLMNextN(BetaForCausalLM):\n    pass\n\n\n"
        "EntryClass = [BetaForCausalLM, BetaForCausalLMNextN]\n"
    ),
    "pooled.py": "class PooledModel:\n    pass\n\n\nEntryClass = [PooledModel]\n",
    "sight.py": "class SightForConditionalGeneration:\n    pass\n\n\nEntryClass = SightForConditionalGeneration\n",
    "utils.py": "def helper():\n    '''EntryClass = Nothing'''\n",
}
HF_FILES = {
    "beta": ("BetaModel", "BetaForCausalLM", "BetaForSequenceClassification"),
    "delta": ("DeltaForCausalLM", "DeltaForConditionalGeneration"),
}
TABLES = {
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES": ("BetaForCausalLM", "DeltaForCausalLM"),
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES": ("DeltaForConditionalGeneration",),
}
ROWS = {
    "AlphaForCausalLM": ("text", "native"),
    "BetaForCausalLM": ("text", "native"),
    "BetaForCausalLMNextN": ("text", "native"),
    "BetaForSequenceClassification": ("embedding", "fallback"),
    "BetaModel": ("embedding", "fallback"),
    "DeltaForCausalLM": ("text", "refused"),
    "DeltaForConditionalGeneration": ("text", "refused"),
    "PooledModel": ("embedding", "native"),
    "SightForConditionalGeneration": ("multimodal", "native"),
}
"""Every row that the two trees give: category and status."""


def registration(
    name: str, file: str = "x.py", line: int = 1, *, at: str | None = None, **more: Any
) -> Registration:
    """A class that a source has; ``at`` is the whole path of its file."""
    place = Place(file=at or file, line=line)
    return Registration(name=name, file=file, place=place, defined_in="x", **more)


def public(name: str, *, compatible: bool | None = True, facts: Any = None, **more: Any) -> Registration:
    """A public class of transformers, what the gate of the fallback says of it, and further facts."""
    told = {"exported": True, "backend_compatible": compatible} | (facts or {})
    return registration(name, transformers=TransformersFacts(**told), **more)


def inventory(engine: str, *registrations: Registration, version: str | None = "1", **more: Any) -> Inventory:
    """What a source has."""
    origin = Origin(distribution=engine, kind="local", location=".")
    return Inventory(engine=engine, version=version, origin=origin, registrations=registrations, **more)


def matrix_row(
    name: str, category: Category = Category.TEXT, status: Status = Status.NATIVE, **more: Any
) -> MatrixRow:
    return MatrixRow(name=name, category=category, category_source="test", status=status, **more)


READ = tuple(inventory(name, version=None) for name in ("sglang", "transformers"))
"""What a matrix is made of, where a test gives its rows."""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def make_odd(path: Path, kind: str) -> None:
    """A ``pipe``, a ``device`` or a ``huge`` file, which takes no room on the disk: none is to be read to its end."""
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with path.open("wb") as file:
            file.truncate(3 * 1024**3)


def edit(path: Path, *changes: tuple[str, str]) -> str:
    """Replaces words of a file, which have to be there; the text that it has then."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    write(path, text)
    return text


@dataclass(frozen=True, kw_only=True)
class Trees:
    """A checkout of SGLang and one of transformers.

    Attributes:
        sglang: root of the repository; the package lies in ``python/sglang``.
        transformers: root of the repository; the package lies in ``src/transformers``.
    """

    sglang: Path
    transformers: Path

    @property
    def models(self) -> Path:
        return self.sglang / "python" / "sglang" / "srt" / "models"

    def native(self, file: str, text: str) -> Path:
        """A module of SGLang's models."""
        return write(self.models / file, text)

    def register(self, *names: str, file: str) -> Path:
        """A module that registers classes."""
        classes = "".join(f"class {name}:\n    pass\n\n\n" for name in names)
        return self.native(file, f"{classes}EntryClass = [{', '.join(names)}]\n")

    def public(
        self, model: str, *names: str, compatible: bool = False, checkpoint: str | None = None
    ) -> Path:
        """A model of transformers with public classes."""
        folder = self.transformers / "src" / "transformers" / "models" / model
        base = f"{model.title()}PreTrainedModel"
        gate = f"    _supports_attention_backend = {compatible}\n    config: {model.title()}Config\n"
        text = "from ...modeling_utils import PreTrainedModel\n"
        text += f"from .configuration_{model} import {model.title()}Config\n\n\n"
        text += f"class {base}(PreTrainedModel):\n{gate}\n\n"
        text += "".join(f"class {name}({base}):\n    pass\n\n\n" for name in names)
        text += "__all__ = [" + ", ".join(f'"{name}"' for name in names) + "]\n"
        decorator = f'@auto_docstring(checkpoint="{checkpoint}")\n' if checkpoint else ""
        write(folder / f"configuration_{model}.py", f"{decorator}class {model.title()}Config:\n    pass\n")
        return write(folder / f"modeling_{model}.py", text)

    def tables(self, tables: dict[str, tuple[str, ...]]) -> Path:
        """The auto-mapping tables."""
        text = ""
        for table, names in tables.items():
            pairs = "".join(f'        ("{name.lower()}", "{name}"),\n' for name in names)
            text += f"{table} = OrderedDict(\n    [\n{pairs}    ]\n)\n"
        return write(
            self.transformers / "src" / "transformers" / "models" / "auto" / "modeling_auto.py", text
        )

    @property
    def options(self) -> tuple[str, ...]:
        return ("--sglang", str(self.sglang), "--transformers", str(self.transformers))

    @property
    def alone(self) -> tuple[str, ...]:
        """For a rebuild: these two trees, and nothing of what the real engines have."""
        return (*self.options, "--no-known-elsewhere")


def build(root: Path, *, pin: str | None = "9.9.9", version: str = "9.9.9") -> Trees:
    """The two trees, with the rows that ``ROWS`` lists."""
    trees = Trees(sglang=root / "sglang", transformers=root / "transformers")
    python = trees.sglang / "python"
    dependencies = f'dependencies = ["transformers=={pin}"]\n' if pin else ""
    write(python / "pyproject.toml", f'[project]\nname = "sglang"\ndynamic = ["version"]\n{dependencies}')
    write(python / "sglang" / "__init__.py", "raise SystemExit('imported')\n")
    write(python / "sglang" / "version.py", '__version__ = "7.7.7"\n')
    write(python / "sglang" / "srt" / "configs" / "model_config.py", MODEL_CONFIG)
    for file, text in NATIVE.items():
        trees.native(file, text)
    package = trees.transformers / "src" / "transformers"
    write(trees.transformers / "pyproject.toml", '[project]\nname = "transformers"\n')
    write(package / "__init__.py", INIT.format(version=version) + "raise SystemExit('imported')\n")
    write(package / "modeling_utils.py", MODELING_UTILS)
    trees.public("beta", *HF_FILES["beta"], compatible=True, checkpoint="beta-org/beta-1b")
    trees.public("delta", *HF_FILES["delta"])
    trees.tables(TABLES)
    return trees


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Cli = Callable[..., Result]
"""Runs the command in this process, or one verb of it: the fixture ``cli``, and those that are made of it."""
Conforms = Callable[[Any, str], None]
"""The fixture ``conforms``."""


def environment(home: Path, **changes: str) -> dict[str, str]:
    """An environment with a cache of its own and, unless it is changed, without a network."""
    environ = {name: value for name, value in os.environ.items() if name not in CLEARED}
    environ |= {"ARCHTRACK_CACHE_DIR": str(home / "cache"), "ARCHTRACK_OFFLINE": "1", "PYTHONPATH": SOURCE}
    return environ | changes


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "archtrack", *map(str, arguments)]


def spawn(*arguments: object, cwd: Path, home: Path, **changes: str) -> Result:
    """The command in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own program
        command(*arguments), cwd=cwd, env=environment(home, **changes), stdin=subprocess.DEVNULL, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    return Result(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def metadata(name: str, version: str, *requirements: str) -> str:
    lines = [f"Requires-Dist: {each}\n" for each in requirements]
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{''.join(lines)}\nWords.\n"


def install(site: Path, package: Path, version: str, *requirements: str) -> Path:
    """A package as pip would have installed it."""
    name = package.name
    shutil.copytree(package, site / name)
    return write(site / f"{name}-{version}.dist-info" / "METADATA", metadata(name, version, *requirements))


def wheel(package: Path, version: str, *requirements: str) -> bytes:
    """A package as a wheel."""
    blob, name = io.BytesIO(), package.name
    with zipfile.ZipFile(blob, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.rglob("*.py")):
            archive.writestr(f"{name}/{file.relative_to(package).as_posix()}", file.read_bytes())
        # What nobody reads is most of a real wheel, so that it is not worth taking whole.
        archive.writestr(f"{name}/kernel.so", random.Random(0).randbytes(200_000))  # noqa: S311 - no secret
        archive.writestr(f"{name}-{version}.dist-info/METADATA", metadata(name, version, *requirements))
    return blob.getvalue()


def release(index: Any, package: Path, version: str, *requirements: str) -> None:
    """Puts a package onto an index, as a wheel."""
    file = f"{package.name}-{version}-py3-none-any.whl"
    index.add(file, wheel(package, version, *requirements), project=package.name)


def git(folder: Path, *arguments: str) -> str:
    """git in a repository, with no configuration of whoever runs the tests."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    own = ("-c", "user.name=A Person", "-c", "user.email=person@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(  # noqa: S603 - our own arguments
        ["git", "-C", str(folder), *own, *arguments],  # noqa: S607 - the git that is installed
        env=environ, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


def commit(folder: Path, message: str = "change") -> str:
    """Everything in a folder as one commit more, the folder being made a repository first; the commit's id."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")
