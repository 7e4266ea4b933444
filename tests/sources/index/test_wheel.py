from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from itertools import pairwise

import index_servers as servers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.errors import SourceError
from archtrack.sources.index.wheel import WheelReader, merge_spans, take_whole

BODY = b"class A: pass\n" * 50


def survey(blob: bytes) -> tuple[list[str], list[str]]:
    """The names in a wheel, and what was left out."""
    members, problems = WheelReader("demo.whl", lambda: io.BytesIO(blob)).survey()
    return [member.name for member in members], problems


def read(blob: bytes, *names: str) -> dict[str, bytes]:
    """The members of these names, or all of them."""
    reader = WheelReader("demo.whl", lambda: io.BytesIO(blob))
    return reader.read([member for member in reader.survey()[0] if member.name in names or not names])


def zipped(files, method=zipfile.ZIP_DEFLATED) -> bytes:
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return blob.getvalue()


def patched(
    blob: bytes, *, local: dict[int, bytes] | None = None, table: dict[int, bytes] | None = None
) -> bytes:
    """The zip file with bytes replaced in the first member's local header and its line in the table."""
    out = bytearray(blob)
    at = out.index(b"PK\x01\x02")
    for start, changes in ((0, local or {}), (at, table or {})):
        for offset, new in changes.items():
            out[start + offset : start + offset + len(new)] = new
    return bytes(out)


def u16(number: int) -> bytes:
    return struct.pack("<H", number)


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


ONE = zipped({"demo/a.py": BODY})
STORED = zipped({"demo/a.py": BODY}, zipfile.ZIP_STORED)
BOMB = zipped({"demo/a.py": bytes(30_000_000)})


@pytest.mark.parametrize(
    "blob", [ONE, STORED, b"#!/bin/sh\n" + ONE], ids=["deflated", "stored", "with a head"]
)
def test_a_sound_member_is_read(blob):
    assert read(blob) == {"demo/a.py": BODY}


def test_a_local_header_longer_than_the_table_says_is_read():
    assert read(servers.make_wheel({"demo/a.py": BODY}), "demo/a.py") == {"demo/a.py": BODY}


def test_zip64_and_an_archive_comment_are_read():
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("demo/a.py", "w", force_zip64=True) as stream:
            stream.write(BODY)
        archive.comment = b"built on a Tuesday"
    assert read(blob.getvalue()) == {"demo/a.py": BODY}


# Offsets: local header 6 flags, 8 method, 14 CRC, 30 name; table 8 flags, 10 method, 16 CRC, 20 packed, 24 size.
DAMAGED = [
    ("wrong CRC", ONE, {}, {16: u32(1)}, "wrong CRC; run again"),
    ("wrong CRC, stored", STORED, {}, {16: u32(1)}, "wrong CRC; run again"),
    ("larger than declared", ONE, {}, {24: u32(699)}, r"has another size than declared \(699 bytes\)"),
    ("smaller than declared", ONE, {}, {24: u32(len(BODY) + 1)}, "has another size than declared"),
    ("stored, other size", STORED, {}, {24: u32(len(BODY) + 1)}, "has another size than declared"),
    ("more packed bytes than fit", ONE, {}, {20: u32(9999)}, "overlaps another member"),
    ("cut off data", ONE, {}, {20: u32(5)}, "is damaged .it ends too early."),
    ("encrypted", ONE, {6: u16(1)}, {8: u16(1)}, "is encrypted and cannot be read"),
    ("encrypted in the member only", ONE, {6: u16(1)}, {}, "its header is damaged"),
    ("bzip2", ONE, {8: u16(12)}, {10: u16(12)}, "is packed with method 12"),
    ("method differs", ONE, {8: u16(0)}, {}, "its header is damaged"),
    ("no header", ONE, {0: b"XXXX"}, {}, "its header is damaged"),
    ("other name inside", ONE, {30: b"demo/b.py"}, {}, "has another name inside the file"),
    ("damaged data", ONE, {39: b"\xff\xff\xff\xff"}, {}, "is damaged"),
    ("packed without end", ONE, {}, {20: u32(2**32 - 2)}, "packed are more than its size can need"),
    ("65 MB declared", ONE, {}, {24: u32(65 * 1024**2)}, "are more than a source file can have"),
    ("60 MB declared", ONE, {}, {24: u32(60 * 1024**2)}, "a zip bomb, not read"),
    ("a real bomb", BOMB, {}, {}, "a zip bomb, not read"),
    ("a bomb that lies", BOMB, {}, {24: u32(1000)}, "another size than declared"),
]


