"""CTranslate2.

How it registers models: by configuration class, neither by architecture nor by model type. Each loader in
``ctranslate2/converters/transformers.py`` stands below ``@register_loader("LlamaConfig")``, which puts it into
``_MODEL_LOADERS``. ``TransformersConverter._load`` asks AutoConfig for the config of a checkpoint, and looks the name
of the object's class up there. So what is registered are configuration classes, most of them of transformers.

How it loads a checkpoint: see ``load``. CTranslate2 runs what it has converted, and nothing else.

Covers the releases from 2.17.0 on, the first with this converter that is on the index. It cannot see what a program
adds to ``_MODEL_LOADERS``, the converters of other frameworks (fairseq, Marian, OpenNMT, Eole), whether each weight
finds its place, nor what the tokenizer needs.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import CONVERTER, VERSION_FILES

__all__ = ["ENGINE", "CTranslate2"]


class CTranslate2(Package):
    """The declaration; see the module's docstring."""

    name = "ctranslate2"
    about = About(
        title="CTranslate2",
        key="configuration class",
        source="https://github.com/OpenNMT/CTranslate2/blob/v{version}/python/{path}",
    )
    layout = Layout(package="ctranslate2", distribution="ctranslate2", parents=("python", ""))
    revision = 1
    since = "2.17.0"
    fetched = (CONVERTER, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)


ENGINE = CTranslate2()
