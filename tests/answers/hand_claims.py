"""Sixty sentences as a small model might write them, judged by hand against short passages.

`True` stands where the passages say so. The passages are invented.
"""

LIGHTHOUSE = (
    "The lighthouse of Alda was built in 1884 by Maria Vance on the northern cape. It stands 41 metres tall and was "
    "painted white until 1931. Its lamp burned whale oil until 1907, when electric light replaced it. The keeper's "
    "house, a low stone building of four rooms, was sold to the parish in 1952 for 3,200 crowns."
)
FERRY = (
    "The ferry between Alda and Port Ness began running in May 1920 with one steamer, the Petrel. By 1938 it carried "
    "about 140,000 passengers a year. The service was suspended during the war and resumed in 1946 under the Northern "
    "Ferry Company. It did not run on Sundays until 1971."
)
CONTRACT = (
    "The tenant shall pay a deposit of $1,500 before the first day of the lease. The landlord must return the deposit "
    "within 30 days after the lease ends, less the cost of any damage. Pets are not allowed without written consent of "
    "the landlord. Either party may end the lease with 60 days' notice. Rent is due on the first of each month; a late "
    "fee of 5% applies after the tenth."
)
MEDICINE = (
    "Patients in the Halden trial received 20 mg of the drug or a placebo once daily for twelve weeks. Blood pressure "
    "fell by 11 mm in the treated group and by 3 mm under placebo. Headache was the most frequent side effect and "
    "occurred in 8 percent of treated patients. Dr. Ines Roth, who led the trial, said that the drug should not be "
    "given to pregnant women. Two patients left the study because of dizziness."
)
WETLAND = (
    "The Orrin marsh covers 2,400 hectares between the Tamm river and the coast. About half of it was drained for "
    "farming between 1910 and 1935. Since the dam at Koll was removed in 2009, the water table has risen by 60 "
    "centimetres. Cranes returned to breed in 2014 after an absence of eighty years. The marsh is owned by the state "
    "and managed by the Orrin Trust."
)
COMPANY = (
    "Lindqvist Tools was founded in Maribo in 1911 by the brothers Karl and Otto Lindqvist. Karl ran the workshop "
    "while Otto sold the tools abroad. In 1957 the company bought its rival Brandt. Revenue rose from 48 million to 75 "
    "million euros between 2010 and 2018. The factory in Maribo employs 620 people, and a second one in Porto opened "
    "in 2003."
)
PASSAGES = (LIGHTHOUSE, FERRY, CONTRACT, MEDICINE, WETLAND, COMPANY)

CLAIMS: tuple[tuple[str, bool], ...] = (
    ("Maria Vance built the lighthouse in 1884.", True),
    ("According to the passage, the lighthouse stands on the northern cape.", True),
    ("The lighthouse is 41 meters high.", True),
    ("Electric light replaced whale oil in its lamp in 1907 [1].", True),
    ("The parish bought the keeper's house for 3200 crowns in 1952.", True),
    ("The lighthouse of Alda was built in 1894 by Maria Vance.", False),
    ("Otto Lindqvist built the lighthouse of Alda in 1884.", False),
    ("The lighthouse stands on the southern cape.", False),
    ("It stands 41 feet tall and was painted white.", False),
    ("The lighthouse was automated by the coast guard in the nineties.", False),
    ("The ferry began to run in May 1920.", True),
    ("At first the service had a single steamer, the Petrel.", True),
    ("In 1938 roughly 140,000 passengers used the ferry.", True),
    ("The Northern Ferry Company resumed the service in 1946.", True),
    ("Before 1971 the ferry did not run on Sundays.", True),
    ("By 1938 it carried about 410,000 passengers a year.", False),
    ("The service resumed in 1946 under the Petrel Shipping Line.", False),
    ("The ferry ran on Sundays until 1971.", False),
    ("A return ticket cost two crowns.", False),
    ("The ferry between Alda and Maribo began running in May 1920.", False),
    ("The tenant must pay a deposit of 1,500 dollars.", True),
    ("The deposit has to be returned within 30 days after the end of the lease.", True),
    ("Pets are only allowed with the landlord's written consent.", True),
    ("Both sides can end the lease with sixty days' notice.", True),
    ("After the tenth, a late fee of 5 percent applies.", True),
    ("The deposit is $2,500.", False),
    ("The landlord must return the deposit within 45 days after the lease ends.", False),
    ("Pets are allowed without written consent of the landlord.", False),
    ("Rent may be paid in cash or by bank transfer.", False),
    ("The tenant must return the deposit to the landlord within 30 days.", False),
    ("Patients were given 20 mg of the drug once a day.", True),
    ("The trial lasted 12 weeks and was led by Dr. Ines Roth.", True),
    ("Headache was the most common side effect, occurring in 8% of treated patients.", True),
    ("Two patients dropped out of the study because of dizziness.", True),
    ("Ines Roth said the drug should not be given to pregnant women.", True),
    ("Blood pressure fell by 17 mm in the treated group.", False),
    ("Dr. Karl Roth led the trial.", False),
    ("Blood pressure rose by 11 mm in the treated group.", False),
    ("The drug was approved by the regulator the following year.", False),
    ("Headache was the least frequent side effect.", False),
    ("The Orrin marsh has an area of 2,400 hectares.", True),
    ("Between 1910 and 1935, about half of the marsh was drained for farming.", True),
    ("The water table has risen by 60 cm since the removal of the Koll dam in 2009.", True),
    ("Cranes came back to breed in 2014 after eighty years of absence.", True),
    ("The marsh belongs to the state and is managed by the Orrin Trust.", True),
    ("The Orrin marsh covers 24,000 hectares.", False),
    ("Storks returned to breed in the harbour of Lisbon.", False),
    ("The dam at Koll was removed in 1990.", False),
    ("The marsh is managed by the Tamm Foundation.", False),
    ("The water table has fallen by 60 centimetres since 2009.", False),
    ("The brothers Karl and Otto Lindqvist founded Lindqvist Tools in 1911.", True),
    ("Karl was in charge of the workshop, while Otto sold tools abroad.", True),
    ("Brandt, a rival, was bought by the company in 1957.", True),
    ("Revenue grew to 75 million euros in 2018 from 48 million in 2010.", True),
    ("The Maribo factory has 620 employees.", True),
    ("Otto ran the workshop while Karl sold the tools abroad.", False),
    ("In 1957 the rival Brandt bought the company for nine million marks.", False),
    ("A second factory opened in Lisbon in 2003.", False),
    ("Revenue fell from 75 million to 48 million euros.", False),
    ("The factory in Maribo employs 260 people.", False),
)
