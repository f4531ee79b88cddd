"""Reading: CSV folders and .xlsx alike, every oddity of the files, and files that cannot be read at all."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest
from workbook_toy import TOY, changed, write_folder, write_xlsx

from optimizer.cells import records, settings
from optimizer.checks import check
from optimizer.findings import InputError
from optimizer.schema import SHEETS
from optimizer.workbook import MOST_ROWS, Uncalculated, read_workbook


def read_csv(tmp_path, name: str, text: str | bytes):
    """Read the toy with one file replaced."""
    folder = write_folder(tmp_path / "case")
    (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_workbook(folder)


# ---------------------------------------------------------------- both ways alike


def test_folder_and_xlsx_give_the_same_typed_rows_and_digest(tmp_path):
    folder, book = read_workbook(write_folder(tmp_path / "toy")), read_workbook(write_xlsx(tmp_path / "toy.xlsx"))
    assert folder.name == book.name == "toy"
    assert folder.sha256() == book.sha256()
    assert settings(folder) == settings(book)
    for sheet in [name for name in SHEETS if name != "Settings"]:  # A value there has the kind of its setting.
        left, right = list(records(folder, sheet)), list(records(book, sheet))
        assert [(row.row.number, row.values) for row in left] == [(row.row.number, row.values) for row in right]


def test_the_digest_follows_the_cells_and_nothing_else(tmp_path):
    digest = read_workbook(write_folder(tmp_path / "a")).sha256()
    assert read_workbook(write_folder(tmp_path / "b", changed({"Projects!E2": "1001"}))).sha256() != digest
    same = changed({"Projects!E2": "1000.0", "Countries!A9": "# a remark", "Routes!J1": "#scratch"})
    assert read_workbook(write_folder(tmp_path / "c", same)).sha256() == digest
    reordered = TOY | {"Ramps": [row[::-1] for row in TOY["Ramps"]]}
    assert read_workbook(write_folder(tmp_path / "d", reordered)).sha256() == digest


def test_booleans_of_excel_are_those_of_a_csv_file(tmp_path):
    path = write_xlsx(tmp_path / "toy.xlsx", changed({"Countries!C2": True, "Countries!C4": False}))
    folder = write_folder(tmp_path / "toy", changed({"Countries!C2": "TRUE", "Countries!C4": "FALSE"}))
    assert read_workbook(path).sha256() == read_workbook(folder).sha256()
    assert check(read_workbook(path)) == check(read_workbook(folder)) == []


# ---------------------------------------------------------------- what is not data


def test_remarks_blank_rows_and_scratch_are_skipped(tmp_path):
    case = changed({"Countries!A6": "# help", "Countries!B6": "text", "Countries!A8": "C", "Countries!B8": "Cland"})
    case = changed({"Countries!C8": "no", "Countries!H1": "_mine", "Countries!H2": "x", "_notes!A1": "x"}, base=case)
    folder = write_folder(tmp_path, case)
    (folder / "readme.txt").write_text("no sheet")
    workbook = read_workbook(folder)
    assert [row.number for row in workbook.table("Countries").rows] == [2, 3, 4, 8]
    assert "_mine" not in workbook.table("Countries").letters
    assert "_notes" not in workbook.tables
    assert workbook.findings == ()


def test_hidden_and_filtered_rows_and_sheets_count(tmp_path):
    path = write_xlsx(tmp_path / "toy.xlsx")
    book = openpyxl.load_workbook(path)
    book["Countries"].row_dimensions[3].hidden = True
    book["Ramps"].sheet_state = "hidden"
    book["Projects"].auto_filter.ref = "A1:Q7"
    book.save(path)
    assert read_workbook(path).sha256() == read_workbook(write_folder(tmp_path / "toy")).sha256()


def test_a_sheet_that_states_a_wrong_size_is_read_whole(tmp_path):
    """Some programs store A1 as the size of every sheet."""
    path, wrong = write_xlsx(tmp_path / "toy.xlsx"), tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(wrong, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name.startswith("xl/worksheets/"):
                head, tail = text.split(b'<dimension ref="', 1)
                text = head + b'<dimension ref="A1"' + tail[tail.index(b'"') + 1 :]
            target.writestr(name, text)
    assert read_workbook(wrong).sha256() == read_workbook(path).sha256()


# ---------------------------------------------------------------- formulas


def test_formulas_without_a_stored_value_are_told(tmp_path):
    path = write_xlsx(tmp_path / "toy.xlsx", changed({"Projects!E2": "=500+500", "Materials!E4": '=""'}))
    workbook = read_workbook(path)
    assert workbook.table("Projects").rows[0].cells["capacity_t_per_year"] == Uncalculated("=500+500")
    told = [(finding.code, finding.address, finding.read) for finding in check(workbook)]
    assert ("formula_not_calculated", "Projects!E2", "=500+500") in told


def test_formulas_with_a_stored_value_are_the_value(tmp_path):
    """A formula whose result is an empty text is a blank, and no fault."""
    path, stored = (
        write_xlsx(tmp_path / "toy.xlsx", changed({"Projects!E2": "=S", "Materials!E4": "=T"})),
        tmp_path / "s.xlsx",
    )
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(stored, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            text = text.replace(b'<c r="E2"><f>S</f><v /></c>', b'<c r="E2"><f>500+500</f><v>1000</v></c>')
            text = text.replace(b'<c r="E4"><f>T</f><v /></c>', b'<c r="E4" t="str"><f>""</f><v></v></c>')
            target.writestr(name, text)
    assert read_workbook(stored).sha256() == read_workbook(write_folder(tmp_path / "toy")).sha256()
    assert check(read_workbook(stored)) == []


# ---------------------------------------------------------------- forms of CSV


def test_byte_order_mark_and_windows_line_ends(tmp_path):
    text = b"\xef\xbb\xbfcountry,name,ally\r\nA,Aland,yes\r\nB,Bland,yes\r\nN,Nland,no\r\n"
    workbook = read_csv(tmp_path, "Countries", text)
    assert list(workbook.table("Countries").letters) == ["country", "name", "ally"]
    assert workbook.findings == ()


@pytest.mark.parametrize(
    ("text", "code", "address"),
    [
        ("country;name;ally\nA;Aland;yes\n", "not_commas", "Countries!A1"),
        ("country\tname\tally\nA\tAland\tyes\n", "not_commas", "Countries!A1"),
        ("country,name,ally\nA,Ål\n".encode("latin-1"), "not_utf8", "Countries"),
        ('country,name,ally\nA,"Aland,yes\n', "not_csv", "Countries"),
        ("country,name,ally\nA,Aland,yes,1,200\n", "no_column_name", "Countries!D2"),
        ("country,name,name,ally\nA,Aland,Aland,yes\n", "duplicate_column", "Countries!C1"),
    ],
)
def test_a_file_of_another_form_is_one_fault_with_its_remedy(tmp_path, text, code, address):
    workbook = read_csv(tmp_path, "Countries", text)
    assert [(finding.code, finding.address) for finding in workbook.findings][:1] == [(code, address)]
    assert workbook.findings[0].remedy
    assert ("missing_sheet", "Countries") not in [(finding.code, finding.address) for finding in check(workbook)]


def test_a_csv_that_is_no_sheet_is_a_fault(tmp_path):
    told = check(read_csv(tmp_path, "Project", "a,b\n1,2\n"))
    assert [(finding.code, finding.sheet) for finding in told] == [("unknown_sheet", "Project")]


# ---------------------------------------------------------------- what cannot be read


def wrong_files(tmp_path):
    """Yield a name and a path of each kind of unreadable input."""
    path = write_xlsx(tmp_path / "good.xlsx")
    content = path.read_bytes()
    made = {
        "empty.xlsx": b"",
        "encrypted.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096,
        "text.xlsx": b"just some text",
        "Projects.csv": b"project,country\n",
        "cut.xlsx": content[: len(content) // 2],
        "scrambled.xlsx": content[:2000] + bytes(200) + content[2200:],
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
        yield tmp_path / name
    for name, inside in (("letter.docx", "word/document.xml"), ("bare.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(inside, "<x/>")
        yield tmp_path / name
    (tmp_path / "nothing").mkdir()
    yield tmp_path / "nothing"
    yield tmp_path / "absent.xlsx"


def test_each_unreadable_input_is_one_clear_line(tmp_path):
    for path in wrong_files(tmp_path):
        with pytest.raises(InputError) as error:
            read_workbook(path)
        message = str(error.value)
        assert message.startswith(str(path)), path
        assert "\n" not in message
        assert len(message) < 300 + len(str(path))


def test_damage_in_a_single_sheet_is_one_clear_line(tmp_path):
    path, broken = write_xlsx(tmp_path / "good.xlsx"), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text[: len(text) // 2] if name.startswith("xl/worksheets/sheet3") else text)
    with pytest.raises(InputError, match="damaged"):
        read_workbook(broken)


def test_a_huge_sheet_is_one_clear_line(tmp_path):
    text = "project,country,process,status,capacity_t_per_year\n" + "P,A,separate,existing,100\n" * 100_000
    with pytest.raises(InputError, match=f"more than {MOST_ROWS:,} rows"):
        read_csv(tmp_path, "Projects", text)


@pytest.mark.slow
def test_a_huge_workbook_is_one_clear_line(tmp_path):
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Projects")
    page.append(["project", "country"])
    for _ in range(100_000):
        page.append(["P", "A"])
    book.save(tmp_path / "huge.xlsx")
    with pytest.raises(InputError, match=f"more than {MOST_ROWS:,} rows"):
        read_workbook(tmp_path / "huge.xlsx")
