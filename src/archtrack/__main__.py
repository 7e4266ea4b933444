"""The ``archtrack`` command: runs a verb and turns errors into one line and an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_INTERRUPTED = 130  # 128 + SIGINT, as shells count
_OUTPUT_LOST = 5
_FAULT = 70  # EX_SOFTWARE of sysexits.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: without the program's name; those of the process by default.
    """
    _open_streams()
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:  # noqa: BLE001 -- the last frame: a fault of archtrack must not look like "something to do"
        import traceback

        traceback.print_exc()
        sys.stderr.write(
            "archtrack: this is a fault of archtrack itself; please report it with the lines above\n"
        )
        return _FAULT


def _open_streams() -> None:
    """Give a stream that the caller has closed (`>&-`) somewhere to go."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 -- for the whole run


def _run(arguments: Sequence[str] | None) -> int:
    import click

    from archtrack.cli import archtrack
    from archtrack.errors import ArchtrackError
    from archtrack.render.terminal import plain

    # A short run makes many values that live to its end; looking for cycles among them is wasted.
    gc.disable()
    _accept_any_text()
    try:
        code = archtrack.main(args=arguments, prog_name="archtrack", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        click.echo(_shown(said.getvalue(), arguments), err=True, nl=False)
        return error.exit_code
    except ArchtrackError as error:
        click.echo(plain(f"archtrack: error: {_shown(str(error), arguments)}"), err=True)
        return error.exit_code
    except (BrokenPipeError, SystemExit):
        # The reader has left (`archtrack list | head`), which click turns into an exit: nothing more to say.
        _forget_output()
        return 0
    except OSError as error:
        if not _is_output(error):
            raise
        click.echo(f"archtrack: error: the output could not be written: {error.strerror}", err=True)
        _forget_output()
        return _OUTPUT_LOST
    return code if isinstance(code, int) else 0


def _accept_any_text() -> None:
    """A character that the terminal's encoding lacks is replaced, not an error."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _is_output(error: OSError) -> bool:
    """Whether it is the output that failed: every other file's errors are wrapped where the file is known."""
    import errno

    return error.filename is None and error.errno in {errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT}


def _forget_output() -> None:
    """Let the interpreter flush what is left into nothing at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _shown(message: str, arguments: Sequence[str] | None) -> str:
    """A message that may quote arguments as they are, with those that may be addresses as they may be shown."""
    from pathlib import Path

    from archtrack.sources.redaction import shown_argument

    for word in sys.argv[1:] if arguments is None else arguments:
        for text in (word, word.partition("=")[2]):
            if (shown := shown_argument(text)) != text:
                message = message.replace(text, shown).replace(str(Path(text)), shown)
    return message


if __name__ == "__main__":
    sys.exit(main())
