"""``archtrack lint``: a document's own consistency, and that of the overrides in the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archtrack.core.wording import counted
from archtrack.render.terminal import plain, print_lines

from ._options import document_option, examples, format_option, source_options, start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.app.run import Run
    from archtrack.app.track import Track
    from archtrack.model import Finding

__all__ = ["SECTION", "command"]

SECTION = "track"


@click.command(
    "lint",
    short_help="Check the document and the overrides; --fix corrects what it can.",
    epilog=examples(
        "archtrack lint",
        "archtrack lint --fix",
        "archtrack lint --sglang latest --format github",
        "archtrack lint --date 2027-01-01     which overrides expire by then",
    ),
)
@document_option
@source_options
@click.option("--fix", is_flag=True, help="Correct the order, the counts and duplicate rows.")
@click.option(
    "--hub",
    is_flag=True,
    help="Fetch the config of each example from the Hub, and report those that do not name their architecture. Needs "
    "the extra `hub`.",
)
@click.option(
    "--date", "on", metavar="YYYY-MM-DD", help="Check which overrides have expired on this day. [today]"
)
@format_option("text", "json", "github")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    doc: Path | None,
    form: str,
    fix: bool,
    hub: bool,
    on: str | None,
    **sources: Any,
) -> None:
    """Check the document: duplicate rows, wrong order, stale counts, unknown columns, wrong examples.

    Also check the configured overrides: redundant, expired, or for an unknown architecture.

    archtrack reads sources only if --sglang or --transformers names one (it then compares the rows with them), if the
    configuration has overrides, or with --hub. Exits 1 if it finds anything (with --fix: if anything is left).
    """
    from archtrack.app.lint import lint_configuration, lint_document, lint_hub
    from archtrack.app.run import day
    from archtrack.app.track import track
    from archtrack.render.json import print_json

    today, begun = day(on), start(doc=doc, **sources)
    held = bool(sources["sglang"] or sources["transformers"])
    overridden: tuple[Finding, ...] = ()
    tracked: Track | None = None
    if begun.settings.overrides:
        overridden, tracked = lint_configuration(begun.request, begun.settings, begun.workspace, today)
    elif held or hub:
        tracked = track(begun.request, begun.settings, begun.workspace)
    findings, written = lint_document(
        begun.document,
        tracked if held else None,
        begun.workspace,
        fix=fix,
        columns=begun.settings.columns,
        known_elsewhere=begun.request.known_elsewhere,
        overrides=begun.settings.overrides,
    )
    if hub and tracked is not None:
        findings = tuple(sorted((*findings, *lint_hub(begun.document, tracked, begun.workspace))))
    found = len(findings)
    findings = (*findings, *overridden)
    if form == "json":
        print_json(_json(begun.document, findings, written=written))
    elif form == "github":
        print_lines(_annotations(begun, findings))
    else:
        for each in findings:
            hint = "  [--fix]" if each.fixable and not fix else ""
            path = each.path or begun.document
            place = f"{path}:{each.line}" if each.line else path
            click.echo(plain(f"{place}: {each.code}: {each.message}{hint}"))
        left = " left, the rest fixed" if written else ""
        click.echo(plain(f"{begun.document}: {counted(found, 'finding')}{left}"))
        if begun.settings.overrides:
            click.echo(plain(f"{begun.settings.path}: {counted(len(overridden), 'finding')}"))
    ctx.exit(1 if findings else 0)


def _annotations(begun: Run, findings: tuple[Finding, ...]) -> Iterator[str]:
    from archtrack.render.github import annotation, checkout_root, document_path

    root = checkout_root(begun.workspace.environ, begun.workspace.folder)
    for each in findings:
        path = document_path(Path(each.path) if each.path else begun.document, root)
        yield annotation("warning", each.message, title=f"lint {each.code}", path=path, line=each.line)


def _json(document: Path, findings: tuple[Finding, ...], *, written: bool) -> dict[str, Any]:
    listed = [
        {
            "path": each.path or str(document),
            "line": each.line,
            "code": each.code,
            "message": each.message,
            "fixable": each.fixable,
        }
        for each in findings
    ]
    return {"document": str(document), "written": written, "findings": listed}