@pytest.mark.parametrize(
    ("blob", "local", "table", "message"), [row[1:] for row in DAMAGED], ids=[row[0] for row in DAMAGED]
)
def test_a_damaged_or_hostile_member_is_refused(blob, local, table, message):
    blob = patched(blob, local=local, table=table)
    assert survey(blob) == (["demo/a.py"], [])
    with pytest.raises(SourceError, match=message) as caught:
        read(blob)
    assert str(caught.value).startswith("demo.whl: demo/a.py: ")


def test_a_bad_member_does_no_harm_to_the_others():
    files = {"demo/a.py": BODY, "demo/b.py": b"x = 1\n"}
    assert read(patched(zipped(files), table={16: u32(1)}), "demo/b.py") == {"demo/b.py": b"x = 1\n"}


ODD = [
    ("/etc/passwd", "is an absolute path"),
    ("C:/autoexec.bat", "is an absolute path"),
    ("demo/../../a.py", "leads out of the archive"),
    ("./demo/a.py", "leads out of the archive"),
    ("demo//a.py", "leads out of the archive"),
    ("demo\\a.py", "holds a backslash"),
    ("demo/\x1b[31m.py", "is not a file name"),
]


@pytest.mark.parametrize(("name", "reason"), ODD)
def test_an_odd_name_is_left_out_and_told(name, reason):
    names, (problem,) = survey(zipped({"demo/a.py": b"", name: b"x"}))
    assert names == ["demo/a.py"]
    assert problem == f"{name!r} {problem.removeprefix(f'{name!r} ')}"
    assert reason in problem


def test_two_members_of_one_name_are_both_left_out():
    blob = zipped({"demo/a.py": b"1", "demo/b.py": b"2", "demo/c.py": b"3"})
    assert survey(blob.replace(b"demo/c.py", b"demo/a.py")) == (
        ["demo/b.py"],
        ["'demo/a.py' is there 2 times; left out"],
    )


def test_folders_are_left_out_without_a_word_and_links_with_one():
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        archive.writestr("demo/", b"")
        link = zipfile.ZipInfo("demo/link.py")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("demo/a.py", b"")
    assert survey(blob.getvalue()) == (["demo/a.py"], ["'demo/link.py' is a symbolic link; left out"])


