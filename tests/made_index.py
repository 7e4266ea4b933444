"""Model indexes made of a few rows."""

from __future__ import annotations

from archtrack.core.models.index import Claim, IndexSource, ModelIndex

__all__ = ["made"]

_SOURCES = (("curated", True), ("examples", False), ("listed", True), ("other", True))


def made(*rows: tuple[str, int, list[tuple[str, str | None, str | None]]]) -> ModelIndex:
    """An index of models: id, downloads, and what sources say: (source, architectures, model type)."""
    names = [name for name, _ in _SOURCES]
    claims: list[Claim] = []
    records = {}
    for model, downloads, said in sorted(rows):
        places = []
        for source, architectures, model_type in said:
            claim = Claim(
                source=names.index(source),
                path=f"{source}.py",
                architectures=tuple(sorted((architectures or "").split())),
                model_type=model_type,
                by="its type" if source == "listed" else None,
            )
            if claim not in claims:
                claims.append(claim)
            places.append(claims.index(claim))
        records[model] = [downloads, *places]
    sources = tuple(
        IndexSource(
            package=name, version="1.0", date=None, file=f"{name}.whl", sha256=None, attests=attests, ids=0
        )
        for name, attests in _SOURCES
    )
    return ModelIndex(tool="0", sources=sources, claims=tuple(claims), records=records)
