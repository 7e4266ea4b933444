"""``archtrack lint``: a document's own consistency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archtrack.app import track
from archtrack.documents import lint_document
from archtrack.render.terminal import plain

from ._options import document_option, examples, format_option, source_options, start

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.core.lint import Finding

__all__ = ["command"]


@click.command(
    "lint",
    short_help="Check the document's own consistency, and mend it.",
    epilog=examples(
        "archtrack lint",
        "archtrack lint --fix",
        "archtrack lint --sglang latest --format github",
    ),
)
@document_option
@source_options
@click.option("--fix", is_flag=True, help="Put right what is mechanical: order, counts, rows written twice.")
@format_option("text", "json", "github")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option
    ctx: click.Context,
    *,
    doc: Path | None,
    sglang: str | None,
    transformers: str | None,
    external: str | None,
    disabled: str | None,
    form: str,
    fix: bool,
    offline: bool,
) -> None:
    """Check the document: rows twice or in two sections, wrong order, stale counts, unknown columns.

    Reads no source unless --sglang or --transformers names one; then the rows are held against it as well. Exits 1
    if anything is found (with --fix: if anything is left).
    """
    begun = start(
        doc=doc,
        sglang=sglang,
        transformers=transformers,
        external=external,
        disabled=disabled,
        offline=offline,
    )
    tracked = track(begun.request, begun.settings, begun.workspace) if sglang or transformers else None
    findings, written = lint_document(begun.document, tracked, begun.workspace, fix=fix)
    if form == "json":
        _print_json(begun.document, findings, written=written)
    elif form == "github":
        from archtrack.render.github import annotation, checkout_root, document_path  # noqa: PLC0415 -- one form of three

        path = document_path(begun.document, checkout_root(begun.workspace.environ, begun.workspace.folder))
        for each in findings:
            click.echo(
                annotation("warning", each.message, title=f"lint {each.code}", path=path, line=each.line)
            )
    else:
        for each in findings:
            hint = "  [--fix]" if each.fixable and not fix else ""
            place = f"{begun.document}:{each.line}" if each.line else begun.document
            click.echo(plain(f"{place}: {each.code}: {each.message}{hint}"))
        count = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
        click.echo(plain(f"{begun.document}: {count}{' left, the rest fixed' if written else ''}"))
    ctx.exit(1 if findings else 0)


def _print_json(document: Path, findings: tuple[Finding, ...], *, written: bool) -> None:
    from archtrack.codec import SCHEMA_VERSION  # noqa: PLC0415 -- one form of three
    from archtrack.render.json import print_json  # noqa: PLC0415 -- as above

    print_json(
        {
            "schema_version": SCHEMA_VERSION,
            "document": str(document),
            "written": written,
            "findings": [
                {"line": each.line, "code": each.code, "message": each.message, "fixable": each.fixable}
                for each in findings
            ],
        }
    )
