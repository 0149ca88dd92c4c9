"""What a file of records holds, and by line what is wrong with it."""

import json

import pytest

from phitui.errors import UsageError
from phitui.models.tuning.data import read_records

GOOD = json.dumps({"prompt": "Who?", "response": "Maria."})
CHAT = json.dumps({"messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Maria."}]})


def bad_chat(*messages):
    return json.dumps({"messages": list(messages)})


def user(content):
    return {"role": "user", "content": content}


BAD = {
    "nothing in it": ("", "holds no records"),
    "a line cut off": (f'{GOOD}\n{{"prompt": "W', "line 2: it is no JSON"),
    "a line that is no object": (f"{GOOD}\n\n[1, 2", "line 3: it is no JSON"),
    "a number": (f"{GOOD}\n7", "line 2: it is a number"),
    "another format": (f'{GOOD}\n{{"text": "A story."}}', "line 2: it has no prompt"),
    "an unknown format": ('{"a": 1, "b": 2}', "line 1: its format is not known (its keys: a, b"),
    "an empty answer": (f'{GOOD}\n{{"prompt": "Who?", "response": " "}}', "line 2: its response is empty"),
    "an answer that is no text": ('{"prompt": "Who?", "response": ["x"]}', "line 1: its response is a list"),
    "half a character": ('{"text": "\\ud800"}', "line 1: its text holds half a character"),
    "too deep": (f"{GOOD}\n{'[' * 100_000}", "line 2: it is"),
    "an unknown role": (bad_chat({"role": "tool", "content": "x"}), "line 1: the role of its message 1 is none"),
    "a message that is a text": (bad_chat("Who?"), "line 1: its message 1 is a text"),
    "nothing to learn": (f"{CHAT}\n{bad_chat(user('Who?'))}", "line 2: its last message is not the assistant's"),
    "no messages": (bad_chat(), "line 1: its messages are no list"),
    "a list that is cut off": (f"[\n{GOOD},\n{GOOD}\n", "line 3: the list goes on without a comma"),
    "a list with a broken member": (f"[\n{GOOD},\n{{,}}]", "line 3: it is no JSON"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_by_its_line(name, tmp_path):
    text, said = BAD[name]
    file = tmp_path / "records.jsonl"
    file.write_text(text)

    with pytest.raises(UsageError) as raised:
        read_records(file)
    assert said in raised.value.message


def test_other_letters_than_utf_8_are_named_by_their_line_and_many_bad_records_are_counted(tmp_path):
    file = tmp_path / "records.jsonl"
    file.write_bytes(f"{GOOD}\n".encode() + b'{"text": "\xff"}')
    with pytest.raises(UsageError, match="line 2: it is not UTF-8 text"):
        read_records(file)
    file.write_text("\n".join([GOOD, *["7"] * 20]))
    with pytest.raises(UsageError, match="20 bad records, and nothing was written: line 2: .*; and 8 more"):
        read_records(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_records(tmp_path)


@pytest.mark.parametrize(
    ("text", "keys", "messages"),
    [
        (GOOD, "prompt and response", (("user", "Who?"), ("assistant", "Maria."))),
        (f"[{GOOD},\n {GOOD}]", "prompt and response", (("user", "Who?"), ("assistant", "Maria."))),
        ('\n{"text": "A story."}\r\n', "text", (("text", "A story."),)),
        (CHAT, "messages", (("user", "Who?"), ("assistant", "Maria."))),
        (
            '{"conversations": [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "Maria."}]}',
            "conversations",
            (("user", "Who?"), ("assistant", "Maria.")),
        ),
        (
            '{"instruction": "Who?", "input": "1884", "output": "Maria."}',
            "instruction and output",
            (("user", "Who?\n\n1884"), ("assistant", "Maria.")),
        ),
    ],
)
def test_the_formats_that_data_sets_have_are_told_apart(text, keys, messages, tmp_path):
    file = tmp_path / "records.json"
    file.write_text(text)
    records, found = read_records(file)
    assert (found, records[-1].messages) == (keys, messages)
