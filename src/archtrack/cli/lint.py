"""``archtrack lint``: a document's own consistency, and that of the overrides in the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archtrack.app import track
from archtrack.linting import lint_configuration, lint_document, lint_hub
from archtrack.render.terminal import plain

from ._options import day, document_option, examples, format_option, source_options, start

if TYPE_CHECKING:
    from archtrack.app import Track
    from archtrack.core.lint import Finding

    from ._options import Run

__all__ = ["command"]


@click.command(
    "lint",
    short_help="Check the document and the overrides, and mend what is mechanical.",
    epilog=examples(
        "archtrack lint",
        "archtrack lint --fix",
        "archtrack lint --sglang latest --format github",
        "archtrack lint --date 2027-01-01     which overrides will have expired by then",
    ),
)
@document_option
@source_options
@click.option("--fix", is_flag=True, help="Put right what is mechanical: order, counts, rows written twice.")
@click.option(
    "--hub",
    is_flag=True,
    help="Fetch the config of each example from the Hub, and say which ones do not name their architecture. Needs the "
    "extra `hub`.",
)
@click.option(
    "--date", "on", metavar="YYYY-MM-DD", help="The day by which overrides have expired or not. [today]"
)
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
    hub: bool,
    on: str | None,
    offline: bool,
) -> None:
    """Check the document: rows twice or in two sections, wrong order, stale counts, unknown columns.

    Check the configuration's overrides: redundant, expired, or for an architecture that is not there.

    Reads no source unless --sglang or --transformers names one, against which the rows are held as well, the
    configuration has overrides, or --hub is given. Exits 1 if anything is found (with --fix: if anything is left).
    """
    today = day(on)
    begun = start(
        doc=doc,
        sglang=sglang,
        transformers=transformers,
        external=external,
        disabled=disabled,
        offline=offline,
    )
    overridden: tuple[Finding, ...] = ()
    tracked: Track | None = None
    if begun.settings.overrides:
        overridden, tracked = lint_configuration(begun.request, begun.settings, begun.workspace, today)
    elif sglang or transformers or hub:
        tracked = track(begun.request, begun.settings, begun.workspace)
    findings, written = lint_document(
        begun.document,
        tracked if sglang or transformers else None,
        begun.workspace,
        fix=fix,
        columns=begun.settings.columns,
    )
    if hub and tracked is not None:
        findings = tuple(sorted((*findings, *lint_hub(begun.document, tracked, begun.workspace))))
    found = len(findings)
    findings = (*findings, *overridden)
    if form == "json":
        _print_json(begun.document, findings, written=written)
    elif form == "github":
        _print_annotations(begun, findings)
    else:
        for each in findings:
            hint = "  [--fix]" if each.fixable and not fix else ""
            path = each.path or begun.document
            place = f"{path}:{each.line}" if each.line else path
            click.echo(plain(f"{place}: {each.code}: {each.message}{hint}"))
        click.echo(plain(f"{begun.document}: {_counted(found)}{' left, the rest fixed' if written else ''}"))
        if begun.settings.overrides:
            click.echo(plain(f"{begun.settings.path}: {_counted(len(overridden))}"))
    ctx.exit(1 if findings else 0)


def _counted(findings: int) -> str:
    return f"{findings} finding{'' if findings == 1 else 's'}"


def _print_annotations(begun: Run, findings: tuple[Finding, ...]) -> None:
    from archtrack.render.github import annotation, checkout_root, document_path  # noqa: PLC0415 -- one form of three

    root = checkout_root(begun.workspace.environ, begun.workspace.folder)
    for each in findings:
        path = document_path(Path(each.path) if each.path else begun.document, root)
        click.echo(annotation("warning", each.message, title=f"lint {each.code}", path=path, line=each.line))


def _print_json(document: Path, findings: tuple[Finding, ...], *, written: bool) -> None:
    from archtrack.codec import SCHEMA_VERSION  # noqa: PLC0415 -- one form of three
    from archtrack.render.json import print_json  # noqa: PLC0415 -- as above

    print_json(
        {
            "schema_version": SCHEMA_VERSION,
            "document": str(document),
            "written": written,
            "findings": [
                {
                    "path": each.path or str(document),
                    "line": each.line,
                    "code": each.code,
                    "message": each.message,
                    "fixable": each.fixable,
                }
                for each in findings
            ],
        }
    )
