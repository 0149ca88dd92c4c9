"""The kernels: each beside plain torch in Triton's interpreter, and the step that launches them beside the models'."""

import subprocess
import sys
from typing import Any

import pytest

from tests.models import plain_kernels
from tests.models.engines import random_model, random_prompt

FAMILIES = ("phi", "llama", "qwen2", "qwen3", "phi3", "gemma2", "gemma3_text", "mistral")


@pytest.fixture
def plain(monkeypatch):
    from phitui.models.kernels import step

    monkeypatch.setattr(step, "launch", plain_kernels.launch)


@pytest.fixture(scope="module")
def interpreted():
    pytest.importorskip("triton", reason="kernels are tried where triton is installed")
    import torch

    from phitui.models.kernels.step import launch

    x = torch.ones(1, 16)
    sizes: dict[str, Any] = {"N": 1, "K": 16, "RAW": 1, "SPLITS": 1, "BN": 16, "BK": 16, "KIND": "silu"}
    kinds: dict[str, Any] = {"GATED": False, "SCALED": False, "BIASED": False}
    try:
        launch("product", (1, 1), x, x, x, x, torch.zeros(1, 1, 1), x, 1, 0, **sizes, **kinds)
    except Exception as error:
        if "0-dimensional" not in str(error):
            raise
        pytest.skip("the interpreter of this Triton is older than this numpy")
    return launch


def forward(family, **more):
    from phitui.models.transformer.forward import forward_of

    made = forward_of(random_model(family, **more))
    assert not isinstance(made, str), made
    return made


def steps(family, halved=False, **more):
    """The largest difference between a step by the kernels and one by plain torch, behind 37 tokens."""
    import torch

    from phitui.models.kernels.step import Kernels
    from phitui.models.transformer.eight_bits import in_8_bits

    made, off = forward(family, **more), 0.0
    if halved:
        in_8_bits(made, torch.device("cpu"))
    tokens = torch.tensor(random_prompt(60, 1)) % made.vocabulary
    one, two = made.new_cache(90), made.new_cache(90)
    two[:, :, 60:] = float("nan")  # what no row may see may be anything
    at = 0
    for rows in (37, 1, 8, 3):
        said = []
        for cache, kernels in ((one, None), (two, Kernels(made))):
            made.kernels = kernels
            where = torch.arange(at, at + rows)
            said.append(made.logits(made.hidden(tokens[where], where, cache, at + rows)))
        at += rows
        off = max(off, float((said[0] - said[1]).norm() / said[0].norm()))
        off = max(off, float((one - two)[:, :, :at].norm() / one.norm()))
    return off


@pytest.mark.parametrize("family", FAMILIES)
def test_the_step_that_launches_kernels_is_the_models_own(family, plain):
    assert steps(family) < 1e-5
    if family == "phi":
        assert steps(family, hidden_act="gelu") < 1e-5
    if family in ("phi", "gemma2"):
        assert steps(family, halved=True) < 1e-5


def test_weights_in_8_bits_are_off_by_half_a_step_at_most():
    import torch

    from phitui.models.transformer.eight_bits import EightBits

    torch.manual_seed(0)
    linear = torch.nn.Linear(70, 5000)
    linear.weight.data[3] = 0
    made, x = EightBits(linear, "cpu"), torch.randn(4, 70)
    back = made.weight.float() * made.scale[:, None]
    assert made.weight.dtype == torch.int8 and made.weight.abs().max() == 127
    assert ((back - linear.weight).abs() <= made.scale[:, None] * 0.501).all()
    assert torch.allclose(made(x), x @ back.T + linear.bias, atol=1e-4)


@pytest.mark.parametrize("family", ["phi", "gemma2"])
def test_a_whole_step_in_the_interpreter(family, interpreted, monkeypatch):
    monkeypatch.setattr("phitui.models.kernels.step.PROGRAMS", 8)
    assert steps(family, num_hidden_layers=1, vocab_size=90) < 1e-5


def both(interpreted, name, grid, *given, **constants):
    """The kernel and plain torch on their own copies of what is given: (theirs, its)."""
    import torch

    copies = [[each.clone() if isinstance(each, torch.Tensor) else each for each in given] for _ in range(2)]
    interpreted(name, grid, *copies[0], **constants)
    plain_kernels.launch(name, grid, *copies[1], **constants)
    return copies


def close(one, other):
    return float((one - other).norm() / other.norm()) <= 1e-5


