"""The Hub's list of models, page by page, most downloaded first.

The client's ``list_models`` gives models only: not where one page ends, nor how to go on from there in another run. So
pages are asked for here, through the client's own session, with its headers and its token.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from archtrack.core.parsing import parse_json
from archtrack.errors import HubDownError
from archtrack.sources.address import parse_address

from .client import ADVICE, ask, failure, hub_client, unwarned

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Answer

__all__ = ["FIRST", "PAGE", "Page", "StaleCursorError", "fetch_page", "hub_endpoint"]

PAGE = 1000
"""Models that are asked for at once: as many as the Hub gives."""

FIRST = urlencode(
    (
        ("sort", "downloads"),
        ("direction", "-1"),
        ("limit", PAGE),
        ("expand", "config"),
        ("expand", "downloads"),
    )
)
"""What is asked of the first page; the Hub says what to ask of the next one."""

_WHAT = "the list of models"
_TIMEOUT_SECONDS = 60
_TRIES = 5
_PATIENCE = 300.0  # seconds: who is told to wait for longer does so without a process that sleeps
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK, _REFUSED = 200, frozenset({401, 403})
_NO_SUCH = frozenset({400, 404, 410, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list.

    Attributes:
        models: as the Hub gives them; whoever takes them looks whether they make sense.
        following: what to ask of the next page; None for the last one.
    """

    models: list[Any]
    following: str | None


class StaleCursorError(HubDownError):
    """The Hub does not know a page that it named before."""


def hub_endpoint() -> str:
    """The address of the Hub, as its client has it (``HF_ENDPOINT``)."""
    return str(hub_client(_WHAT).constants.ENDPOINT)


def fetch_page(query: str, *, endpoint: str, wait: Callable[[float, str], object]) -> Page:
    """One page, asked for again where the Hub is busy or the connection breaks.

    Args:
        query: ``FIRST``, or what the page before said.
        endpoint: address of the Hub. The next page is asked for there, too, whatever host its link names: so no
            token goes to another one, and a mirror stays one.
        wait: told to sleep so many seconds, and why.

    Raises:
        StaleCursorError: the Hub does not know the page; the list has to be begun anew.
        HubDownError: there is none to be had; the message says why.
    """
    client = hub_client(_WHAT)
    problem, seconds = "", 1.0
    for turn in range(_TRIES):
        if turn:
            if seconds > _PATIENCE:
                raise HubDownError(f"{_WHAT}: {problem}; try again in {seconds:.0f} s")
            wait(seconds, f"{_WHAT}: {problem}; trying again in {seconds:.0f} s")
        seconds = 2.0**turn
        try:
            with unwarned():
                answer = ask(client, _WHAT, f"{endpoint}/api/models?{query}", timeout=_TIMEOUT_SECONDS)
            status = answer.status
            if status == _OK:
                return _page(answer, query)
        except HubDownError:
            raise
        except Exception as error:  # noqa: BLE001 -- its classes depend on what the client is built on
            problem = f"cannot ask the Hub: {failure(error)}"
            continue
        if status in _NO_SUCH and query != FIRST:
            raise StaleCursorError(f"{_WHAT}: {_refusal(status)}")
        if status not in _BUSY:
            raise HubDownError(f"{_WHAT}: {_refusal(status)}")
        problem = f"the Hub answers {status}"
        seconds = _asked_for(answer.headers, seconds)
    raise HubDownError(f"{_WHAT}: {problem}, {_TRIES} times; {ADVICE}")


def _page(answer: Answer, query: str) -> Page:
    """The page in an answer; a ValueError where it was cut off."""
    models = parse_json(answer.body)
    if not isinstance(models, list):
        raise HubDownError(f"{_WHAT}: the answer is not a list; check HF_ENDPOINT")
    link = answer.links.get("next", {}).get("url")
    following = parse_address(link).query if link else None
    if following == query or (following and not models):
        raise HubDownError(f"{_WHAT}: the Hub sends the same page again; try again later")
    return Page(models=models, following=following or None)


def _refusal(status: int) -> str:
    if status in _REFUSED:
        return f"the Hub refuses ({status}); check HF_TOKEN, or unset it"
    return f"the Hub answers {status}; check HF_ENDPOINT"


def _asked_for(headers: Any, otherwise: float) -> float:
    """Seconds that the Hub asks to wait, in one of the ways in which it does."""
    text = str(headers.get("retry-after") or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    with suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())
    limit = re.search(r"\bt=(\d{1,9})\b", str(headers.get("ratelimit") or ""))
    return float(limit[1]) if limit else otherwise
