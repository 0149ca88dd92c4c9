"""From hits to a checked answer: follow-ups, quoting, evidence, packing, grounding. Knows no torch, no widget."""
