"""Web pages: what a browser shows, and nothing that an open element would swallow."""

import pytest

from tests.documents.formats.reading import flow_of, lines_of, text_of

GAUGE = "The gauge at Porth Ellis was installed in 1954."


def page(body):
    return lines_of("a.html", f"<!doctype html><html><body>{body}</body></html>")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("10<sup>6</sup> units", "10^6 units"),
        ("10<sup>-3</sup> m", "10^-3 m"),
        ("x<sup>n+1</sup>", "x^(n+1)"),
        ("H<sub>2</sub>O", "H2O"),
        ("x<sub>i</sub>", "x_i"),
        ("the 1<sup>st</sup> and 2<sup>nd</sup>", "the 1st and 2nd"),
        ("built in stone.<sup>4</sup> Then", "built in stone.[4] Then"),
        ('the lamp<sup><a href="#fn3">3</a></sup>', "the lamp[3]"),
        ("Wiki<sup>[12]</sup>", "Wiki[12]"),
        ('10<span style="vertical-align: super">6</span> units', "10^6 units"),
        ("5 m<sup>2</sup> of land", "5 m^2 of land"),
        ("boils at 100<sup>o</sup>C", "boils at 100ºC"),
    ],
)
def test_what_stands_high_or_low_is_told_from_what_stands_beside_it(source, shown):
    assert page(f"<p>{source}</p>") == [shown]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>", "E = mc^2"),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac></math>", "(a+b)/2"),
        ("<math><msqrt><mi>x</mi></msqrt></math>", "√(x)"),
        ("<math><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></math>", "x_i^2"),
        ('<math alttext="E=mc^2"></math>', "E=mc^2"),
        (
            '<math><semantics><mi>E</mi><annotation encoding="application/x-tex">\\frac E</annotation></semantics></math>',
            "E",
        ),
        ('<math><semantics><annotation encoding="application/x-tex">E=mc^2</annotation></semantics></math>', "E=mc^2"),
        ('<script type="math/tex">E=mc^2</script>', "E=mc^2"),
        (
            '<span class="katex"><span class="katex-mathml"><math><mi>E</mi></math></span><span class="katex-html">E</span></span>',
            "E",
        ),
        ('<img class="mwe-math-fallback-image-inline" alt="E=mc^2" src="x.svg">', "E=mc^2"),
        (
            '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:msup><m:mi>c</m:mi><m:mn>2</m:mn></m:msup></m:math>',
            "c^2",
        ),
    ],
)
def test_formulas_are_read_once(source, shown):
    assert page(f"<p>It is {source} here.</p>") == [f"It is {shown} here."]


@pytest.mark.parametrize(
    "ruby",
    [
        "<ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby>",
        "<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>",
        "<ruby><rb>東<rb>京<rt>とう<rt>きょう</ruby>",
        "<ruby>東京<rtc>Tokyo</rtc></ruby>",
    ],
)
def test_readings_are_left_out_of_words(ruby):
    assert page(f"<p>{ruby}は大きい。</p>") == ["東京は大きい。"]


@pytest.mark.parametrize(
    "opened",
    [
        "<nav><ul><li><a href=/>Home</a></li></ul>",
        "<nav>",
        "<svg><path d='M0 0'>",
        "<svg><title>Logo",
        "<select><option>One<option>Two",
        "<textarea>",
        "<iframe src=x>",
        "<object data=x>",
        "<noscript>",
        "<template>",
        "<video><source src=x>",
        "<canvas>",
        "<script>var x = 1;",
        "<script src='a.js'/>",
        "<style>p { color: red }",
        "<!-- begin",
        "<title>A page",
        "<noframes>",
        "<b><i><a href=x>",
        "<table><tr><td>",
        "<ruby>東<rt>とう",
        "<math><mi>x",
        "<xmp>",
        "<plaintext>",
        "<datalist id=x><option value=y>",
        "<a href='x>",
        '<div class="x>',
        '<img alt="x>',
    ],
)
def test_an_element_left_open_costs_nothing_else(opened):
    text = "\n".join(page(f"<h1>Tides</h1>{opened}<p>{GAUGE}</p><p>It never stopped.</p>"))
    assert GAUGE in text and "It never stopped." in text
    assert "var x" not in text and "color: red" not in text


def test_an_open_list_of_links_does_not_take_a_later_closed_one_along():
    assert GAUGE in page(f"<nav><a>Home</a><p>{GAUGE}</p><nav><a>Foot</a></nav>")


def test_a_nav_that_was_closed_too_late_is_the_page():
    text = "The keeper tells how the wall was mended after the storm. " * 6
    assert GAUGE in page(f"<nav><a>Home</a><p>{GAUGE}</p><p>{text}</p></nav><p>End.</p>")


def test_navigation_scripts_and_hidden_parts_are_no_text():
    assert page(
        "<nav>Contents: chapter 4</nav><script>var s='<!--<script>';</script><select><option>x</select><p>Text.</p>"
    ) == ["Text."]


def test_closed_elements_of_xhtml_swallow_nothing():
    source = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a"/></head><body><a id="x"/><p>Text<![CDATA[ a<b ]]>.</p></body></html>'
    assert lines_of("a.xhtml", source) == ["Text a<b ."]


