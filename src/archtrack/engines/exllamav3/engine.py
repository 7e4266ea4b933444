"""ExLlamaV3.

How it registers models: ``ARCHITECTURES`` in ``exllamav3/architecture/architectures.py`` (in the first releases
``exllamav3/models/architectures.py``) is made of a list of model classes. Each names its configuration class as
``config_class``, and that class the architecture as ``arch_string``; both may come from a base class, in the same
module or another. The list is read, and the two attributes are followed from class to class; nothing is imported.

A configuration class that hands a model of ``"vision"`` to its base beside that of ``"text"`` is a statement of the
category, unless it takes it out again for some configs.

How it loads a checkpoint: see ``load``.

Covers the releases from 0.0.1 on, which is all of them. It cannot see an ``arch_string`` that is computed.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import CONFIGS, FOLDERS, LINEAR, VERSION_FILES

__all__ = ["ENGINE", "ExLlamaV3"]


class ExLlamaV3(Package):
    """The declaration; see the module's docstring."""

    name = "exllamav3"
    about = About(
        title="ExLlamaV3", source="https://github.com/turboderp-org/exllamav3/blob/v{version}/{path}"
    )
    layout = Layout(package="exllamav3", distribution="exllamav3")
    revision = 4
    since = "0.0.1"
    fetched = (*(f"{folder}/*.py" for folder in FOLDERS), LINEAR, *CONFIGS, METADATA)
    watched = (*fetched, *(f"{folder}/**/*.py" for folder in FOLDERS), *VERSION_FILES, PYPROJECT)


ENGINE = ExLlamaV3()
