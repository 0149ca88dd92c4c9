"""What LaTeX's commands for letters, signs and units stand for, and which commands are no text."""

import re

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "\"": "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
SIGNS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "l": "ł",
    "L": "Ł", "i": "i", "j": "j", "LaTeX": "LaTeX", "TeX": "TeX", "dots": "…", "ldots": "…", "textellipsis": "…",
    "textendash": "–", "textemdash": "—", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
    "textdegree": "°", "degree": "°", "euro": "€", "texteuro": "€", "pounds": "£", "S": "§", "P": "¶",
    "copyright": "©", "textregistered": "®", "texttrademark": "™", "quad": " ", "qquad": " ", "dag": "†", "ddag": "‡",
    "textbar": "|", "textless": "<", "textgreater": ">", "newline": "\n", "par": "\n\n", "linebreak": "\n",
    "today": "", "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”", "guillemotleft": "«",
    "guillemotright": "»", "og": "« ", "fg": " »", "textmu": "µ", "textperiodcentered": "·", "textbullet": "•",
    "textunderscore": "_", "slash": "/", "space": " ", "textonehalf": "½",
}  # fmt: skip
DROPPED = {
    "label": 1, "vspace": 1, "hspace": 1, "includegraphics": 1, "usepackage": 1, "documentclass": 1,
    "bibliographystyle": 1, "setlength": 2, "setcounter": 2, "addtocounter": 2, "pagestyle": 1, "thispagestyle": 1,
    "index": 1, "phantom": 1, "vphantom": 1, "hphantom": 1, "color": 1, "rule": 2, "newcommand": 2, "renewcommand": 2,
    "providecommand": 2, "DeclareMathOperator": 2, "newtheorem": 2, "newenvironment": 3, "renewenvironment": 3,
    "definecolor": 3, "hypersetup": 1, "pagenumbering": 1, "graphicspath": 1, "geometry": 1, "cline": 1,
    "cmidrule": 1, "addlinespace": 0, "lstset": 1, "glsadd": 1, "fontsize": 2, "selectlanguage": 1,
    "addcontentsline": 3, "thanks": 0, "newlength": 1, "nocite": 1, "stepcounter": 1, "numberwithin": 2,
    "theoremstyle": 1, "captionsetup": 1, "raisebox": 1, "scalebox": 1, "resizebox": 2, "parbox": 1, "minipage": 1,
    "textcolor": 1, "colorbox": 1, "rotatebox": 1, "def": 0,
}  # fmt: skip
"""So many arguments of a command are not text."""


FRACTIONS = 4
"""Fractions within each other."""
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")


def _divided(found: re.Match[str]) -> str:
    """a/b, with brackets around what is longer than a word."""
    above, below = (part if re.fullmatch(r"[\w.]*", part.strip()) else f"({part})" for part in found.groups())
    return f"{above}/{below} "


def formula_text(formula: str) -> str:
    """A formula on a line with the commonest commands as signs."""
    formula = re.sub(r"\\(?:mathrm|text|mathbf|mathit|operatorname|mathsf)\s*\{([^{}]*)\}", r"\1", formula)
    for _ in range(FRACTIONS):
        put = _ROOT.sub(r"√(\1)", _FRACTION.sub(_divided, formula))
        if put == formula:
            break
        formula = put
    formula = re.sub(
        r"\^\{([\w+-]{1,8})\}",
        lambda found: f"^{found[1]}" if re.fullmatch(r"-?\w+", found[1]) else f"^({found[1]})",
        formula,
    )
    signs = {
        "times": "×", "cdot": "·", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "approx": "≈",
        "sim": "∼", "to": "→", "rightarrow": "→", "infty": "∞", "degree": "°", "circ": "°", "mu": "μ", "alpha": "α",
        "beta": "β", "gamma": "γ", "delta": "δ", "lambda": "λ", "pi": "π", "sigma": "σ", "omega": "ω", "theta": "θ",
        "Delta": "Δ", "Omega": "Ω", "percent": "%", "rho": "ρ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
        "kappa": "κ", "nu": "ν", "xi": "ξ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "zeta": "ζ",
        "Gamma": "Γ", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Pi": "Π", "sum": "∑",
        "int": "∫", "prod": "∏", "partial": "∂", "nabla": "∇", "in": "∈", "ldots": "…", "dots": "…", "cdots": "…",
        "quad": " ", "qquad": " ", "left": "", "right": "", "big": "", "Big": "", "displaystyle": "", "equiv": "≡",
        "propto": "∝", "ll": "≪", "gg": "≫", "cup": "∪", "cap": "∩", "leftarrow": "←", "Rightarrow": "⇒",
    }  # fmt: skip
    formula = re.sub(r"\\([A-Za-z]+)\s?", lambda found: signs.get(found[1], found.group()), formula)
    return re.sub(r"\\[,;:! ]", " ", formula).replace("\\%", "%").replace("^°", "°")


def unit(text: str) -> str:
    words = {
        "kilo": "k", "milli": "m", "centi": "c", "micro": "µ", "mega": "M", "giga": "G", "metre": "m", "meter": "m",
        "gram": "g", "kilogram": "kg", "second": "s", "hour": "h", "minute": "min", "litre": "L", "celsius": "°C",
        "degreeCelsius": "°C", "percent": "%", "volt": "V", "ampere": "A", "watt": "W", "hertz": "Hz", "newton": "N",
        "pascal": "Pa", "joule": "J", "kelvin": "K", "mole": "mol", "per": "/", "squared": "^2", "cubed": "^3",
        "square": "", "euro": "€",
    }  # fmt: skip
    return re.sub(r"\\([A-Za-z]+)\s*", lambda found: words.get(found[1], found[1]), text).strip()
