"""What stands in attached files is found, whatever they are called; what may harm is not opened."""

import io
import struct
import zipfile
from email import message_from_bytes
from email.policy import default

import pytest

from cases.mail import Mail, Source
from cases.transfer import decode_part
from ingest.files.boxes import Box, lay_out
from ingest.read.reader import read
from tests.attached import make_docx, make_pdf, make_scan, make_sheet, make_tnef, paragraph, table, with_file
from tests.pictures import screenshot

ORDER = "302-1234567-7654321"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def found(mail: Mail) -> set[tuple[str, str]]:
    return {(one.kind, one.value) for one in mail.identifiers if one.source is Source.ATTACHMENT}


def read_file(data: bytes, name: str = "file.bin", content_type: str = "application/octet-stream") -> Mail:
    return read(with_file(data, name, content_type))


@pytest.mark.parametrize(("name", "content_type"), [("a.pdf", "application/pdf"), ("scan", "application/octet-stream")])
def test_the_text_of_a_pdf_is_searched(name: str, content_type: str) -> None:
    assert found(read_file(make_pdf([f"Order number: {ORDER}"]), name, content_type)) == {("order_id", ORDER)}


def test_columns_of_a_pdf_stay_columns() -> None:
    pdf = make_pdf(rows=[("ASIN", "EAN", "Qty"), ("B0GTX9S315", "4011431856568", "24")])
    assert found(read_file(pdf)) == {("asin", "B0GTX9S315"), ("gtin", "4011431856568")}


def test_a_pdf_with_a_password_is_a_defect_and_the_mail_is_read() -> None:
    mail = read_file(make_pdf([ORDER], password="secret"))
    assert mail.text == "Please see the file."
    assert any("file in part 2 could not be read" in defect for defect in mail.defects)


def test_a_scanned_pdf_is_to_be_looked_at() -> None:
    assert read_file(make_scan(screenshot("Order"))).to_look_at == ("2",)


def test_cells_of_a_spreadsheet_are_found_under_their_headings_and_numbers_have_no_fraction() -> None:
    sheet = make_sheet([("seller-sku", "EAN"), ("KW-DUFT-220", 4011431856568)])
    assert found(read_file(sheet, "list.xlsx", XLSX)) == {("sku", "KW-DUFT-220"), ("gtin", "4011431856568")}


def test_a_document_is_read_through_runs_tables_and_headers() -> None:
    body = paragraph("Order 302-12", "34567-7654321") + table(
        (paragraph("ASIN"), paragraph("EAN")), (paragraph("B0GTX9S315"), paragraph("4011431856568"))
    )
    docx = make_docx(body, parts={"word/header1.xml": paragraph("Shipment FBA15SN1Q27X")})
    assert found(read_file(docx, "letter.docx", DOCX)) == {
        ("order_id", ORDER),
        ("asin", "B0GTX9S315"),
        ("gtin", "4011431856568"),
        ("fba_shipment_id", "FBA15SN1Q27X"),
    }


def test_a_table_within_a_cell_stays_on_the_line_of_the_row() -> None:
    inner = paragraph() + table((paragraph("4011431856568"),)) + paragraph()
    docx = make_docx(table((paragraph("EAN"), inner)))
    assert found(read_file(docx, "letter.docx", DOCX)) == {("gtin", "4011431856568")}


@pytest.mark.parametrize(
    ("name", "content_type", "data"),
    [
        ("stock.csv", "text/csv", f"order-id;qty\r\n{ORDER};1\r\n".encode()),
        ("stock.txt", "text/plain", f"order-id\tqty\n{ORDER}\t1\n".encode()),
        ("stock.CSV", "application/vnd.ms-excel", f"order-id,qty\n{ORDER},1\n".encode()),
        ("stock.txt", "text/plain", b"\xff\xfe" + f"order-id\tqty\n{ORDER}\t1\n".encode("utf-16-le")),
        ("page.html", "text/html", f"<table><tr><td>Order</td><td>{ORDER}</td></tr></table>".encode()),
        ("feed.xml", "application/xml", f"<Order><ID>{ORDER}</ID></Order>".encode()),
    ],
)
def test_text_files_are_searched_whatever_they_are_called(name: str, content_type: str, data: bytes) -> None:
    assert found(read_file(data, name, content_type)) == {("order_id", ORDER)}


def test_a_mail_in_a_mail_in_a_winmail_dat_is_read() -> None:
    inner = with_file(make_pdf([f"Order {ORDER}"]), "order.pdf", text="Tracking 1Z0F79W70176828137")
    mail = read_file(make_tnef({"message.eml": inner}), "winmail.dat", "application/ms-tnef")
    assert found(mail) == {("order_id", ORDER), ("tracking_number", "1Z0F79W70176828137")}


def test_files_in_a_winmail_dat_are_listed_beside_it_and_are_ranges_of_it() -> None:
    raw = with_file(make_tnef({"Liste.csv": b"a;b\n1;2\n", "pic.png": screenshot("x")}), "winmail.dat")
    mail = read(raw)
    assert [part.filename for part in mail.parts if part.is_listed] == ["winmail.dat", "Liste.csv", "pic.png"]
    inside = mail.parts[2]
    assert decode_part(raw[inside.offset : inside.offset + inside.length], inside) == b"a;b\n1;2\n"
    assert mail.to_look_at == ("2/2",)


def test_the_words_of_a_mail_may_be_in_the_winmail_dat_alone() -> None:
    message = with_file(make_tnef({}, body=f"My order {ORDER} is lost.\r\n"), "winmail.dat")
    start = message.index(b"Please see the file.")
    mail = read(message[:start] + b" " * 20 + message[start + 20 :])
    assert mail.reply_text == f"My order {ORDER} is lost."
    assert [one.source for one in mail.identifiers] == [Source.BODY]


