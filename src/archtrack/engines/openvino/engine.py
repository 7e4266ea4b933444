"""OpenVINO, by way of optimum-intel, which turns a checkpoint of transformers into files of OpenVINO.

How it registers models: by model type. ``optimum/exporters/openvino/model_configs.py`` makes a decorator with
``TasksManager.create_register("openvino")`` and puts it above the classes that say how a model is exported, with the
model type, the tasks and the library. What is registered here are the types of library ``transformers``, with their
tasks as groups, without ``-with-past``. Those of other libraries (diffusers, timm, open_clip, sentence_transformers,
kokoro, funasr) are parts of pipelines, or checkpoints without a config of transformers, and are left out.

Until 1.27 ``init_model_configs`` there copies what another package (optimum, since 1.26 optimum-onnx) has registered
for ONNX. That package is not read: of a type or task that is not registered here, these releases tell nothing.

Until 1.24 ``main_export`` asks for a type with ``-`` for each ``_``: it runs ``qwen2_moe`` as ``qwen2-moe``.

How it loads a checkpoint: ``main_export`` and ``export``; see ``load``.

Covers the releases from 1.16.0 on: older ones register nothing themselves. It cannot see what OpenVINO and the library
of its runtime make of the exported files, what the model class of a repository does, which type the language model of a
composite checkpoint is exported as, nor what an export class asks of a config when it is made. OpenVINO GenAI, which
reads some GGUF files, is another package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import CLASSES, CONVERT, MAIN, VERSION_FILES

if TYPE_CHECKING:
    from archtrack.core.verdict.aliases import Alias
    from archtrack.core.verdict.release_facts import LoadFacts
    from archtrack.model import Inventory

__all__ = ["ENGINE", "OpenVINO"]


class OpenVINO(Package):
    """The declaration; see the module's docstring."""

    name = "openvino"
    about = About(
        title="OpenVINO",
        key="model type",
        source="https://github.com/huggingface/optimum-intel/blob/v{version}/{path}",
        # 20 types more; `-` for `_` in types is given up; what was copied in until then is registered here.
        confirmed=("1.17.0", "1.25.0", "2.0.0"),
    )
    layout = Layout(package="optimum", distribution="optimum-intel")
    revision = 1
    since = "1.16.0"
    fetched = (*CLASSES, MAIN, CONVERT, METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def aliases(self, inventory: Inventory, facts: LoadFacts) -> tuple[Alias, ...]:
        """The types that are looked up with ``-`` for ``_``."""
        from .load import aliases_of

        return aliases_of(inventory.by_name(), facts)


ENGINE = OpenVINO()
