"""Letters are what the file says, or what is guessed and said."""

import pytest

from phitui.documents.formats.charset import codec_of, decode
from phitui.documents.formats.guess import guess
from tests.documents.formats.reading import flow_of, packed, text_of

RUSSIAN = "Договор аренды заключён 3 марта 2019 года между сторонами."
GREEK = "Η σύμβαση υπογράφηκε στις 3 Μαρτίου 2019."
KOREAN = "계약은 2019년 3월 3일에 체결되었다."
CHINESE = "合同于2019年3月3日签订。每月租金为500元。"
CZECH = "Smlouva byla uzavřena 3. března 2019. Nájemné činí 500 korun měsíčně."


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("windows-1251", "cp1251", RUSSIAN),
        ("koi8-r", "koi8_r", RUSSIAN),
        ("ISO-8859-5", "iso8859_5", RUSSIAN),
        ("x-mac-cyrillic", "mac_cyrillic", RUSSIAN),
        ("windows-1253", "cp1253", GREEK),
        ("euc-kr", "cp949", KOREAN),
        ("ks_c_5601-1987", "cp949", KOREAN),
        ("gb2312", "gb18030", CHINESE),
        ("x-gbk", "gbk", CHINESE),
        ("iso-8859-2", "iso8859_2", CZECH),
        ("windows-1250", "cp1250", CZECH),
        ("utf8", "utf-8", CZECH),
        ("iso-8859-1", "cp1252", "Er sagte „Grüße“ – und ging für 5 €."),
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        '<html><head><meta charset="{}"><title>x</title></head><body><p>{}</p>',
        "<html><head><meta http-equiv='Content-Type' content='text/html; charset={}'></head><body><p>{}</p>",
        '<?xml version="1.0" encoding="{}"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{}</p></body></html>',
        "<html><head>" + "<!-- nothing -->" * 90 + "<meta charset={}></head><body><p>{}</p>",
    ],
)
def test_a_declared_charset_is_believed(label, codec, text, page):
    flow, blocks = flow_of("a.html", page.format(label, text).encode(codec))
    assert blocks[-1].text == text
    assert flow.notes == []


def test_utf8_that_cannot_be_chance_wins_over_a_wrong_declaration():
    assert (
        text_of("a.html", "<meta charset=iso-8859-1><p>Die Königin trug weiße Schuhe.")
        == "Die Königin trug weiße Schuhe."
    )


def test_an_epubs_chapters_are_read_in_the_charset_that_they_declare():
    chapter = f'<?xml version="1.0" encoding="windows-1251"?><html><body><p>{RUSSIAN}</p></body></html>'
    data = packed(
        {
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
            "b.opf": '<package><manifest><item id="a" href="a.html"/></manifest><spine><itemref idref="a"/></spine></package>',
            "a.html": chapter.encode("cp1251"),
        }
    )
    assert text_of("a.epub", data) == RUSSIAN


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("koi8_r", RUSSIAN),
        ("cp1251", RUSSIAN),
        ("cp866", RUSSIAN),
        ("cp1253", GREEK),
        ("gb18030", CHINESE),
        ("euc_kr", KOREAN),
        ("shift_jis", "契約は2019年3月3日に結ばれた。家賃は月500円です。"),
        ("euc_jp", "契約は2019年3月3日に結ばれた。家賃は月500円です。"),
        ("big5", "合約於2019年3月3日簽訂。每月租金為500元，請按時付款。"),
        ("cp1252", "Le loyer est de 500 € par mois, payé à l’avance. Hôtel réservé."),
        ("cp1255", "החוזה נחתם ב-3 במרץ 2019. שכר הדירה הוא 500 שקל לחודש."),
        ("cp1256", "تم توقيع العقد في 3 مارس 2019. الإيجار 500 دينار شهريا."),
        ("cp1254", "Sözleşme 3 Mart 2019 tarihinde imzalandı. Kira aylık 500 liradır, çok güzel."),
        ("iso8859_2", "Umowa została zawarta 3 marca 2019 roku. Czynsz wynosi 500 złotych. Proszę zapłacić w śledź."),
        ("cp874", "สัญญาลงนามเมื่อวันที่ 3 มีนาคม ค่าเช่าเดือนละ 500 บาท"),
    ],
)
def test_an_undeclared_charset_is_guessed_and_the_guess_is_said(codec, text):
    decoded = decode(text.encode(codec))
    assert decoded.text == text
    assert "the file does not say" in decoded.note


def test_a_guess_is_a_codec_for_any_bytes():
    for first in range(0x80, 0x100):
        assert bytes([first, 0x41]).decode(guess(bytes([first, 0x41])), "replace")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["The lighthouse was built in 1868.", RUSSIAN, "灯台は1868年に建てられた。 1 はい"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_characters_are_read_with_and_without_a_mark(codec, text, mark):
    assert decode((mark + text).encode(codec)).text == text
    assert text_of("a.txt", (mark + text).encode(codec)) == text


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.html", "a.tex"])
def test_one_bad_byte_spoils_one_character(name):
    text = text_of(name, "Café Zoë serves crème brûlée. X stray. Résumé follows.".encode().replace(b"X", b"\xff"))
    assert "Café Zoë serves crème brûlée." in text and "Résumé follows." in text and "Ã" not in text


def test_a_character_that_the_end_cut_in_two_costs_nothing_else():
    assert decode("Café à la crème brûlé".encode()[:-1]).text == "Café à la crème brûl\ufffd"


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.md", "a.csv"])
@pytest.mark.parametrize("stray", [b"\x00", b"\x00\x00", b"\x01"])
def test_a_stray_zero_is_left_out(name, stray):
    assert "The lamp was lit." in text_of(
        name, b"Wind from the west, all day long and all night.\nThe lamp" + stray + b" was lit."
    ).replace("\x01", "")


def test_zeros_at_the_end_are_left_out():
    assert text_of("a.log", b"12:00 started\n" + bytes(4000)) == "12:00 started\n"


@pytest.mark.parametrize("label", ["no-such", "", "base64", "rot13", "unicode_escape", "idna", None])
def test_what_is_no_charset_is_none(label):
    assert codec_of(label) is None
