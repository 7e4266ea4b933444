"""Charts, drawn by matplotlib: architectures over time, and what people download. Needs the extra ``plot``."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from archtrack.core.history.growth import growth
from archtrack.errors import DocumentError, UsageError
from archtrack.model import Status

from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from archtrack.core.demand.ranking import Wanted
    from archtrack.core.history.history import History

__all__ = ["FORMATS", "MOST_BARS", "expect_plot", "plot_demand", "plot_growth"]

FORMATS = (".svg", ".png")
_WIDTH, _HEIGHT = 9.0, 5.0  # inches
_EPOCH = date(1970, 1, 1)  # matplotlib counts days since then
_STYLES = ("-", "--", "-.", ":")  # beside the colour: a chart may be printed in grey

# A colour and a pattern each, for the same reason.
_BARS = {
    Status.NATIVE: ("#4c9f70", ""),
    Status.UNIMPORTABLE: ("#b07aa1", "xx"),
    Status.FALLBACK: ("#5b8fc9", "//"),
    Status.REFUSED: ("#e08a3c", "\\\\"),
    Status.REMOTE_CODE: ("#c9b458", ".."),
    Status.UNSUPPORTED: ("#9c755f", "++"),
    Status.GONE: ("#8c8c8c", "--"),
    Status.UNSUPPORTED: ("#c8504f", "oo"),
    Status.UNKNOWN: ("#d9d9d9", "**"),
}
MOST_BARS = 100
"""Bars of one chart: more could not be read, and a picture has its limits."""

_NAME_LENGTH = 60  # of a bar's name


def expect_plot(path: Path) -> None:
    """Refuse a chart that cannot be drawn, before the work for it begins.

    Raises:
        UsageError: the file's name ends otherwise.
    """
    if path.suffix not in FORMATS:
        raise UsageError(f"--plot {path}: name a file that ends with {' or '.join(FORMATS)}")


def plot_growth(histories: Sequence[History], path: Path) -> None:
    """Draw the number of architectures per engine over time into a file.

    The same histories give the same bytes with the same matplotlib.

    Args:
        histories: of the engines, one line each.
        path: ends with ``.svg`` or ``.png``.

    Raises:
        UsageError: another ending.
        DocumentError: the file cannot be written.
    """
    with _chart(path, _HEIGHT) as axes:
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


def plot_demand(wanted: Sequence[Wanted], by: str, title: str, path: Path) -> None:
    """Draw a bar for each architecture into a file; arguments and errors as ``plot_growth``.

    Args:
        wanted: most wanted first; the first ``MOST_BARS`` are drawn.
        by: ``downloads`` or ``models``: what a bar's length is.
        title: above the chart.
        path: ends with ``.svg`` or ``.png``.
    """
    wanted = wanted[:MOST_BARS]
    with _chart(path, max(2.0, 1.2 + 0.25 * len(wanted))) as axes:
        for status, (color, hatch) in _BARS.items():
            found = [
                (place, each.counted) for place, each in enumerate(wanted) if each.answered.status is status
            ]
            if found:
                lengths = [each.downloads if by == "downloads" else each.models for _, each in found]
                places = [place for place, _ in found]
                axes.barh(places, lengths, color=color, hatch=hatch, edgecolor="white", label=status.value)
        axes.set_yticks(range(len(wanted)), [_bar_name(each.counted.name) for each in wanted])
        for label in axes.get_yticklabels():
            label.set_parse_math(False)  # a name is a stranger's text
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.set_xlabel(by)
        axes.set_title(plain(title), parse_math=False)
        axes.grid(visible=True, axis="x", alpha=0.3)
        axes.set_axisbelow(True)
        if wanted:
            axes.legend(loc="lower right")


@contextmanager
def _chart(path: Path, height: float) -> Iterator[Any]:
    """Axes to draw on; at the end the chart is written."""
    expect_plot(path)
    with mpl.rc_context({"svg.hashsalt": "archtrack", "svg.fonttype": "none"}):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        yield figure.add_subplot()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of characters that the font lacks: a name may have any
                figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
        except OSError as error:
            raise DocumentError(f"{path}: cannot be written: {error.strerror or error}") from error


def _bar_name(name: str) -> str:
    shown = plain(name)
    return shown if len(shown) <= _NAME_LENGTH else shown[: _NAME_LENGTH - 1] + "…"
