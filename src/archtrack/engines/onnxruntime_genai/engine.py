"""ONNX Runtime GenAI.

It runs ONNX models that its model builder makes of checkpoints, so what the builder takes is what counts here.

How that registers models: ``create_model`` in ``onnxruntime_genai/models/builder.py`` compares
``config.architectures[0]`` with one name after the other, and each branch makes a model of one class. Some ask for
more: ``Phi3ForCausalLM`` has a class for configs whose ``max_position_embeddings`` is the original one, and another for
the others. What no branch takes raises NotImplementedError. The classes are in the same module until 0.11.2, then in
``builders/``. Upstream says so in ``src/python/py/models/README.md`` of its repository.

How it loads a checkpoint: see ``load``.

Covers the releases from 0.1.0 on, which is all of them, as they are on the index or installed. Its repository keeps the
package under another name and is not read. It cannot see the runtime, which is C++ and no source in a release: which
``type`` of a ``genai_config.json`` that runs, whoever made it (the builder, Olive, whoever publishes models as ONNX).
Nor does it see what the builder refuses for a precision, an execution provider or another option.
"""

from __future__ import annotations

from archtrack.engines.base import About, Package
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .files import FILES

__all__ = ["ENGINE", "ONNXRuntimeGenAI"]


class ONNXRuntimeGenAI(Package):
    """The declaration; see the module's docstring."""

    name = "onnxruntime-genai"
    about = About(title="ONNX Runtime GenAI")
    layout = Layout(
        package="onnxruntime_genai",
        distribution="onnxruntime-genai",
        advice="name a release, or `installed`; its repository keeps the package under another name",
    )
    revision = 1
    since = "0.1.0"
    fetched = (*FILES, METADATA)
    watched = (*fetched, PYPROJECT)


ENGINE = ONNXRuntimeGenAI()
