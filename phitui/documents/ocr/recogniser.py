"""Which recogniser reads which language, and what it finds.

tesseract where it is installed and has the language: on printed pages it made fewer mistakes than RapidOCR and took a
sixth of the time. RapidOCR elsewhere: it installs with pip and needs no language named.
"""

from collections.abc import Sequence
from functools import lru_cache

from phitui.documents.ocr import rapid, tesseract
from phitui.documents.ocr.picture import Found, Picture
from phitui.errors import DocumentError

NONE = (
    "The program tesseract is missing: install it (apt install tesseract-ocr, brew install tesseract), or RapidOCR "
    "(pip install 'phitui[ocr]')."
)


def installed() -> list[str]:
    """The recognisers that are there, by name."""
    return [*(["tesseract"] if tesseract.program() else []), *(["RapidOCR"] if rapid.is_installed() else [])]


def languages() -> list[str]:
    """Languages in which text in pictures can be recognised, by tesseract's names. Raises DocumentError without any."""
    known = set(rapid.LANGUAGES) if rapid.is_installed() else set()
    if tesseract.program():
        known.update(tesseract.languages())
    if not known:
        raise DocumentError(NONE)
    return sorted(known)


def text_in(picture: Picture, language: str) -> str:
    """The text in a picture; `language` may be several, joined by +. Raises DocumentError."""
    return rapid.text_in(picture) if _is_for_rapid(language) else tesseract.text_in(picture, language)


def words_in(picture: Picture, language: str) -> Sequence[Found]:
    """The words or lines in a picture, in the order in which they are read. Raises DocumentError."""
    return rapid.words_in(picture) if _is_for_rapid(language) else tesseract.words_in(picture, language)


def _is_for_rapid(language: str) -> bool:
    """Whether RapidOCR has to read it. Raises DocumentError where nothing does."""
    wanted = language.split("+")
    known = rapid.is_installed() and all(each in rapid.LANGUAGES for each in wanted)
    if not tesseract.program():
        if not known:
            raise DocumentError(NONE)
        return True
    return known and not set(wanted) <= set(_installed())


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    """tesseract's languages, asked for once by each process."""
    return tuple(tesseract.languages())