@pytest.mark.parametrize(
    ("rows", "n", "k", "raw", "kind", "gated", "splits"),
    [
        (1, 33, 200, 33, "silu", False, 2),
        (8, 40, 129, 19, "tanh", False, 1),
        (3, 17, 100, 0, "silu", True, 1),
        (5, 31, 700, 31, "erf", False, 3),
        (2, 16, 256, 3, "erf", False, 1),
    ],
)
@pytest.mark.parametrize("scaled", [False, True], ids=["whole", "8-bit"])
def test_products_of_odd_sizes(rows, n, k, raw, kind, gated, splits, scaled, interpreted):
    import torch

    torch.manual_seed(n)
    x, weight = torch.randn(rows, k), torch.randn(n * (1 + gated), k) * 10
    weight = weight.round().clamp(-127, 127).to(torch.int8) if scaled else weight / k
    scale, bias = torch.rand(len(weight)) / k, torch.randn(n)
    given = x, weight, scale, bias, torch.zeros(splits, rows, raw), torch.zeros(rows, n - raw), rows, n - raw
    sizes = {"N": n, "K": k, "RAW": raw, "KIND": kind, "GATED": gated, "SPLITS": splits, "BN": 16, "BK": 128}
    grid = (-(-n // 16), splits)
    ours, wanted = both(interpreted, "product", grid, *given, SCALED=scaled, BIASED=not gated, **sizes)
    assert not raw or close(ours[4], wanted[4])
    assert raw == n or close(ours[5], wanted[5])
    # A row beside others is the row alone, bit for bit.
    alone = x[-1:].clone(), *given[1:4], torch.zeros(splits, 1, raw), torch.zeros(1, n - raw), 1, n - raw
    interpreted("product", grid, *alone, SCALED=scaled, BIASED=not gated, **sizes)
    assert torch.equal(alone[4][:, 0], ours[4][:, -1]) and torch.equal(alone[5][0], ours[5][-1])


@pytest.mark.parametrize("splits", [0, 1, 3])
@pytest.mark.parametrize("centred", [False, True], ids=["root mean square", "layer norm"])
def test_norms_behind_a_sum(splits, centred, interpreted):
    import torch

    torch.manual_seed(splits)
    rows, width = 3, 77
    states, weights = torch.randn(rows, width) + 1, torch.randn(3, width)
    given = states, torch.randn(max(splits, 1), rows, width), *weights, torch.zeros(rows, width), rows, 1e-5, 1e-6
    sizes = {"WIDTH": width, "SPLITS": splits, "BACK": splits == 3, "CENTRED": centred, "PADDED": 128}
    ours, wanted = both(interpreted, "add_norm", (rows, 1), *given, **sizes)
    assert close(ours[0], wanted[0]) and close(ours[5], wanted[5])


@pytest.mark.parametrize(("heads", "kv", "turned", "normed"), [(4, 4, 8, False), (6, 2, 20, True)])
def test_turning_and_placing(heads, kv, turned, normed, interpreted):
    import torch

    torch.manual_seed(heads)
    rows, width, line = 3, 20, 40
    tables = torch.randn(2, line, 1, turned)
    given = (
        *(torch.randn(2, rows, (heads + 2 * kv) * width), torch.zeros(rows, heads * width)),
        *(
            torch.zeros(2 * kv, line, width),
            torch.tensor([5, 6, 39]),
            *tables,
            *torch.randn(2, width),
            rows,
            line,
            1e-6,
        ),
    )
    sizes = {"HEADS": heads, "KV": kv, "D": width, "TURNED": turned, "NORMED": normed, "SPLITS": 2, "PADDED": 32}
    ours, wanted = both(interpreted, "place", (rows, heads + 2 * kv), *given, **sizes)
    assert close(ours[1], wanted[1]) and close(ours[2], wanted[2])


@pytest.mark.parametrize(
    ("heads", "kv", "positions", "cap", "sliding"),
    [(2, 2, [0], None, 0), (2, 1, [99, 100, 101], None, 0), (4, 2, [62, 63], 5.0, 40), (2, 2, [130], None, 7)],
)
def test_attention_at_odd_lengths(heads, kv, positions, cap, sliding, interpreted):
    import torch

    torch.manual_seed(heads)
    rows, width, line, splits = len(positions), 20, 140, 4
    where = torch.tensor(positions)
    cache = torch.randn(2 * kv, line, width)
    cache[:, positions[-1] + 1 :] = float("nan")
    asked, left = torch.randn(rows, heads * width), torch.full((splits, rows, heads * width), float("nan"))
    shape = {"HEADS": heads, "D": width, "PADDED": 32, "SPLITS": splits}
    more = {"KV": kv, "CAPPED": bool(cap), "SLIDES": bool(sliding), "M": max(16, heads // kv * 8), "BLOCK": 16}
    out = torch.zeros(rows, heads * width + 3)

    def found(launch, asked, where):
        parts, logs, to = (
            left[:, : len(where)].clone(),
            torch.zeros(splits, len(where), heads),
            out[: len(where)].clone(),
        )
        launch(
            "attend",
            (kv, splits),
            asked,
            cache,
            where,
            parts,
            logs,
            len(where),
            line,
            0.2,
            cap or 1,
            sliding,
            **shape,
            **more,
        )
        launch("combine", (len(where), heads), parts, logs, to, len(where), to.stride(0), **shape)
        return to

    ours, wanted = found(interpreted, asked, where), found(plain_kernels.launch, asked, where)
    assert close(ours, wanted)
    assert torch.equal(found(interpreted, asked[:1].clone(), where[:1])[0], ours[0])  # bit for bit, as above


@pytest.mark.long
@pytest.mark.parametrize("capability", [80, 89, 90, 100])
def test_kernels_are_compiled_for_a_card_without_one(capability, tmp_path):
    pytest.importorskip("triton", reason="kernels are compiled where triton is installed")
    command = [sys.executable, "-W", "error::SyntaxWarning", "-m", "tests.models.compile_kernels", str(capability)]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(tmp_path), check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("compiled") >= 50


def _environment(cache):
    import os

    return {key: value for key, value in os.environ.items() if key != "TRITON_INTERPRET"} | {
        "TRITON_CACHE_DIR": str(cache),
        "PYTHONPATH": ":".join(sys.path),
    }
