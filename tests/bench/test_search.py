"""The search bench asks a library of made passages by every arm, beside the plain recipe."""

from argparse import Namespace

from phitui.bench import BENCHES
from phitui.settings import Settings


def test_every_arm_is_compared_with_its_plain_twin():
    rows = {row["case"]: row for row in BENCHES["search"](Namespace(passages=200), Settings())}

    assert rows["passages"]["value"] >= 200
    for arm in ("lexical", "dense", "fused"):
        for cut in ("p50", "p99"):
            ours, plain = rows[f"{arm} {cut}"], rows[f"plain {arm} {cut}"]
            assert (ours["unit"], plain["ratio"]) == ("ms", None)
            assert ours["ratio"] == ours["value"] / plain["value"]
        assert rows[f"{arm} p50"]["value"] <= rows[f"{arm} p99"]["value"]
