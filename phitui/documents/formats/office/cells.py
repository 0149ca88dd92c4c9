"""Numbers in spreadsheets as their formats show them: 1,234.50 €, 19 %, 2024-03-05."""

import re
from datetime import datetime, timedelta

_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_LITERAL = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[[^\]]*\]")
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "m/d/yyyy", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm",
    37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "0.0E+0",
}  # fmt: skip
MOST_DAYS = 2_958_466
"""The year 9999 ends before."""
MOST_DECIMALS = 15
LONGEST_CODE = 255
"""Characters, as in Excel."""


def built_in(number: int) -> str:
    """The code of a format that files name by its number alone."""
    return _BUILT_IN.get(number, "m/d/yyyy" if 27 <= number <= 36 or 50 <= number <= 58 else "")


def shown(value: float, code: str, from_1904: bool = False) -> str:
    """The value as the format code shows it. Dates are written year first, which can be read in one way only."""
    section = _section(value, code[:LONGEST_CODE])
    bare = _LITERAL.sub("", section)
    elapsed = re.search(r"\[(h+|m+|s+)\]", section, re.IGNORECASE)
    if elapsed:
        return _elapsed(value, elapsed[1][0].lower())
    if _DATE.search(bare) and "general" not in bare.lower() and not re.search(r"[0#]\.?[0#]*E\+", bare):
        return _date(value, bare, from_1904)
    return _number(value, section, bare)


def plain(value: float) -> str:
    """A number without a format: 12, 0.1, 1234567."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _section(value: float, code: str) -> str:
    sections = code.split(";")
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1] if re.search(r"[-(]", sections[1]) else "-" + sections[1]
    return sections[2] if value == 0 and len(sections) > 2 and re.search(r"[0#?]", sections[2]) else sections[0]


def _date(value: float, bare: str, from_1904: bool) -> str:
    if not 0 <= value < MOST_DAYS:
        return plain(value)
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30) if value >= 60 else datetime(1899, 12, 31)
    try:
        moment = start + timedelta(seconds=round(value * 86_400))
    except OverflowError:
        return plain(value)
    letters = bare.lower()
    has_time = "h" in letters or "s" in letters
    has_day = "y" in letters or "d" in letters or ("m" in letters and not has_time)
    clock = f"{moment:%H:%M:%S}" if "s" in letters and moment.second else f"{moment:%H:%M}"
    if not has_day:
        return clock
    day = (
        f"{moment.year:04}-{moment:%m-%d}" if "d" in letters or "y" not in letters else f"{moment.year:04}-{moment:%m}"
    )
    day = str(moment.year) if "m" not in letters and "d" not in letters else day
    return f"{day} {clock}" if has_time and (moment.hour or moment.minute or moment.second) else day


def _elapsed(value: float, unit: str) -> str:
    seconds = round(abs(value) * 86_400)
    sign = "-" if value < 0 else ""
    if unit == "s":
        return f"{sign}{seconds}"
    if unit == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02}"
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")


def _number(value: float, section: str, bare: str) -> str:
    body = re.search(r"[0#?][0#?.,]*(?:E\+0+)?", bare)
    if body is None or "general" in bare.lower() or "/" in bare:
        return (
            plain(value)
            if "@" in section or not section or "general" in bare.lower() or "/" in bare
            else _words(section) or plain(value)
        )
    digits = body.group()
    negative_marked = value < 0 and re.search(r"[-(]", section) is not None
    amount = abs(value) * 100 ** bare.count("%")
    if "E+" in digits:
        decimals = len(digits.partition(".")[2].partition("E")[0])
        text = f"{amount:.{min(decimals, MOST_DECIMALS)}E}"
    else:
        scale = len(digits) - len(digits.rstrip(","))
        amount /= 1000**scale
        whole, _, fraction = digits.rstrip(",").partition(".")
        grouped = "," in whole
        text = (
            f"{amount:,.{min(len(fraction), MOST_DECIMALS)}f}"
            if grouped
            else f"{amount:.{min(len(fraction), MOST_DECIMALS)}f}"
        )
        optional = len(fraction) - len(fraction.rstrip("#?"))
        if optional:
            keep = len(text) - optional
            text = (text[:keep] + text[keep:].rstrip("0")).rstrip(".")
        needed = whole.replace(",", "").count("0")
        if needed > 1 and not grouped:
            text = text.zfill(needed + (len(text) - len(text.partition(".")[0])))
    before, after = _around(section)
    sign = "-" if value < 0 and not negative_marked else ""
    return " ".join(f"{sign}{before}{text}{after}".split())


def _around(section: str) -> tuple[str, str]:
    """What stands before and after the digits."""
    parts: list[str] = ["", ""]
    at, side = 0, 0
    while at < len(section):
        char = section[at]
        if char == '"':
            end = section.find('"', at + 1)
            end = len(section) if end < 0 else end
            parts[side] += section[at + 1 : end]
            at = end + 1
        elif char == "[":
            end = section.find("]", at)
            end = len(section) if end < 0 else end
            inside = section[at + 1 : end]
            if inside.startswith("$"):
                parts[side] += inside[1:].partition("-")[0]
            at = end + 1
        elif char in "\\":
            parts[side] += section[at + 1 : at + 2]
            at += 2
        elif char in "_*":
            parts[side] += " " if char == "_" else ""
            at += 2
        elif char in "0#?.,E" or (char == "+" and side):
            side = 1
            at += 1
        else:
            parts[side] += char
            at += 1
    return parts[0], parts[1]


def _words(section: str) -> str:
    before, after = _around(section)
    return (before + after).strip()