NO_ZIP = {
    "empty": b"",
    "text": b"not a zip file",
    "cut": ONE[:-30],
    "half": ONE[: len(ONE) // 2],
    "no table": patched(ONE, table={0: b"XX"}),
    "nonsense": b"PK\x05\x06" + b"\xff" * 18,
}


@pytest.mark.parametrize("blob", NO_ZIP.values(), ids=NO_ZIP)
def test_what_is_no_zip_file_is_one_clear_line(blob):
    with pytest.raises(SourceError, match=r"demo.whl: not a readable zip .*choose another release") as caught:
        survey(blob)
    assert "\n" not in str(caught.value)


def with_zip64(places: dict[str, int]) -> bytes:
    """A zip file with the sizes and places of the zip64 extension, some of which are not what they are."""
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        info = zipfile.ZipInfo("demo/a.py")
        archive.writestr(info, BODY)
    whole = blob.getvalue()
    at = whole.index(b"PK\x01\x02")
    told = {"size": len(BODY), "packed": len(BODY), "offset": 0, **places}
    extra = struct.pack("<HHQQQ", 1, 24, told["size"], told["packed"], told["offset"])
    entry = bytearray(whole[at : at + 46 + 9])
    entry[20:28], entry[30:32], entry[42:46] = b"\xff" * 8, u16(len(extra)), b"\xff" * 4
    table = bytes(entry) + extra
    end = {"table": len(table), "start": at, "entries": 1, **places}
    record = struct.pack(
        "<4sQ2H2L4Q",
        b"PK\x06\x06",
        44,
        45,
        45,
        0,
        0,
        end["entries"],
        end["entries"],
        end["table"],
        end["start"],
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at + len(table), 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return whole[:at] + table + record + locator + last


def test_the_zip64_extension_is_read():
    assert read(with_zip64({})) == {"demo/a.py": BODY}


@pytest.mark.parametrize("place", ["size", "packed", "offset", "table", "start", "entries"])
@pytest.mark.parametrize("number", [2**64 - 1, 2**63, 2**63 - 1, 2**33])
def test_a_zip64_size_that_lies_is_one_clear_line(place, number):
    if place in {"entries", "start"}:  # nobody needs them
        with suppress(SourceError):
            assert read(with_zip64({place: number})) == {"demo/a.py": BODY}
        return
    with pytest.raises(SourceError, match=r"\Ademo.whl: .*\Z"):
        read(with_zip64({place: number}))


def test_a_table_of_contents_without_end_is_one_clear_line():
    size = 17 * 1024**2
    with pytest.raises(SourceError, match="its table of contents is too large"):
        survey(bytes(size) + with_zip64({"table": size, "start": 0}))


@given(st.data())
def test_a_zip_file_with_random_damage_gives_its_bytes_or_a_source_error(data):
    files = {"demo/a.py": BODY, "demo/b.py": b"y = 2\n"}
    blob = bytearray(zipped(files))
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), min_size=1, max_size=4)):
        blob[at] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(blob), *files)
    except SourceError:
        return
    assert all(files[name] == body for name, body in found.items())


def test_ten_thousand_entries_are_read():
    files = {f"demo/m{n:05}.py": b"%d" % n for n in range(10_000)}
    assert read(zipped(files, zipfile.ZIP_STORED)) == files


# -- which spans to fetch --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extents", "spans"),
    [
        ([], []),
        ([(5, 9)], [(5, 9)]),
        ([(0, 1), (1, 2)], [(0, 2)]),
        ([(20, 30), (0, 10)], [(0, 30)]),
        ([(0, 10), (21, 30)], [(0, 10), (21, 30)]),
        ([(0, 1), (100, 101), (150, 151), (300, 301)], [(0, 1), (100, 151), (300, 301)]),
        ([(0, 50), (10, 20), (61, 62)], [(0, 50), (61, 62)]),
    ],
)
def test_spans_are_parted_at_the_widest_gaps(extents, spans):
    assert merge_spans(extents, gap=10, most=3) == spans


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 500)), max_size=40), st.integers(1, 5))
def test_spans_cover_everything_are_few_and_do_not_touch(pairs, most):
    extents = [(start, start + length) for start, length in pairs]
    spans = merge_spans(extents, gap=20, most=most)
    assert len(spans) <= most
    assert all(any(a <= start and end <= b for a, b in spans) for start, end in extents)
    assert all(after[0] - before[1] > 20 for before, after in pairwise(spans))
    ends = {end for pair in extents for end in pair}
    assert all(a in ends and b in ends for a, b in spans)


@pytest.mark.parametrize(
    ("wanted", "spans", "size", "spent", "whole"),
    [
        (1_900_000, [(0, 1_950_000)], 37_750_000, 760_000, False),  # SGLang 0.5.23
        (7_300_000, [(0, 11_640_000)], 13_340_000, 280_000, False),  # transformers 5.23.0: over the budget
        (6_500_000, [(0, 10_000_000)], 12_000_000, 250_000, True),  # more than half, within it
        (5_900_000, [(0, 10_000_000)], 12_000_000, 250_000, False),  # not quite half
        (1_000, [(0, 91_000)], 100_000, 0, True),  # little, but all over the file
        (30_000_000, [(0, 31_000_000)], 33_000_000, 0, True),  # nearly all of a large one
        (1_000, [(0, 135_000_000)], 400_000_000, 0, True),  # more than memory is for
    ],
)
def test_the_whole_file_is_taken_when_pieces_save_little(wanted, spans, size, spent, whole):
    assert take_whole(wanted, spans, size, spent) is whole
