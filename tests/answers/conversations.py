"""Forty conversations of two questions each about the shared PDFs, written by hand.

Each row: file, first question, follow-up, pages that answer the follow-up. Pages were looked up in the documents before
anything was measured.
"""

from dataclasses import dataclass

DMCA = "dmca-summary-1998.pdf"
IRAQ = "loc-iraq-legal-history.pdf"
FOREST = "hr1904-healthy-forests.pdf"
DRUGS = "21cfr1308.pdf"
TRADE = "census-domestic-trade.pdf"
WATER = "usgs-methods.pdf"


@dataclass(frozen=True, slots=True)
class Talk:
    """A question, and one that leans on it."""

    path: str
    first: str
    follow_up: str
    pages: tuple[int, ...]


TALKS = tuple(
    Talk(*row)
    for row in (
        (DMCA, "When was the Digital Millennium Copyright Act signed into law?", "And who signed it?", (1,)),
        (DMCA, "What does Title V of the DMCA protect?", "How long does that protection last?", (17,)),
        (
            DMCA,
            "What are the criminal penalties for violating section 1201?",
            "Are libraries exempt from them?",
            (7, 8),
        ),
        (DMCA, "Which studies does Title I of the DMCA require on encryption?", "When are they due?", (8,)),
        (DMCA, "What is an ephemeral recording?", "How long could one be kept?", (14,)),
        (
            DMCA,
            "What must a copyright owner do to have material taken down?",
            "How can one respond to that?",
            (12,),
        ),
        (
            DMCA,
            "What does section 512(b) of the Copyright Act limit liability for?",
            "Under which conditions?",
            (10, 11),
        ),
        (DMCA, "How many copies may libraries make under section 108?", "May they be digital?", (15,)),
        (DMCA, "What does section 1202 prohibit?", "How does it define CMI?", (7,)),
        (DMCA, "What is section 1201(f) about?", "What about 1201(j)?", (6,)),
        (IRAQ, "When did Hammurabi rule?", "Where were they written down?", (4,)),
        (IRAQ, "Who were the Kassites?", "What are their documents about?", (5,)),
        (IRAQ, "How did the Assyrians treat women?", "And what did they do with conquered peoples?", (5, 6)),
        (IRAQ, "What was the tanzimat?", "When was it announced, and how?", (11,)),
        (IRAQ, "Who was Midhat Pasha?", "What happened to him in 1872?", (13,)),
        (
            IRAQ,
            "When did the revolt against the British take place after the jihad was declared?",
            "How many people died in it?",
            (15,),
        ),
        (IRAQ, "What did the Treaty of Sevres plan for the Kurds?", "And the Treaty of Lausanne?", (16,)),
        (IRAQ, "What powers did the king have under the Organic Law?", "And the deputies?", (17,)),
        (IRAQ, "What did the 1930 Anglo-Iraqi Treaty allow Great Britain to do?", "When was it signed?", (18,)),
        (IRAQ, "What was the Portsmouth Treaty of 1948?", "What became of it?", (22,)),
        (
            IRAQ,
            "What did the 1970 interim constitution of Iraq say about religion?",
            "And about property?",
            (28,),
        ),
        (IRAQ, "Who was Sultan Suleiman?", "Why is he called the Lawgiver?", (9,)),
        (IRAQ, "What happened to General Qasim in 1963?", "Who was behind that?", (25,)),
        (
            FOREST,
            "How much money does the Healthy Forests Restoration Act authorize each year for hazardous fuel reduction?",
            "And how many acres may be treated?",
            (7,),
        ),
        (FOREST, "What is a condition class 3?", "And condition class 2?", (3, 4)),
        (FOREST, "Where does the Southern pine beetle ravage forests?", "What about the red oak borer?", (22,)),
        (
            FOREST,
            "What are applied silvicultural assessments?",
            "How many acres of that can be excluded?",
            (25,),
        ),
        (FOREST, "What is the healthy forests reserve program?", "How big may it get?", (26,)),
        (
            FOREST,
            "What is the watershed forestry cost-share program?",
            "How much of the cost does it pay?",
            (18, 19),
        ),
        (
            FOREST,
            "What is the early warning system for threats to forests supposed to prevent?",
            "How much is appropriated for that?",
            (29,),
        ),
        (
            FOREST,
            "How much does the Secretary pay for easements of not more than 99 years?",
            "And for 30 years?",
            (27,),
        ),
        (
            DRUGS,
            "Where are the schedules of controlled substances established?",
            "Which substances are on Schedule III?",
            (6, 7),
        ),
        (
            DRUGS,
            "How does one apply for an exemption of an anabolic steroid product?",
            "Which products are exempt?",
            (16,),
        ),
        (
            DRUGS,
            "Can a substance be placed in Schedule I on a temporary basis?",
            "When does such an order become effective?",
            (19,),
        ),
        (
            TRADE,
            "What were retail sales in the United States in 2000 by type of store?",
            "And the number of employees, by state?",
            (10,),
        ),
        (TRADE, "How many franchised new car dealerships were there in 2000?", "And how many in 1980?", (11,)),
        (TRADE, "How large were shipments of the toy industry in 1999?", "What about video games?", (12,)),
        (TRADE, "How much did consumers spend online in 2000?", "And in 2001?", (14,)),
        (
            WATER,
            "How long may water samples be held before analysis of volatile organic compounds?",
            "What are they collected in?",
            (20, 26),
        ),
        (WATER, "How is the long-term method detection limit calculated?", "And the short-term one?", (45,)),
    )
)
