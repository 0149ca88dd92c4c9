"""A model of an OpenAI-compatible server, as an engine: what is asked leaves for the servers that the user named."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event as ThreadEvent
from time import perf_counter

from phitui.errors import ModelError
from phitui.events import AnswerFinished, TokensArrived
from phitui.models.engine import PromptKind, Sampling
from phitui.models.engines.turns import thought_begun
from phitui.models.server import faults, prompts
from phitui.models.server.address import server_address
from phitui.models.server.answer import ServedAnswer
from phitui.models.server.client import ServerClient
from phitui.models.server.faults import ServerFault
from phitui.models.server.loop import LoopThread
from phitui.models.server.offer import UNKNOWN_WINDOW, ServedModel, chosen_model
from phitui.models.server.token_counter import How, ServerCounter, estimated, own_counter, server_counter

ATTEMPTS = 3
"""Rounds over the servers before the first token; after it nothing is asked again."""
BACKOFF_SECONDS = 0.5
"""Before the second round; each further wait is twice as long. A quarter of it is drawn, so that clients part."""
LONGEST_WAIT = 20.0
"""Seconds that are waited where a server asks for it; for longer ones the user decides."""
BATCH_SECONDS = 0.05
"""Text is handed on at most so often, and a cancel is seen so soon."""
CLOSING_SECONDS = 1.0
"""By then a connection that is given up is closed."""
TEMPLATE_TOKENS = 48
"""Of the window are left to what a server's chat template adds."""
THOUGHT_TOKENS = 1024
"""What a model that thinks may think, where the request does not say."""


class _Served:
    """One server with the model that is used there."""

    def __init__(self, address: str, timeout: float):
        self.address = server_address(address)
        self.client = ServerClient(self.address, timeout)
        self.model: ServedModel | None = None
        self.counter: ServerCounter | None = None
        self.own: Callable[[str], int] | None = None
        self.plain = False
        """Whether it is asked for completions, not for chats."""
        self.thinks = False
        """Whether its model was seen to think."""


