"""Office Open XML packages: parts found by their relationships, in transitional and strict files alike."""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from phitui.documents.formats.office.archive import Archive, local


@dataclass(frozen=True, slots=True)
class Relation:
    """From one part to another."""

    id: str
    kind: str
    """The last word of its type: styles, footnotes, header, aFChunk."""
    target: str
    """The name of the part, or an address outside."""
    external: bool


class Package:
    """An archive whose parts refer to each other."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def relations(self, part: str) -> list[Relation]:
        """Those of a part, in order; of the package itself for an empty name."""
        folder, name = posixpath.split(part)
        root = self.archive.xml_or_none(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = []
        for each in root if root is not None else ():
            if local(each) != "Relationship":
                continue
            target, external = each.get("Target") or "", (each.get("TargetMode") or "").lower() == "external"
            if not external:
                target = unquote(target.partition("#")[0]).replace("\\", "/")
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = (each.get("Type") or "").rpartition("/")[2]
            found.append(Relation(each.get("Id") or "", kind, target, external))
        return found

    def main(self, *usual: str) -> str:
        """The part that the package is about; `usual` names are tried where no relationship says. Empty if none."""
        for relation in self.relations(""):
            if relation.kind == "officeDocument" and self.archive.find(relation.target):
                return relation.target
        for name in usual:
            if self.archive.find(name):
                return name
        ending = posixpath.basename(usual[0])
        return next((name for name in self.archive.names if posixpath.basename(name) == ending), "")

    def property(self, name: str) -> str:
        """One of the properties of its core: title, creator; empty where there is none."""
        targets = [each.target for each in self.relations("") if each.kind == "core-properties"]
        root = self.archive.xml_or_none(targets[0] if targets else "docProps/core.xml")
        if root is None:
            return ""
        return next(((each.text or "").strip() for each in root if local(each) == name), "")
