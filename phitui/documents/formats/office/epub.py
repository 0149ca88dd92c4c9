"""EPUB: its chapters in reading order, of any version and namespace that reading systems accept."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.formats.charset import declared_charset
from phitui.documents.formats.office.archive import Archive, local
from phitui.documents.formats.web.html import html_flow
from phitui.errors import Cause, DocumentError

FALLBACKS = 10
"""Items may name others to be read in their place; longer chains are cycles."""
NAMED = 5
"""So many missing chapters are named."""
_READ = ("html", "oeb1-document", "dtbook", "text/xml", "application/xml", "text/plain")
_NOT_READ = ("image/", "font", "css", "audio/", "video/", "dtbncx", "javascript", "pdf")


def read(source: Source) -> Flow:
    """Raises DocumentError."""
    book = _Book(Archive(source))
    flow = Flow(title=book.title, author=book.author)
    flow.blocks = book.blocks(flow)
    if book.missing:
        shown = ", ".join(book.missing[:NAMED]) + (", …" if len(book.missing) > NAMED else "")
        one = len(book.missing) == 1
        flow.note(f"{len(book.missing)} {'chapter is' if one else 'chapters are'} missing from the EPUB: {shown}.")
    return flow


class _Book:
    """The package of an EPUB."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        path = self._package_path()
        package = archive.xml(path)
        self._folder = posixpath.dirname(path)
        self.title = next(iter(_told(package, "title")), "")
        self.author = ", ".join(dict.fromkeys(_told(package, "creator")))
        items = {each.get("id") or "": each for each in package.iter() if local(each) == "item"}
        spine = [each.get("idref") or "" for each in package.iter() if local(each) == "itemref"] or list(items)
        self.missing: list[str] = []
        self.chapters: list[str] = []
        for name in spine:
            self._add(name, items)
        if not self.chapters:
            raise DocumentError(
                "The EPUB lists no chapters." if not self.missing else "The EPUB holds none of its chapters.",
                Cause.EMPTY,
            )
        if set(self.chapters) & self._encrypted():
            raise DocumentError(
                "The EPUB is protected by digital rights management and cannot be read.", Cause.PROTECTED
            )

    def _package_path(self) -> str:
        root = self._archive.xml_or_none("META-INF/container.xml")
        paths = [
            each.get("full-path") or ""
            for each in (root.iter() if root is not None else ())
            if local(each) == "rootfile"
        ]
        paths += [name for name in self._archive.names if name.lower().endswith(".opf")]
        for path in paths:
            for spelled in (path, unquote(path)):
                found = self._archive.find(posixpath.normpath(spelled.replace("\\", "/").lstrip("/")))
                if found:
                    return found
        raise DocumentError("The file is damaged: the EPUB has no package document.", Cause.DAMAGED)

    def _add(self, name: str, items: dict[str, Element]) -> None:
        item = items.get(name)
        for _ in range(FALLBACKS):
            if item is None:
                break
            if _is_read(item):
                if "nav" in (item.get("properties") or "").split():
                    return
                found = self._locate(item.get("href") or "")
                if found is None:
                    self.missing.append((item.get("href") or name)[:80])
                elif found not in self.chapters:
                    self.chapters.append(found)
                return
            item = items.get(item.get("fallback") or "")
        if name not in items:
            self.missing.append(name[:80] or "one without a name")

    def _locate(self, href: str) -> str | None:
        """The member that an address means, percent-encoded or not."""
        href = href.partition("#")[0].replace("\\", "/")
        for spelled in dict.fromkeys((href, unquote(href))):
            for folder in (self._folder, ""):
                found = self._archive.find(posixpath.normpath(posixpath.join(folder, spelled.lstrip("/"))))
                if found:
                    return found
        return None

    def _encrypted(self) -> set[str]:
        root = self._archive.xml_or_none("META-INF/encryption.xml")
        names = [
            each.get("URI") or ""
            for each in (root.iter() if root is not None else ())
            if local(each) == "CipherReference"
        ]
        return {self._archive.find(unquote(name)) or name for name in names}

    def blocks(self, flow: Flow) -> Iterator[Block]:
        """Each chapter begins a page."""
        for name in self.chapters:
            data = self._archive.read(name)
            chapter = html_flow(data, declared_charset(data))
            for number, block in enumerate(chapter.blocks):
                yield replace(block, chapter=number == 0)
            for note in chapter.notes:
                flow.note(note)


def _told(package: Element, name: str) -> list[str]:
    """What the metadata say under that name."""
    texts = (" ".join("".join(each.itertext()).split()) for each in package.iter() if local(each).lower() == name)
    return [text for text in texts if text]


def _is_read(item: Element) -> bool:
    """Whether its kind, or its name where it has none or a wrong one, is that of text."""
    kind = (item.get("media-type") or "").lower()
    name = (item.get("href") or "").partition("#")[0].lower()
    if "svg" in kind:
        return True  # a page that is drawn; its words are read
    if any(word in kind for word in _NOT_READ):
        return False
    return any(word in kind for word in _READ) or name.endswith((".xhtml", ".html", ".htm"))
