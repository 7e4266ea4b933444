"""What is to be checked: a file or folder on disk, the name of an architecture, a type or a model, a repository."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from archtrack.core.parsing import parse_json
from archtrack.core.verdict.checkpoint import MAX_CONFIG_BYTES, Checkpoint, only_named, read_checkpoint
from archtrack.errors import ArchtrackError, HubDownError, TargetError, UsageError
from archtrack.sources.address import parse_address
from archtrack.sources.files import like_it
from archtrack.sources.redaction import shown_argument

if TYPE_CHECKING:
    from archtrack.core.gguf import GgufHeader
    from archtrack.core.models.lookup import Found

__all__ = [
    "HOSTS",
    "LONGEST",
    "REPOSITORY",
    "REVISION",
    "WITHOUT_MODELS",
    "WITH_REVISION",
    "KnownNames",
    "Meaning",
    "Target",
    "inline_target",
    "model_named",
    "open_targets",
]

_NAME = re.compile(r"[A-Za-z_]\w*")
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
REPOSITORY = re.compile(rf"(?!.*(?:--|\.\.))(?P<id>{_PART}/{_PART})(?:@(?P<revision>[\w./-]+))?")
CONFIG = "config.json"
ADAPTER = "adapter_config.json"
MISTRAL = "params.json"
_MOST_ADAPTERS = 4
"""Adapters of adapters that are followed."""
_BASE = "base_model_name_or_path"
_MOST_FILES = 1000
"""Of a folder without a config, in which GGUF files are looked for."""
HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
"""Of the Hub; the one that HF_ENDPOINT names is one, too."""
WITHOUT_MODELS = ("datasets", "spaces")
WITH_REVISION = ("tree", "blob", "resolve", "raw")
"""What an address has behind an id and before a revision."""
REVISION = re.compile(r"[\w.-]{1,200}")
LONGEST = 200
"""Of a name or an id: the Hub's ids end at 96 characters, and no class has a longer name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to be checked.

    Attributes:
        text: as the user gave it.
        kind: ``architecture``, ``model type``, ``model``, ``config``, ``gguf`` or ``repository``.
        checkpoint: what is known of it.
        location: the file that was read, or the repository with its commit; None for a name.
        folder: the name of the folder that the config lies in, or of the repository; None where there is none.
        found: of a model: how the name was found in the model index.
        instead: why the model index answers where the Hub would; None where nothing else was asked.
        gguf: what the header of a GGUF file says; None for anything else.
    """

    text: str
    kind: str
    checkpoint: Checkpoint
    location: str | None = None
    folder: str | None = None
    found: Found | None = None
    instead: str | None = None
    gguf: GgufHeader | None = None

    @property
    def is_model(self) -> bool:
        """Whether it was named as one model, of which a recipe may speak: not as an architecture or a file."""
        return self.kind in {"model", "repository"}


class Meaning(Protocol):
    """What a name stands for; ``app.names.Meaning``."""

    @property
    def kind(self) -> str:
        """``architecture``, ``model type`` or ``model``."""
        ...

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """What is known of a checkpoint by it."""
        ...

    @property
    def found(self) -> Found | None:
        """Of a model: how it was found."""
        ...


class KnownNames(Protocol):
    """What names mean, as far as archtrack knows them."""

    def registered(self, name: str) -> Meaning | None:
        """An architecture or model type of this very name; None for neither."""
        ...

    def model(self, name: str) -> Meaning | None:
        """What the name of a model stands for; None where nothing is known of it."""
        ...

    def nearest_models(self, name: str) -> tuple[str, ...]:
        """The ids of models whose names are most like one."""
        ...


def inline_target(data: bytes, shown: str) -> Target:
    """A config that is no file: its text was handed over.

    Args:
        data: the text of a ``config.json``.
        shown: what it is called in the answer, and where messages begin.

    Raises:
        TargetError: it is no config.
    """
    return Target(text=shown, kind="config", checkpoint=_parsed(data, shown))


def open_targets(text: str, names: KnownNames, *, folder: Path, offline: bool) -> tuple[Target, ...]:
    """Read what a text names: one target, or of a model type or model one for each architecture that it may have.

    Tried in this order: a file (a config, or GGUF) or folder, an architecture, a model type, a repository on the Hub
    (``OWNER/NAME``, ``OWNER/NAME@REVISION`` or its address), a model of the index. A folder with an adapter and no
    config stands for the adapter's base model. For a repository that cannot be asked the index answers. What is none of
    these and could be a name is taken for an architecture that nobody knows.

    Args:
        text: as the user gave it.
        names: what names mean.
        folder: the working directory.
        offline: no request is made: the Hub's own cache is used.

    Raises:
        TargetError: it cannot be read; the message begins with what was asked for.
        UsageError: it is none of these.
    """
    path = folder / text
    if text.strip() and _exists(path):
        return (_on_disk(text, path, offline=offline),)
    if len(text) > LONGEST:
        return (_unnamed(text, ()),)
    known = names.registered(text)
    if known is not None:
        return _named(text, known)
    repository = _repository(text)
    if repository is None:
        return _by_name(text, text, names)
    try:
        return (_on_hub(text, *repository, offline=offline),)
    except (TargetError, UsageError) as error:
        meant = names.model(repository[0])
        if meant is None or meant.found is None or not _stands_in(meant.found, error, offline=offline):
            raise
        return _named(text, meant, instead=str(error))


def _stands_in(found: Found, error: ArchtrackError, *, offline: bool) -> bool:
    """Whether what the index has of a repository answers in place of the Hub.

    What the Hub says of it counts, unless the index knows that very id. Where the Hub could not be asked, a copy or
    variant answers too; a family only if it was not to be asked.
    """
    if found.how == "exact":
        return True
    if found.how == "family":
        return offline or isinstance(error, UsageError)
    return offline or isinstance(error, (HubDownError, UsageError))


def model_named(text: str) -> str:
    """The name of a model that a text gives: the id without its revision, or in an address, else the text itself."""
    try:
        repository = _repository(text)
    except TargetError:  # of a dataset or a space
        return text
    return text if repository is None else repository[0]


def _by_name(text: str, name: str, names: KnownNames) -> tuple[Target, ...]:
    """A model by its name, else an architecture that nobody knows.

    Raises:
        TargetError: it looks like a path or an id.
        UsageError: it is the name of nothing.
    """
    is_path = text.endswith((".json", ".gguf", ".safetensors")) or text.startswith((".", "/", "~"))
    meant = None if is_path else names.model(name)
    if meant is not None:
        return _named(text, meant)
    if _NAME.fullmatch(text) and not text.islower():  # no class is called so
        return (Target(text=text, kind="architecture", checkpoint=only_named(text)),)
    return (_unnamed(text, names.nearest_models(name) if text.strip() else ()),)


def _named(text: str, meaning: Meaning, *, instead: str | None = None) -> tuple[Target, ...]:
    return tuple(
        Target(
            text=shown_argument(text),
            kind=meaning.kind,
            checkpoint=each,
            found=meaning.found,
            instead=instead,
        )
        for each in meaning.checkpoints
    )


def _unnamed(text: str, near: tuple[str, ...]) -> Target:
    """What nothing can be made of; ``near`` are models whose names are like it.

    Raises:
        TargetError: it looks like a path or an id.
        UsageError: it does not.
    """
    fit = shown_argument(text)
    shown = fit if len(fit) <= LONGEST else f"{fit[:LONGEST]}…"
    if "/" in text or os.sep in text or text.endswith((".json", ".gguf")):
        raise TargetError(
            f"{shown}: no such file or folder, and not a repository (OWNER/NAME){like_it(text)}"
        )
    like = f"did you mean {' or '.join(near)}?" if near else "name a repository (OWNER/NAME) or a config.json"
    raise UsageError(f"no model, architecture, model type or file is called {shown!r}; {like}")


def _repository(text: str) -> tuple[str, str | None] | None:
    """The id and the revision of a repository that a text names; None if it names none."""
    match = REPOSITORY.fullmatch(text)
    if match is not None and not text.endswith(".json"):
        return match["id"], match["revision"]
    if text.startswith(tuple(f"{host}/" for host in HOSTS)):
        text = f"https://{text}"
    if not text.startswith(("https://", "http://")):
        return None
    try:
        address = parse_address(text)
        hosts = {*HOSTS, parse_address(os.environ.get("HF_ENDPOINT", "")).hostname}
    except ValueError:
        return None
    if address.hostname is None or address.hostname not in hosts:
        return None
    parts = [part for part in address.path.split("/") if part]
    if len(parts) > 1:
        parts[1] = parts[1].partition(":")[0]  # `hf.co/OWNER/NAME:Q4_K_M`, as Ollama writes it
    if len(parts) < 2 or not REPOSITORY.fullmatch("/".join(parts[:2])):  # noqa: PLR2004 -- an owner and a name
        return None
    if parts[0] in WITHOUT_MODELS:
        raise TargetError(
            f"{shown_argument(text)}: not the address of a model; write one like https://huggingface.co/OWNER/NAME"
        )
    revision = parts[3] if len(parts) > 3 and parts[2] in WITH_REVISION else None  # noqa: PLR2004
    if revision is not None and not REVISION.fullmatch(revision):
        return None
    return "/".join(parts[:2]), revision


def _on_hub(text: str, repository: str, revision: str | None, *, offline: bool) -> Target:
    from .client import fetch_config

    data, location = fetch_config(repository, revision, offline=offline)
    return Target(
        text=shown_argument(text),
        kind="repository",
        checkpoint=_parsed(data, location),
        location=location,
        folder=repository.rpartition("/")[2],
    )


def _on_disk(text: str, path: Path, *, offline: bool, through: int = 0) -> Target:
    """A config or GGUF file on disk, or the base model of an adapter.

    Args:
        text: as the user gave it.
        path: what it names.
        offline: no request is made.
        through: how many adapters led here.

    Raises:
        TargetError: it cannot be read, or is neither.
    """
    from .gguf_file import is_gguf

    is_folder = path.is_dir()
    if not is_folder and is_gguf(path):
        return _gguf(text, path)
    inner = path / CONFIG if is_folder else path
    if inner.name == ADAPTER or (is_folder and not _exists(inner) and _exists(path / ADAPTER)):
        return _base_of(text, inner.with_name(ADAPTER), offline=offline, through=through)
    if inner.name == MISTRAL or (is_folder and not _exists(inner) and _exists(path / MISTRAL)):
        raise TargetError(
            f"{text}: holds a {MISTRAL} in Mistral's own format, which archtrack does not read; name the architecture"
        )
    if is_folder and not _exists(inner) and _has_gguf(path):
        raise TargetError(
            f"{text} holds GGUF files and no {CONFIG}; name one of the files, the first of several parts"
        )
    location = str(inner) if through else str(Path(text) / CONFIG) if is_folder else text
    return Target(
        text=text,
        kind="config",
        checkpoint=_parsed(_read(inner, location), location),
        location=location,
        folder=inner.resolve().parent.name,
    )


def _has_gguf(folder: Path) -> bool:
    """Whether one of the first files of a folder is named like a GGUF file."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.lower().endswith(".gguf") for entry in islice(entries, _MOST_FILES))
    except OSError:
        return False


