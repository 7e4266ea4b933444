"""What the engines that are plugins of vLLM share: ``engine`` is what each declares."""

from .declaration import VLLMPlugin

__all__ = ["VLLMPlugin"]
