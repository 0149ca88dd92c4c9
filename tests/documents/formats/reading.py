"""Files read in this process, without a worker."""

import io
import zipfile

from phitui.documents.formats.blocks import Block, Flow, Source
from phitui.documents.kinds import recognised


def flow_of(name: str, data: bytes | str) -> tuple[Flow, list[Block]]:
    """What is made of a file of that name: the flow, its title and notes complete, and its blocks."""
    source = Source(name, data=data.encode() if isinstance(data, str) else data)
    flow = recognised(source).read(source)
    return flow, list(flow.blocks)


def lines_of(name: str, data: bytes | str) -> list[str]:
    """The texts of its blocks."""
    return [block.text for block in flow_of(name, data)[1]]


def text_of(name: str, data: bytes | str) -> str:
    """All of it."""
    return "\n".join(lines_of(name, data))


def packed(parts: dict[str, str | bytes]) -> bytes:
    """An archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()
