"""MLX-LM.

How it registers models: by model type, not by architecture. ``_get_classes`` in ``mlx_lm/utils.py`` imports the module
``mlx_lm.models.TYPE``, after ``MODEL_REMAPPING`` has named another module for some types, and takes ``Model`` and
``ModelArgs`` from it. Since 0.32.0 ``MODEL_ARCHITECTURE_REMAPPING`` names a module for a type together with an
architecture. Until 0.0.9 ``MODEL_MAPPING`` lists types and modules. So what is registered are model types.

How it loads a checkpoint: ``load_model`` there; see ``load``. What its models can do: see ``features``.

Covers the releases from 0.0.1 on, which is all of them. It cannot see the code that a repository brings along
(``model_file`` in a config), whether the weights fit, nor what the tokenizer needs.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import MODELS, TUNER, UTILS, VERSION_FILES

__all__ = ["ENGINE", "MLXLM"]


class MLXLM(Package):
    """The declaration; see the module's docstring."""

    name = "mlx-lm"
    about = About(
        title="MLX-LM",
        key="model type",
        mlx=True,
        serve="mlx_lm.server --model {model}",
        source="https://github.com/ml-explore/mlx-lm/blob/v{version}/{path}",
        # Until then it was part of mlx-examples; later ones were released without a tag.
        untagged=(
            *("<0.22.0", "==0.22.2", "==0.22.3", "==0.22.4", "==0.22.5", "==0.23.0", "==0.23.1", "==0.23.2"),
            *("==0.24.0", "==0.25.0", "==0.25.2", "==0.25.3", "==0.29.1"),
        ),
    )
    layout = Layout(package="mlx_lm", distribution="mlx-lm")
    revision = 6
    since = "0.0.1"
    fetched = (UTILS, f"{MODELS}/**/*.py", TUNER, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)


ENGINE = MLXLM()