def zip_of(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def lying(data: bytes) -> bytes:
    """The same archive, whose directory says that its members are small."""
    out = bytearray(data)
    at = out.find(b"PK\x01\x02")
    while at >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", 10)
        at = out.find(b"PK\x01\x02", at + 4)
    return bytes(out)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def damaged_rtf() -> bytes:
    """A winmail.dat whose compressed text has a wrong check sum, beside a file that is whole."""
    rtf = struct.pack("<IIII", 40, 10, 0x75465A4C, 1) + b"\x00" * 28
    props = struct.pack("<I", 1) + struct.pack("<HHII", 0x0102, 0x1009, 1, len(rtf)) + rtf
    whole = make_tnef({"list.csv": b"order-id;qty\n302-1234567-7654321;1\n"})
    attribute = struct.pack("<BII", 1, 0x00069003, len(props)) + props + struct.pack("<H", sum(props) & 0xFFFF)
    return whole[:21] + attribute + whole[21:]


def sparse_sheet() -> bytes:
    """A workbook whose two cells lie at the ends of the sheet."""
    data = make_sheet([("a",)])
    members = {one: zipfile.ZipFile(io.BytesIO(data)).read(one) for one in zipfile.ZipFile(io.BytesIO(data)).namelist()}
    name = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    members[name] = members[name].replace(b"</sheetData>", far)
    return zip_of(members)


BOMBS = {
    "sheet with a cell far away": (sparse_sheet(), "a.xlsx"),
    "zip of half a million names": (zip_of({f"{n}": b"" for n in range(60_000)} | {"xl/workbook.xml": b""}), "a.xlsx"),
    "tnef of many files": (make_tnef({f"{n}": b"x" for n in range(5_000)}), "winmail.dat"),
    "tnef with a damaged text": (damaged_rtf(), "winmail.dat"),
    "zip of zeros": (zip_of({"a.csv": bytes(50_000_000)}), "a.zip"),
    "docx of zeros": (zip_of({"word/document.xml": bytes(60_000_000)}), "a.docx"),
    "docx that lies": (lying(zip_of({"word/document.xml": bytes(60_000_000)})), "a.docx"),
    "docx of entities": (make_docx("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>", before=ENTITIES + "]>"), "a.docx"),
    "docx that reads a file": (
        make_docx(
            "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        ),
        "a.docx",
    ),
    "xlsx of zeros": (zip_of({"xl/workbook.xml": bytes(60_000_000)}), "a.xlsx"),
    "many members": (zip_of({f"xl/{n}": b"" for n in range(5_000)} | {"xl/workbook.xml": b"<x/>"}), "a.xlsx"),
    "deep docx": (make_docx("<w:p>" * 100_000), "a.docx"),
    "pdf of nothing": (b"%PDF-1.7\n" + b"1 0 obj<</Kids[1 0 R]/Count 9999999>>endobj\n" * 50_000, "a.pdf"),
    "tnef that ends": (make_tnef({"a": b"b"})[:-4] + b"\xff\xff\xff\x7f", "winmail.dat"),
    "tnef of nothing": (b"\x78\x9f\x3e\x22", "winmail.dat"),
    "program": (b"MZ" + bytes(10_000), "invoice.pdf.exe"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_harms_nobody_and_the_words_are_read(bomb: str) -> None:
    """Threat 63. The reader's child has limits beside; here none of them may be needed."""
    data, name = BOMBS[bomb]
    mail = read_file(data, name)
    assert mail.text == "Please see the file."
    assert "root:" not in str(mail)
    assert [part.filename for part in mail.parts if part.is_listed][:1] == [name]


def test_a_damaged_text_in_a_winmail_dat_costs_only_itself() -> None:
    mail = read_file(damaged_rtf(), "winmail.dat", "application/ms-tnef")
    assert found(mail) == {("order_id", ORDER)}
    assert [part.filename for part in mail.parts if part.is_listed] == ["winmail.dat", "list.csv"]


def test_with_files_closed_nothing_is_opened_and_pictures_are_still_to_be_looked_at() -> None:
    closed = read(with_file(make_tnef({"list.csv": b"x"}), "winmail.dat"), open_files=False)
    assert [part.filename for part in closed.parts if part.is_listed] == ["winmail.dat"]
    picture = read(with_file(screenshot("Order"), "shot.png", "image/png"), open_files=False)
    assert picture.to_look_at == ("2",)


def test_a_picture_behind_too_much_text_is_looked_at() -> None:
    message = message_from_bytes(with_file(screenshot("Order"), "shot.png", "image/png"), policy=default)
    for number in range(4):
        message.add_attachment(b"word " * 50_000, maintype="text", subtype="csv", filename=f"{number}.csv")
    parts = message.get_payload()
    assert isinstance(parts, list)
    message.set_payload([parts[0], *parts[2:], parts[1]])
    assert read(message.as_bytes()).to_look_at == ("6",)


def test_boxes_become_lines_with_columns() -> None:
    boxes = [
        Box(left=60, top=1, right=90, bottom=11, text="B0GTX9S315"),
        Box(left=0, top=0, right=40, bottom=10, text="ASIN"),
        Box(left=43, top=5, right=46, bottom=6, text="-"),
        Box(left=0, top=20, right=10, bottom=30, text="next"),
    ]
    assert lay_out(boxes) == "ASIN -  B0GTX9S315\nnext"
    assert lay_out([]) == ""
