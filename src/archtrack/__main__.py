"""The ``archtrack`` command: runs a verb and turns errors into one line and an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys

TYPE_CHECKING = False  # as in `typing`: what takes long to import is imported where Ctrl-C is waited for
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

__all__ = ["main"]

_INTERRUPTED = 130  # 128 + SIGINT, as shells count
_OUTPUT_LOST = 5
_FAULT = 70  # EX_SOFTWARE of sysexits.h
_SOON = 0.001  # seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Args:
        arguments: without the program's name; those of the process by default.
    """
    heard = _Interrupts(last=arguments is None)
    try:
        with heard:
            try:
                return _run(arguments)
            except (Exception, SystemExit) as error:  # noqa: BLE001 -- the last frame: a fault must not look like "something to do"
                return _INTERRUPTED if heard.came else _ended(error, arguments)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BaseException:
        if heard.came:
            return _INTERRUPTED
        raise


class _Interrupts:
    """Notes a Ctrl-C, whatever becomes of the exception that it raises.

    Python and libraries make something else of a ``KeyboardInterrupt`` that meets them at the wrong moment: the
    compiler a ``SyntaxError``, DuckDB a ``RuntimeError``. Where none gets through at all, it is raised anew.

    Attributes:
        came: whether there was one.
    """

    def __init__(self, *, last: bool) -> None:
        """Listen to nothing yet.

        Args:
            last: the process ends with the run: a Ctrl-C after it ends the process at once, without a word.
        """
        self.came = False
        self._handing_on = False
        self._last = last
        self._shown = sys.unraisablehook

    def __enter__(self) -> None:
        import signal

        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return  # whoever started it wants it otherwise
        try:
            signal.signal(signal.SIGINT, self._hear)
        except ValueError:  # a thread beside the main one hears of no signal
            return
        self._shown, sys.unraisablehook = sys.unraisablehook, self._unheard

    def __exit__(self, *_: object) -> None:
        import signal

        if sys.unraisablehook == self._unheard:
            sys.unraisablehook = self._shown
        if signal.getsignal(signal.SIGINT) == self._hear:
            signal.signal(signal.SIGINT, signal.SIG_DFL if self._last else signal.default_int_handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        if not self._handing_on:  # there it would be lost; the one that is handed on is still to come
            raise KeyboardInterrupt

    def _unheard(self, lost: sys.UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            self._shown(lost)
            return
        self._handing_on = True
        try:
            from threading import Thread

            Thread(target=self._send_again).start()
        finally:
            self._handing_on = False

    def _send_again(self) -> None:
        """Interrupt once more, a moment later: what runs now, such as a destructor, cannot be."""
        import signal
        from threading import main_thread
        from time import sleep

        sleep(_SOON)
        while self._handing_on:  # a busy machine may take longer over it
            sleep(_SOON)
        thread = main_thread().ident
        if sys.platform == "win32" or thread is None:
            signal.raise_signal(signal.SIGINT)
        else:
            signal.pthread_kill(thread, signal.SIGINT)


def _run(arguments: Sequence[str] | None) -> int:
    _open_streams()
    from archtrack.cli import archtrack

    # A short run makes many values that live to its end; looking for cycles among them is wasted.
    gc.disable()
    _accept_any_text()
    code = archtrack.main(args=arguments, prog_name="archtrack", standalone_mode=False)
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _ended(error: BaseException, arguments: Sequence[str] | None) -> int:
    """Say why a run ended; returns the exit code."""
    code, words = _told(error, arguments)
    try:
        sys.stderr.write(words)
        sys.stderr.flush()
    except OSError:  # nobody listens
        pass
    return code


def _told(error: BaseException, arguments: Sequence[str] | None) -> tuple[int, str]:
    """The exit code that an error means, and what is said of it."""
    import click

    from archtrack.errors import ArchtrackError
    from archtrack.render.terminal import plain

    if isinstance(error, click.exceptions.Abort):
        return _INTERRUPTED, ""
    if isinstance(error, click.ClickException):
        said = io.StringIO()
        error.show(said)
        return error.exit_code, _shown(said.getvalue(), arguments)
    if isinstance(error, ArchtrackError):
        return error.exit_code, plain(f"archtrack: error: {_shown(str(error), arguments)}") + "\n"
    if isinstance(error, BrokenPipeError | SystemExit):
        # The reader has left (`archtrack list | head`), which click turns into an exit: nothing more to say.
        _forget_output()
        return 0, ""
    if isinstance(error, OSError) and _is_output(error):
        _forget_output()
        return _OUTPUT_LOST, f"archtrack: error: cannot write the output: {error.strerror}\n"
    from traceback import format_exception

    lines = "".join(format_exception(type(error), error, error.__traceback__))
    return (
        _FAULT,
        f"{lines}archtrack: this is a bug in archtrack; please report it with the lines above\n",
    )


def _open_streams() -> None:
    """Give a stream that the caller has closed (`>&-`, `<&-`) somewhere to go, or nothing to come from."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 -- for the whole run


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
