"""The chart of architectures over time, drawn by matplotlib (extra ``plot``)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from archtrack.core.growth import growth
from archtrack.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archtrack.core.history import History

__all__ = ["FORMATS", "plot_growth"]

FORMATS = (".svg", ".png")
_SIZE = (9.0, 5.0)  # inches
_EPOCH = date(1970, 1, 1)  # matplotlib counts days since then
_STYLES = ("-", "--", "-.", ":")  # beside the colour: a chart may be printed in grey


def plot_growth(histories: Sequence[History], path: Path) -> None:
    """Draw the number of architectures per engine over time into a file.

    The same histories give the same bytes with the same matplotlib.

    Args:
        histories: of the engines, one line each.
        path: ends with ``.svg`` or ``.png``.

    Raises:
        UsageError: another ending, or matplotlib is not installed.
        DocumentError: the file cannot be written.
    """
    if path.suffix not in FORMATS:
        raise UsageError(f"--plot {path}: the name has to end with {' or '.join(FORMATS)}")
    try:
        import matplotlib as mpl  # noqa: PLC0415 -- an extra, and slow to load
        from matplotlib.figure import Figure  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise UsageError("--plot needs matplotlib: pip install 'archtrack[plot]'") from error
    with mpl.rc_context({"svg.hashsalt": "archtrack", "svg.fonttype": "none"}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        for place, history in enumerate(histories):
            points = growth(history)
            if not points:
                continue
            axes.step(
                [(date.fromisoformat(day) - _EPOCH).days for day, _ in points],
                [count for _, count in points],
                where="post",
                linestyle=_STYLES[place % len(_STYLES)],
                label=history.engine,
            )
        axes.xaxis_date()
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set_ylabel("architectures (logarithmic)")
        axes.set_title("Architectures that each engine registers")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(loc="lower right")
        try:
            figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
        except OSError as error:
            raise DocumentError(f"{path}: cannot be written: {error.strerror or error}") from error
