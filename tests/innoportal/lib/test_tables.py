import io
import tracemalloc
import zipfile
from contextlib import closing
from datetime import datetime

import openpyxl
import pytest

from innoportal.lib.tables import Unreadable, open_table

MB = 2**20
TEXT = "id,title_zh\n1,及早發現升降機故障，減少停機時間\n2,監察斜坡及擋土牆的安全\n"


def read(path, max_bytes=MB):
    table = open_table(path, max_bytes=max_bytes)
    with closing(table):
        return table, list(table.rows)


def written(tmp_path, content, name="rows.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("big5", "big5hkscs"),
        ("big5hkscs", "big5hkscs"),
    ],
)
def test_the_encodings_of_hong_kong_are_known_and_read_right(tmp_path, encoding, said):
    text = TEXT.replace("監察", "啲嘢") if encoding == "big5hkscs" else TEXT
    table, rows = read(written(tmp_path, text.encode(encoding)))
    assert table.encoding == said
    assert [row.values["title_zh"] for row in rows] == [line.split(",")[1] for line in text.splitlines()[1:]]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,title_zh\n1,及早发现升降机故障，减少停机时间\n2,监察斜坡的安全情况并发出警报\n", "gb18030"),
        ("id,title_en\n1,Café façade déjà vu – naïve coöperation\n", "cp1252"),
        ("id,title_zh\n1,エレベーターの故障を早く見つける\n", "shift_jis"),
        ("id,title_zh\n1,엘리베이터 고장을 빨리 찾기\n", "euc_kr"),
    ],
)
def test_other_encodings_are_refused_and_not_guessed(tmp_path, text, encoding):
    with pytest.raises(Unreadable, match="Save it as UTF-8"):
        read(written(tmp_path, text.encode(encoding)))


def test_a_byte_order_mark_that_lies_is_said(tmp_path):
    with pytest.raises(Unreadable, match="says that it is utf-8-sig"):
        read(written(tmp_path, b"\xef\xbb\xbfid\n\xff\xfe"))


def test_a_wrong_byte_far_behind_the_beginning_is_found(tmp_path):
    with pytest.raises(Unreadable):
        read(written(tmp_path, b"id,title_en\n" + b"1,plain\n" * 200_000 + b"2,\xff\xff\n"), max_bytes=9 * MB)


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
def test_commas_semicolons_and_tabs_part_columns(tmp_path, name, mark):
    _table, rows = read(written(tmp_path, f"id{mark}title_en\n1{mark}Lifts\n", name))
    assert rows[0].values == {"id": "1", "title_en": "Lifts"}


def test_lines_are_counted_as_an_editor_shows_them(tmp_path):
    _table, rows = read(written(tmp_path, 'id,title_en\n1,"two\nlines"\n\n2,one\n'))
    assert [row.line for row in rows] == [2, 5]


def test_a_row_with_too_many_or_too_few_cells_is_an_error_of_that_row(tmp_path):
    _table, rows = read(written(tmp_path, "id,title_en\n1\n2,b,c\n3,d,\n"))
    assert [bool(row.error) for row in rows] == [True, True, False]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "no column names"),
        (b"id,,title_en\n1,2,3\n", "Column 2 has no name"),
        (b"id,ID\n1,2\n", "stand twice: id"),
        (b'id,title_en\n1,"never closed\n', "Line 2"),
        (b"PK\x03\x04rest", "workbook"),
    ],
)
def test_a_file_that_cannot_be_a_table_says_why(tmp_path, content, message):
    with pytest.raises(Unreadable, match=message):
        read(written(tmp_path, content))


def test_a_missing_file_a_folder_and_an_unknown_ending_say_so(tmp_path):
    for path, message in (
        (tmp_path / "none.csv", "No such file"),
        (tmp_path, "folder"),
        (written(tmp_path, b"x", "a.xls"), "not known"),
    ):
        with pytest.raises(Unreadable, match=message):
            read(path)


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as large:
        large.truncate(200 * MB)
    with pytest.raises(Unreadable, match="200 MB and at most 100 MB"):
        read(path, max_bytes=100 * MB)


def test_json_lines_give_a_row_each_and_their_errors_alone(tmp_path):
    content = '{"ID": "1", "Title EN": "Lifts"}\n\nnot json\n[1]\n{"id": "2"}\n' + "[" * 100_000 + "\n"
    table, rows = read(written(tmp_path, content, "a.jsonl"))
    assert table.columns is None
    assert [(row.line, bool(row.error)) for row in rows] == [
        (1, False),
        (3, True),
        (4, True),
        (5, False),
        (6, True),
    ]
    assert rows[0].values == {"id": "1", "title_en": "Lifts"}


def test_a_line_without_end_is_refused(tmp_path):
    path = written(tmp_path, b'{"id": "' + b"x" * (3 * MB), "a.jsonl")
    with pytest.raises(Unreadable, match="too long"):
        read(path, max_bytes=9 * MB)


def test_a_workbook_gives_its_first_sheet_with_values_as_they_are(tmp_path):
    book = openpyxl.Workbook()
    for row in (["ID", "Title EN", "Closes on"], [1, "Lifts", datetime(2026, 11, 21)], [], ["2", None, None]):  # noqa: DTZ001
        book.active.append(row)
    book.create_sheet("second")
    book.save(tmp_path / "a.xlsx")
    table, rows = read(tmp_path / "a.xlsx")
    assert table.sheets == 2
    assert [(row.line, list(row.values.values())) for row in rows] == [
        (2, [1, "Lifts", datetime(2026, 11, 21)]),  # noqa: DTZ001
        (4, ["2", None, None]),
    ]


def workbook_bytes():
    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.active.append(["1"])
    book.save(content)
    return content.getvalue()


def replaced(content, part, by):
    """A workbook with one of its parts exchanged."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, by if name == part else old.read(name))
    return result.getvalue()


@pytest.mark.parametrize("damage", ["text", "cut", "no sheet", "not xml"])
def test_a_broken_workbook_says_so_and_nothing_more(tmp_path, damage):
    whole = workbook_bytes()
    content = {
        "text": b"not a zip",
        "cut": whole[: len(whole) // 2],
        "no sheet": replaced(whole, "xl/workbook.xml", b"<x/>"),
        "not xml": replaced(whole, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
    }[damage]
    with pytest.raises(Unreadable, match="broken"):
        read(written(tmp_path, content, "a.xlsx"))


def test_a_workbook_with_entities_that_multiply_is_refused(tmp_path):
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    content = replaced(workbook_bytes(), "xl/worksheets/sheet1.xml", laughs)
    with pytest.raises(Unreadable, match="broken"):
        read(written(tmp_path, content, "a.xlsx"))


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    content = replaced(workbook_bytes(), "xl/worksheets/sheet1.xml", b" " * (60 * MB))
    assert len(content) < MB
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read(written(tmp_path, content, "a.xlsx"))


def test_a_large_file_is_read_in_a_small_memory(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("w") as large:
        large.write("id,title_en\n")
        for number in range(120_000):
            large.write(f"{number},{'x' * 250}\n")
    assert path.stat().st_size > 29 * MB
    tracemalloc.start()
    with closing(open_table(path, max_bytes=99 * MB)) as table:
        assert sum(1 for _row in table.rows) == 120_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MB
