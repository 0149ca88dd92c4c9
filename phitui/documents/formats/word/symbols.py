"""Characters of Word's symbol fonts, which stand in files as bytes of those fonts, as the signs that they draw."""

_SYMBOL = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
_WINGDINGS = {
    0x21: "✏", 0x22: "✂", 0x28: "☎", 0x2A: "✉", 0x46: "☞", 0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "☐",
    0x71: "❑", 0x72: "❒", 0x73: "◆", 0x76: "❖", 0x77: "◆", 0x78: "☒", 0x9F: "•", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢",
    0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "→", 0xF0: "→", 0xF3: "↔", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐", 0x2A: "☐"}


def symbol(font: str, code: int) -> str:
    """The sign at a place of the font (0x20-0xFF, or that in the private area); empty where it draws a picture."""
    code = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    font = font.lower()
    if "wingdings 2" in font:
        return _WINGDINGS_2.get(code, "")
    if "wingdings" in font or "webdings" in font:
        return _WINGDINGS.get(code, "") if "wing" in font else ""
    if "symbol" in font:
        if 0x20 <= code < 0x20 + len(_SYMBOL):
            return _SYMBOL[code - 0x20]
        return _SYMBOL_HIGH[code - 0xA0] if 0 <= code - 0xA0 < len(_SYMBOL_HIGH) else ""
    return chr(code) if code >= 0x20 and not 0xE000 <= code <= 0xF8FF else ""


def without_private(text: str, font: str) -> str:
    """Text of a run in such a font, or with characters of its private area."""
    if not any("\uf000" <= char <= "\uf0ff" for char in text):
        return text
    return "".join(symbol(font or "symbol", ord(char)) if "\uf000" <= char <= "\uf0ff" else char for char in text)
