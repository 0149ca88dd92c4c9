"""One server, asked through the OpenAI SDK: its address, its key, and nothing else that it does not need to know."""

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from phitui import __version__
from phitui.models.server import faults
from phitui.models.server.address import ServerAddress
from phitui.models.server.event_stream import BadEvent, events
from phitui.models.server.keys import key_for, without_key
from phitui.models.thread import quiet_collector
from phitui.text import one_line

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 10.0
"""A server that does not take a connection by then is taken for gone."""
LARGEST_ANSWER = 64_000_000
"""Bytes of one response: the vectors of a batch take some millions, an answer some thousands."""
HEADERS = frozenset(("host", "accept", "connection", "content-type", "content-length"))
"""What is sent as the SDK made it: its others describe this machine, or come from variables meant for OpenAI."""


class ServerClient:
    """Its methods are coroutines of one event loop. The SDK is imported with the first request."""

    def __init__(self, address: ServerAddress, timeout: float):
        """`timeout`: seconds for which the server may say nothing."""
        self.address, self._timeout = address, timeout
        self._client: AsyncOpenAI | None = None
        self._key = ""

    async def get(self, path: str) -> Any:
        """The JSON at a path of the interface, or at a whole address of this server. Raises ServerFault."""
        return await self._whole("get", path, {})

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that answers `body`. Raises ServerFault."""
        return await self._whole("post", path, {"body": body})

    async def _whole(self, method: str, path: str, given: dict[str, Any]) -> Any:
        import httpx2

        try:
            response = await getattr(self._opened(), method)(path, cast_to=httpx2.Response, **given)
            kind = response.headers.get("content-type", "")
            if "json" not in kind:
                raise faults.wrong_kind(self.address, kind, "JSON")
            return response.json()
        except faults.ServerFault:
            raise
        except (ValueError, RecursionError):
            raise faults.rubbish(self.address, "no JSON") from None
        except Exception as error:
            raise self._fault(error, begun=False) from None

    async def events(self, path: str, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The objects of a streamed answer. The connection is closed with the iterator. Raises ServerFault."""
        client, begun = self._opened(), False
        create: Any = {
            "/chat/completions": client.chat.completions.with_streaming_response.create,
            "/completions": client.completions.with_streaming_response.create,
        }[path]
        named = {key: body[key] for key in ("model", "messages", "prompt") if key in body}
        rest = {key: value for key, value in body.items() if key not in named}
        try:
            # The response as it comes: the SDK's own reader takes lines and events of any size.
            async with create(**named, stream=True, extra_body=rest) as response:
                kind = response.headers.get("content-type", "")
                if "event-stream" not in kind:
                    raise faults.wrong_kind(self.address, kind, "a stream of events")
                async for event in events(response.iter_bytes()):
                    if event.get("error"):
                        raise faults.told(self.address, without_key_in(event["error"], self._key))
                    begun = True
                    yield event
        except faults.ServerFault:
            raise
        except BadEvent as error:
            raise faults.rubbish(self.address, str(error)) from None
        except Exception as error:
            raise self._fault(error, begun) from None

    async def close(self) -> None:
        """Ends all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _fault(self, error: Exception, begun: bool) -> faults.ServerFault:
        import httpx2
        import openai

        if isinstance(error, openai.APIStatusError):
            response = error.response
            kind = response.headers.get("content-type", "")
            body = without_key(response.content.decode("utf-8", "replace"), self._key).encode()
            wait = _seconds(response.headers.get("retry-after", ""))
            return faults.refused(self.address, response.status_code, body, kind, bool(self._key), wait)
        cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(cause, _TooLarge):
            return faults.rubbish(self.address, str(cause))
        if not isinstance(cause, httpx2.HTTPError | OSError | TimeoutError | openai.APIError):
            return faults.rubbish(self.address, one_line(f"{type(cause).__name__}: {cause}", 160))
        timed_out = isinstance(cause, httpx2.TimeoutException | TimeoutError)
        if isinstance(cause, httpx2.RemoteProtocolError) or (begun and not timed_out):
            return faults.cut_off(self.address, begun)
        fault = faults.unreachable(self.address, error, self._timeout)
        return faults.ServerFault(without_key(fault.message, self._key), again=fault.again)

    def _opened(self) -> "AsyncOpenAI":
        if self._client is None:
            # Else the collector walks through the SDK's thousands of models every few seconds: 70 ms without a key.
            with quiet_collector():
                self._client = self._made()
        return self._client

    def _made(self) -> "AsyncOpenAI":
        import httpx2
        import openai

        for name in ("openai", "httpx2", "httpcore2"):  # they would log what is asked
            logging.getLogger(name).setLevel(logging.WARNING)
        self._key = key_for(self.address)
        client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self.address.base,
            max_retries=0,
            timeout=httpx2.Timeout(self._timeout, connect=min(self._timeout, CONNECT_SECONDS)),
            http_client=_http_client(self.address, self._key),
        )
        _ = client.chat.completions, client.completions, client.models  # imported when they are first asked for
        return client


def _http_client(address: ServerAddress, key: str) -> Any:
    """Follows no redirect, through no proxy to this machine, and reads no more than LARGEST_ANSWER bytes."""
    said = {"User-Agent": f"phitui/{__version__}", "Accept-Encoding": "identity"}
    if key:
        said["Authorization"] = f"Bearer {key}"
    import httpx2
    import openai

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, stream: Any):
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            count = 0
            async for piece in self._stream:
                count += len(piece)
                if count > LARGEST_ANSWER:
                    raise _TooLarge(f"more than {LARGEST_ANSWER // 1_000_000} MB")
                yield piece

        async def aclose(self) -> None:
            await self._stream.aclose()

    class Client(openai.DefaultAsyncHttpxClient):
        async def send(self, request: Any, *, stream: bool = False, **more: Any) -> Any:
            whole = request.headers.copy()
            for name in set(whole.keys()) - HEADERS:
                del request.headers[name]
            request.headers.update(said)
            response = await super().send(request, stream=True, **more)
            request.headers = whole  # the SDK looks there for what it wanted to do with the response
            try:
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise _TooLarge("it is compressed, which was not asked for")
                response.stream = Bounded(response.stream)
                if not stream:
                    await response.aread()
            except BaseException:
                await response.aclose()
                raise
            return response

    # A connection that was kept may be closed by the server just as the next request goes out on it: that request would
    # count as failed, and be sent anew as if the server had refused it.
    fresh = httpx2.Limits(max_keepalive_connections=0)
    return Client(follow_redirects=False, trust_env=not address.local, limits=fresh)


class _TooLarge(Exception):
    """A response that nobody could have wanted."""


def _seconds(header: str) -> float | None:
    """Of Retry-After; None where it gives none, or a date."""
    with suppress(ValueError):
        return max(0.0, min(float(one_line(header)), 86_400.0))
    return None


def without_key_in(error: Any, key: str) -> Any:
    """The same JSON with the key covered in its strings."""
    if isinstance(error, str):
        return without_key(error, key)
    if isinstance(error, dict):
        return {name: without_key_in(value, key) for name, value in list(error.items())[:20]}
    return error
