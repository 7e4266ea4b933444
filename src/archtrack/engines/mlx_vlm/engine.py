"""MLX-VLM.

How it registers models: by model type, not by architecture. ``get_model_and_args`` in ``mlx_vlm/utils.py`` imports
the package ``mlx_vlm.models.TYPE``, after ``MODEL_REMAPPING`` has named another one for some types, and ``load_model``
takes ``Model`` and ``ModelConfig`` from it. Since 0.3.5 the type counts in small letters. Since 0.5.0 it looks into
``mlx_vlm.speculative.drafters`` as well, where the drafts of speculative decoding are; those are given as the group
``draft``. A package that has no ``Model`` may be run by another program (images are made by pipelines of their own): it
is no registration, and what becomes of such a type is not known.

How it loads a checkpoint: ``load_model`` there; see ``load``. Since 0.6.16 some architectures give the config another
model type (``get_model_type`` since 0.7.8), and ``model_file`` names code in the repository.

From 0.6.0 to 0.6.13 a model type that it has no package for, of a config without ``vision_config`` and
``audio_config``, is handed to whatever MLX-LM is installed (``models/text_only.py``): that is not read, so such a type
is not known.

A module that has a ``VisionModel`` or an ``AudioModel`` takes more than text. Of the others nothing is said.

Covers the releases from 0.0.1 on, which is all of them. It cannot see the code that a repository brings along, whether
the weights fit, what the processor needs, nor what transformers makes of a config: from 0.1.7 to 0.3.5 its AutoConfig
reads the config where it knows the type. Nor does it see ``hf_quant_config.json``, a file beside the config.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import DRAFTERS, LOADERS, MODELS, VERSION_FILES
from .tables import DRAFTS

__all__ = ["ENGINE", "MLXVLM"]


class MLXVLM(Package):
    """The declaration; see the module's docstring."""

    name = "mlx-vlm"
    about = About(
        title="MLX-VLM",
        key="model type",
        mlx=True,
        serve="mlx_vlm.server --model {model}",
        source="https://github.com/Blaizzy/mlx-vlm/blob/v{version}/{path}",
        draft_tables=(DRAFTS,),
    )
    layout = Layout(package="mlx_vlm", distribution="mlx-vlm")
    revision = 1
    since = "0.0.1"
    fetched = (*LOADERS, f"{MODELS}/**/*.py", f"{DRAFTERS}/**/*.py", METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)


ENGINE = MLXVLM()
