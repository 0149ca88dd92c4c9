import pytest

from phitui.errors import ModelError, UsageError
from phitui.models.server.address import server_address
from phitui.models.server.keys import key_for


@pytest.mark.parametrize(
    ("given", "base", "host", "local"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1", "localhost:8000", True),
        ("HTTP://127.1.2.3:1/v1/", "http://127.1.2.3:1/v1", "127.1.2.3:1", True),
        ("http://[::1]:8080", "http://[::1]:8080/v1", "[::1]:8080", True),
        ("https://box", "https://box/v1", "box", False),
        ("https://box/api/openai/v1", "https://box/api/openai/v1", "box", False),
        ("http://localhost.example.org", "http://localhost.example.org/v1", "localhost.example.org", False),
        ("http://10.0.0.7:8000", "http://10.0.0.7:8000/v1", "10.0.0.7:8000", False),
    ],
)
def test_an_address_says_where_text_goes(given, base, host, local):
    read = server_address(given)
    assert (read.base, read.host, read.local) == (base, host, local)


@pytest.mark.parametrize(
    "given", ["", "box:8000", "http://", "http://a@b", "http://a?b", "http://a#b", "http://[::1", "http://a:99999"]
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(UsageError, match="http://HOST:PORT"):
        server_address(given)


def test_a_key_that_was_not_set_for_phitui_goes_over_encrypted_connections_alone():
    own, common = {"PHITUI_SERVER_KEY": "a"}, {"OPENAI_API_KEY": "b"}
    plain, safe, here = map(server_address, ("http://box:1", "https://box", "http://localhost:1"))
    assert [key_for(each, own) for each in (plain, safe, here)] == ["a", "a", "a"]
    assert [key_for(each, common) for each in (plain, safe, here)] == ["", "b", "b"]
    assert key_for(here, own | common) == "a"


def test_a_key_that_cannot_be_sent_is_refused_and_not_repeated():
    with pytest.raises(
        ModelError, match="^The key in PHITUI_SERVER_KEY holds characters that no key has: set it anew.$"
    ):
        key_for(server_address("http://localhost:1"), {"PHITUI_SERVER_KEY": "a\nb"})