class ServerEngine:
    """An `Engine` over several servers: the next one is asked where one fails before its first token."""

    writes = True

    def __init__(
        self,
        addresses: Sequence[str],
        model: str,
        models_folder: Path,
        *,
        timeout: float = 120,
        window: int = 0,
        api: str = "auto",
        think: bool = False,
    ):
        """`model` empty: each server's first. `window` 0: what the server says. `api`: auto, chat or completions.

        Nothing is sent before `load`. Raises UsageError for an address that is none.
        """
        self._servers = [_Served(each, timeout) for each in addresses]
        self._wanted, self._models_folder, self._window, self._api = model, models_folder, window, api
        self._think = think
        self._loop = LoopThread()
        self._closing = ThreadEvent()
        self._current = self._servers[0]
        self.name = model or f"a model of {self._current.address.host}"
        self.device = self._current.address.shown
        self.context_window = window or UNKNOWN_WINDOW
        self.parameters = 0
        self.loaded = False
        self.path = ""

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────────

    def load(self, report: Callable[[str], None]) -> str:
        """Asks the servers in their order for the model; returns what answers, and where text goes. Raises ModelError.

        Each server is asked again, where it may be starting.
        """
        if not self.loaded:
            self._closing.clear()

            async def asked(server: _Served) -> None:
                report(f"asking {server.address.host}")
                await self._prepare(server)

            self._loop.run(self._tried(asked, lambda: False))
            self.loaded = True
        return self._note()

    async def _prepare(self, server: _Served) -> ServedModel:
        if server.model is None:
            model = await chosen_model(server.client, self._wanted)
            server.plain = self._api == "completions" or (self._api == "auto" and prompts.is_phi(model.id))
            server.own = await asyncio.to_thread(own_counter, model, self._models_folder)
            if server.own is None:
                server.counter = await server_counter(server.client, model)
            server.model = model
        self._use(server, server.model)
        return server.model

    def _use(self, server: _Served, model: ServedModel) -> None:
        self._current, self.name, self.device = server, model.id, server.address.shown
        self.parameters = model.parameters
        window = self._window or model.context_window or UNKNOWN_WINDOW
        self.context_window = max(1, window - (0 if server.plain else min(TEMPLATE_TOKENS, window // 8)))
        known = "" if self._window or model.context_window else f", window of {window:,} tokens assumed"
        interface = "completions" if server.plain else "chat"
        self.path = f"{model.program or 'server'}, {interface}, tokens {self._counting()}{known}"

    def _counting(self) -> How:
        if self._current.own is not None:
            return "counted here"
        return "counted by the server" if self._current.counter is not None else "estimated"

    def _note(self) -> str:
        away = [each.address.host for each in self._servers if not each.address.local]
        leaves = (
            f"questions and passages leave this machine for {' or '.join(away)}"
            if away
            else f"on this machine, {self._current.address.host}; nothing leaves it"
        )
        return f"{self.name}: {leaves} ({self.path})"

    # ── prompts ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def continues(self) -> bool:
        """Whether an answer that has begun can be gone on with."""
        model = self._current.model
        return self._current.plain or (model is not None and model.continues)

    def wrap(self, content: str, kind: PromptKind) -> str:
        """The content and where the answer begins: a server's chat template is its own matter."""
        return prompts.wrap(content, kind, not self._current.plain, prompts.is_phi(self.name))

    def stops(self, kind: PromptKind) -> tuple[str, ...]:
        """Those of a plain format."""
        return prompts.stops(kind, not self._current.plain, prompts.is_phi(self.name))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens: exact, or estimated where `path` says so."""
        server = self._current
        if server.own is not None:
            return [server.own(text) for text in texts]
        if server.counter is not None:
            try:
                return self._loop.run(server.counter.counts(texts))
            except ServerFault:  # the question itself will say what is the matter
                server.counter = None
                if server.model is not None:
                    self._use(server, server.model)
        return [estimated(text) for text in texts]

    # ── generating ───────────────────────────────────────────────────────────────────────────────────────────

    def stream(self, prompt: str, sampling: Sampling, cancel: ThreadEvent) -> Iterator[TokensArrived | AnswerFinished]:
        """Text in batches, then the figures. Cancelled, it closes the connection. Raises ModelError."""
        arrived: SimpleQueue[str] = SimpleQueue()
        ended = ThreadEvent()
        answers: list[ServedAnswer] = []

        async def work() -> None:
            try:
                await self._answer(prompt, sampling, arrived, answers)
            finally:
                ended.set()
                arrived.put("")

        future = self._loop.submit(work())
        cancelled, batch, last = False, "", 0.0
        try:
            while not (ended.is_set() and arrived.empty()):
                if cancel.is_set() or self._closing.is_set():
                    cancelled = True
                    future.cancel()
                    ended.wait(CLOSING_SECONDS)
                    break
                with suppress(Empty):
                    batch += arrived.get(timeout=BATCH_SECONDS)
                if batch and perf_counter() - last >= BATCH_SECONDS:
                    yield TokensArrived(batch)
                    batch, last = "", perf_counter()
            while not arrived.empty():
                batch += arrived.get()
            if batch:
                yield TokensArrived(batch)
            if not cancelled:
                future.result()
            answer = answers[-1] if answers else ServedAnswer((), None, 0, arrived.put)
            yield self._finished(prompt, answer, "cancelled" if cancelled else answer.reason)
        finally:
            future.cancel()

    def _finished(self, prompt: str, answer: ServedAnswer, reason: str) -> AnswerFinished:
        tokens = answer.answer_tokens
        if tokens is None:
            tokens = self.count_tokens([answer.text])[0] if answer.text and reason != "cancelled" else answer.pieces
        read = answer.prompt_tokens
        return AnswerFinished(
            text=answer.text,
            reason=reason,
            model=self.name,
            prompt_tokens=(estimated(prompt) if reason == "cancelled" else self.count_tokens([prompt])[0])
            if read is None
            else read,
            reused_tokens=answer.reused_tokens,
            answer_tokens=tokens,
            time_to_first_token=answer.time_to_first_token,
            tokens_per_second=answer.tokens_per_second(tokens),
            thoughts=answer.thoughts,
        )

    async def _answer(
        self, prompt: str, sampling: Sampling, arrived: "SimpleQueue[str]", answers: list[ServedAnswer]
    ) -> None:
        """From the first server that answers; the last of `answers` is the one that counts."""

        async def asked(server: _Served) -> None:
            model = await self._prepare(server)
            body = self._body(prompt, server, model, sampling)
            refusals = 0
            while True:
                begun = thought_begun(prompt)
                answers.append(ServedAnswer(sampling.stop, begun, sampling.max_tokens, arrived.put))
                try:
                    await self._one(server, body, answers[-1])
                except ServerFault as fault:
                    changed = self._mended(prompt, server, model, sampling, body, fault)
                    if changed is None or answers[-1].begun or refusals > len(prompts.OPTIONAL):
                        raise
                    body, refusals = changed, refusals + 1
                    continue
                answer = answers[-1]
                if server.thinks or answer.text or not answer.thoughts or answer.reason != "length":
                    return
                server.thinks = True  # the thoughts have taken what was meant for the answer
                body = self._body(prompt, server, model, sampling)

        await self._tried(asked, lambda: bool(answers) and answers[-1].begun)

    async def _one(self, server: _Served, body: dict[str, object], answer: ServedAnswer) -> None:
        """One request. Raises ServerFault, also where the connection ends before the answer does."""
        path = "/completions" if "prompt" in body else "/chat/completions"
        done = False
        stream: AsyncIterator[dict[str, object]] = server.client.events(path, body)
        async with aclosing(stream) as events:  # type: ignore[type-var]
            async for event in events:
                done = done or "done" in event
                if answer.take(event):
                    break
        if not answer.reason and not done:
            raise faults.cut_off(server.address, answer.begun)
        answer.reason = answer.reason or "end"
        answer.finish()

    def _body(self, prompt: str, server: _Served, model: ServedModel, sampling: Sampling) -> dict[str, object]:
        parts = None if server.plain else prompts.parted(prompt)
        if parts is None:
            body = prompts.plain_body(prompt)
        else:
            if parts[1] and not model.continues:
                raise ModelError(
                    f"The server at {server.address.host} cannot go on with an answer that has begun: ask anew, or "
                    "set server_api to completions."
                )
            body = prompts.chat_body(*parts, model.program, self._think)
        longest = sampling.max_tokens
        if server.thinks or self._think:
            longest += getattr(sampling, "thought_tokens", THOUGHT_TOKENS)
        return {"model": model.id, **body, **prompts.sampled(sampling, model.program, longest)}

    def _mended(
        self,
        prompt: str,
        server: _Served,
        model: ServedModel,
        sampling: Sampling,
        body: dict[str, object],
        fault: ServerFault,
    ) -> dict[str, object] | None:
        """The request as a server takes it that refused this one; None where nothing can be done."""
        if fault.status not in (400, 404, 405, 422, 500, 501):
            return None
        no_chat = "messages" in body and self._api == "auto"
        if no_chat and (fault.status in (404, 405) or re.search(r"chat.?template", fault.message, re.IGNORECASE)):
            server.plain = True  # a base model, or a server without chats
            self._use(server, model)
            return self._body(prompt, server, model, sampling)
        return prompts.without_refused(body, fault.message) if fault.status in (400, 422) else None

    async def _tried(self, ask: Callable[[_Served], object], begun: Callable[[], bool]) -> None:
        """Asks one server after the other, the one in use first, in up to ATTEMPTS rounds. Raises ModelError."""
        at = self._servers.index(self._current)
        order = [*self._servers[at:], *self._servers[:at]]
        for attempt in range(ATTEMPTS):
            found: list[ModelError] = []
            for server in order:
                try:
                    await ask(server)  # type: ignore[misc]
                    return
                except ModelError as error:
                    if begun():
                        raise
                    found.append(error)
            waits = [each.wait or 0.0 for each in found if isinstance(each, ServerFault) and each.again]
            pause = max(BACKOFF_SECONDS * 2**attempt * random.uniform(0.75, 1), min(waits, default=0.0))
            if not waits or attempt == ATTEMPTS - 1 or pause > LONGEST_WAIT:
                raise found[0] if len(found) == 1 else _all_failed(found)
            await asyncio.sleep(pause)

    def close(self) -> None:
        """Stops what is being generated, and ends all connections."""
        self._closing.set()
        self.loaded = False
        if not self._loop.started:
            return

        async def end() -> None:
            for server in self._servers:
                await server.client.close()

        ended = self._loop.submit(end())
        ended.add_done_callback(lambda done: self._loop.close())


def _all_failed(found: Sequence[ModelError]) -> ModelError:
    return ModelError(f"None of the {len(found)} servers answered. " + " ".join(each.message for each in found))
