"""Vega-Lite specifications as SVG and PNG, drawn in a process of their own.

The library that draws holds the interpreter's lock while it does, for a quarter of a second at times, and keeps
100 MB. A worker that answers estimates therefore hands its drawings to a child, which it starts at the first one:
``python -m costsvc.drawing`` reads jobs from its input, writes drawings to its output, and ends when its input does,
which is also when its worker is killed.
"""

import os
import re
import struct
import subprocess
import sys
import threading
from functools import lru_cache
from typing import IO, Any, Literal
from xml.sax.saxutils import escape

import orjson

from costsvc.errors import BusyError

Spec = dict[str, Any]
Form = Literal["svg", "png"]
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's, which colour-blind readers tell apart."""
VERSION = "6.1"
"""Of Vega-Lite."""
SHARPNESS = 2.0
"""Pixels of a PNG for each of the specification."""
WAITING = 8
"""Requests of a worker that may wait for a drawing: all figures of one page. Its other threads are for estimates."""
RECYCLED = 1000
"""Drawings after which a child makes way for a fresh one. Its memory levels off at 150 MB after 20, so this is a
precaution, and seldom enough for the second that a fresh one takes not to matter."""
PATIENCE_S = 20.0
"""After which a child that has not drawn is ended; the first drawing takes 1 s, any other less."""
KEPT = 64
"""Finished drawings that a worker keeps."""
LENGTH = struct.Struct(">I")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no SVG can hold: the library ends its process over one, and names may be anything."""


def drawn(spec: Spec, form: Form) -> bytes:
    """A drawing, made here and now.

    Args:
        spec: A Vega-Lite specification.
        form: What it is drawn as.
    """
    import vl_convert  # noqa: PLC0415 - 100 MB that only those who draw need

    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, vl_version=VERSION, scale=SHARPNESS))
    svg = str(vl_convert.vegalite_to_svg(spec, vl_version=VERSION))
    return _described(svg, spec.get("description", "")).encode()


def _described(svg: str, text: str) -> str:
    """A drawing that says what it shows; the library leaves that out."""
    return svg.replace(">", f"><desc>{escape(text)}</desc>", 1) if text else svg


class Artist:
    """Has drawings made by a child process, one at a time. May be made before a fork: its child comes at the first."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(WAITING)
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._kept = lru_cache(maxsize=KEPT)(self._draw)

    def draw(self, spec: Spec, form: Form) -> bytes:
        """A drawing.

        Args:
            spec: A Vega-Lite specification.
            form: What it is drawn as.

        Raises:
            BusyError: If too many wait for one already.
        """
        return self._kept(orjson.dumps({"spec": _writable(spec), "form": form}))

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            child, self._child = self._child, None
            child.communicate()

    @property
    def pid(self) -> int | None:
        """The child, where there is one."""
        return self._child.pid if self._child else None

    def _draw(self, job: bytes) -> bytes:
        if not self._room.acquire(blocking=False):
            raise BusyError
        try:
            with self._turn:
                return self._asked(job) or self._asked(job, again=True)
        finally:
            self._room.release()

    def _asked(self, job: bytes, *, again: bool = False) -> bytes:
        """The child's drawing; nothing where the child has died, unless that is the second time."""
        child = self._ready()
        assert child.stdin is not None  # noqa: S101 - it is a pipe, see _ready
        assert child.stdout is not None  # noqa: S101 - as above
        end = threading.Timer(PATIENCE_S, child.kill)
        end.start()
        try:
            _write(child.stdin, job)
            found = _read(child.stdout)
        except BrokenPipeError:
            found = b""
        finally:
            end.cancel()
        if not found:
            self.close()
            if again:
                raise RuntimeError("The drawing process died twice over one drawing.")
        self._made += 1
        return found

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._made >= RECYCLED:
            self.close()
        if self._child is None:
            self._made = 0
            self._child = subprocess.Popen(
                [sys.executable, "-m", "costsvc.drawing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # a key that interrupts the server must not end a drawing that it waits for
            )
        return self._child


def main() -> None:
    """Draw what the input asks for until it ends."""
    jobs, drawings = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints must not end up in a drawing
    while job := _read(jobs):
        _write(drawings, drawn(**orjson.loads(job)))


def _writable(part: Any) -> Any:
    """A part of a specification without the characters that no SVG can hold."""
    if isinstance(part, str):
        return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", part)
    if isinstance(part, dict):
        return {name: _writable(inner) for name, inner in part.items()}
    if isinstance(part, list | tuple):
        return [_writable(inner) for inner in part]
    return part


def _read(stream: IO[bytes]) -> bytes:
    """The next frame; nothing at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else b""


def _write(stream: IO[bytes], body: bytes) -> None:
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