def _gguf(text: str, path: Path) -> Target:
    """A GGUF file.

    Raises:
        TargetError: it cannot be read, or does not say which model it is.
    """
    from .gguf_file import read_gguf

    found = read_gguf(path, text)
    return Target(
        text=text,
        kind="gguf",
        checkpoint=found.checkpoint,
        location=text if found.path == path else str(Path(text).with_name(found.path.name)),
        gguf=found.header,
    )


def _base_of(text: str, adapter: Path, *, offline: bool, through: int) -> Target:
    """The base model of an adapter: a folder beside it or in the working directory, else a repository.

    Raises:
        TargetError: the adapter names none, or it cannot be read.
    """
    shown = str(Path(text) / ADAPTER) if not text.endswith(ADAPTER) else text
    if through >= _MOST_ADAPTERS:
        raise TargetError(f"{shown}: too many adapters of adapters; check the base model itself")
    try:
        config = parse_json(_read(adapter, shown))
    except ValueError as error:
        raise TargetError(f"{shown} is not JSON; repair it, or check the base model itself") from error
    base = config.get(_BASE) if isinstance(config, dict) else None
    if not isinstance(base, str) or not base.strip() or len(base) > LONGEST:
        raise TargetError(f"{shown} names no base model (`{_BASE}`); check the base model itself")
    for here in (adapter.parent / base, Path(base)):
        if Path(base).name and here.is_dir() and here.resolve() != adapter.parent.resolve():
            return _on_disk(text, here, offline=offline, through=through + 1)
    repository = _repository(base)
    if repository is None:
        fit = shown_argument(base)
        raise TargetError(
            f"{shown}: its base model {fit} is neither a folder nor a repository (OWNER/NAME); check that model itself"
        )
    try:
        return _on_hub(text, *repository, offline=offline)
    except TargetError as error:
        raise TargetError(f"{shown}: its base model cannot be read: {error}") from error


def _exists(path: Path) -> bool:
    """Whether there is something at the path, be it a link that leads nowhere."""
    try:
        path.lstat()
    except (OSError, ValueError):  # a NUL byte, a text too long for a path
        return False
    return True


def _parsed(data: bytes, location: str) -> Checkpoint:
    try:
        return read_checkpoint(data)
    except TargetError as error:
        raise TargetError(f"{location} {error}") from error


def _read(path: Path, shown: str) -> bytes:
    """A regular file of bounded size; a pipe or device would never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:  # noqa: PTH123 -- of a descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise TargetError(f"{shown} is not a regular file; name a config.json or its folder")
            return file.read(MAX_CONFIG_BYTES + 1)
    except FileNotFoundError as error:
        raise TargetError(f"{shown} is missing; name a folder with a config.json") from error
    except OSError as error:
        raise TargetError(f"{shown} cannot be read: {error.strerror}; check its permissions") from error