def test_signs_of_markup_in_attributes_are_no_tags():
    source = """<p title="a > b, c < d" data-x='<i class="y">' onclick="if (a > b) x('<p>')">Text.</p><p class="z">More.</p>"""
    assert page(source) == ["Text.", "More."]


def test_labels_and_values_are_sentences():
    assert page("<dl><dt>Weight<dd>12 kg<dt>Colour:<dd>red<dt>A<dt>B<dd>both<dt>Does it float?<dd>Yes.</dl>") == [
        "Weight: 12 kg",
        "Colour: red",
        "A, B: both",
        "Does it float? Yes.",
    ]


def test_rows_carry_the_heads_of_their_columns():
    few = "<table><tr><th>Port</th><th>Depth (m)</th></tr><tr><td>Ostend</td><td>8.5</td></tr></table>"
    assert page(few) == ["Port | Depth (m): Ostend\t8.5"]
    many = "<table><thead><tr><th>Port<th>Depth<th>Berths<th>Crane<th>Owner<tbody><tr><td>Ostend<td>8.5<td>3<td><td>City</table>"
    assert page(many) == ["Port: Ostend; Depth: 8.5; Berths: 3; Owner: City", "Crane"]  # no cell below it, but said


def test_cells_that_span_rows_and_columns_are_said_in_each_row():
    source = (
        "<table><tr><th rowspan=2>Port<th colspan=2>Depth<tr><th>2019<th>2020"
        "<tr><td rowspan=2>Ostend<td>8<td>9<tr><td>7<td>6</table>"
    )
    assert page(source) == [
        "Port | Depth 2019 | Depth 2020: Ostend\t8\t9",
        "Port | Depth 2019 | Depth 2020: Ostend\t7\t6",
    ]


def test_a_table_that_places_the_page_is_read_as_the_page():
    assert page("<table><tr><td><h1>Tides</h1><p>One.</p><td><p>Two.</p></table>") == ["Tides", "One.", "Two."]
    assert page("<table role=presentation><tr><td>One.<td>Two.</table>") == ["One.", "Two."]


def test_words_of_a_drawing_are_on_the_page():
    drawing = (
        "<p>Before.<svg><style>.a{}</style><title>never shown</title><path d='M0 0'/><text x=1>Depth <tspan>of"
        "</tspan> water</text><g><text><tspan x=0 y=1>8.5 m</tspan><tspan x=0 y=2>at Ostend</tspan></text></g></svg>"
        " Behind.</p>"
    )
    assert page(drawing) == ["Before.\nDepth of water\n\n8.5 m at Ostend\nBehind."]


def test_what_stands_for_an_object_that_no_reader_shows_is_read():
    assert page("<object data=a.bin><p>The moon is new.</p></object><p>End.") == ["The moon is new.", "End."]
    assert page("<object data=a.swf>Install the player</object><p>End.") == ["End."]


def test_two_cells_are_a_label_and_its_value():
    assert page("<table><tr><td>Weight<td>12 kg<tr><td>Colour<td>red</table>") == ["Weight: 12 kg", "Colour: red"]


def test_list_items_keep_their_numbers():
    assert page(
        "<ol start=3><li>Three<li><p>Four</p><ol type=a><li>First</ol></ol><ul><li>Dot<li></ul><p>End.</p>"
    ) == [
        "3. Three",
        "4. Four",
        "a. First",
        "• Dot",
        "End.",
    ]


def test_form_fields_show_their_values():
    source = "<p>Name<input value='Ann'> <input type=checkbox checked> paid <input type=hidden value=no></p><select><option>a<option selected>b</select>"
    assert page(source) == ["Name Ann ☑ paid", "b"]


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="data:image/png;base64,{}">',
        "<p>data:image/png;base64,{}</p>",
        "<style>p {{ background: url(data:image/png;base64,{}) }}</style>",
        "<pre>{}</pre>",
        "<object data='data:image/svg+xml;base64,{}'></object>",
    ],
)
def test_pictures_as_text_are_no_text(picture):
    lines = page("<p>Before.</p>" + picture.format("iVBORw0KGgo" + "eUK98iEG8IR3YvDzy0" * 200) + "<p>After.</p>")
    assert lines == ["Before.", "After."]


def test_a_page_that_nests_deeply_is_read():
    assert page("<div>" * 3000 + "Deep text.") == ["Deep text."]


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml"])
@pytest.mark.parametrize("name", ["a.mht", "a.mhtml", "a.html"])
def test_a_saved_page_is_its_page(kind, name):
    body = "<html><head><title>Gauge</title></head><body><p>Маяк был построен в 1868 году.</p></body></html>"
    source = (
        b"From: <Saved by Blink>\r\nSubject: =?utf-8?B?R2F1Z2U=?=\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="x"\r\n\r\n--x\r\nContent-Type: image/png\r\n\r\nnone\r\n'
        b"--x\r\nContent-Type: " + kind.encode() + b'; charset="windows-1251"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        + body.encode("cp1251") + b"\r\n--x--\r\n"
    )  # fmt: skip
    flow, blocks = flow_of(name, source)
    assert [block.text for block in blocks] == ["Маяк был построен в 1868 году."]
    assert flow.title == "Gauge"


def test_lines_that_only_look_like_a_message_stay_text():
    assert (
        text_of("a.txt", "Wifi: tern-84\nDoor: blue\n\nFrom: the left.") == "Wifi: tern-84\nDoor: blue\nFrom: the left."
    )
