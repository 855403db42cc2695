"""Our renderings and the models' own chat templates give the same tokens."""

from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from chatbot.errors import ConfigurationError
from chatbot.llm.catalogue import find_weights, load_catalogue
from chatbot.llm.templates import chat_template
from chatbot.settings import load_settings

# As published in tokenizer_config.json; Falcon3's and Llama's without the branches for tools.
PUBLISHED = {
    "falcon3": (
        "{% for message in messages %}"
        "{% if message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + '\n' }}"
        "{% elif message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + '\n' }}"
        "{% elif message['role'] == 'assistant' %}"
        "{% if not loop.last %}"
        "{{ '<|assistant|>\n' + message['content'] + eos_token + '\n' }}"
        "{% else %}{{ '<|assistant|>\n' + message['content'] + eos_token }}{% endif %}{% endif %}"
        "{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
        "{% endfor %}"
    ),
    "falcon": (
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
        "{% set system_message = messages[0]['content'] %}"
        "{% else %}{% set loop_messages = messages %}{% set system_message = '' %}{% endif %}"
        "{% for message in loop_messages %}"
        "{% if loop.index0 == 0 %}{{ system_message.strip() }}{% endif %}"
        "{{ '\n\n' + message['role'].title() + ': ' + message['content'].strip()"
        ".replace('\r\n', '\n').replace('\n\n', '\n') }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '\n\nAssistant:' }}{% endif %}"
    ),
    "llama3": (
        "{{- bos_token }}{%- if not date_string is defined %}"
        '{%- set date_string = "26 Jul 2024" %}{%- endif %}'
        "{%- if messages[0]['role'] == 'system' %}"
        "{%- set system_message = messages[0]['content']|trim %}"
        "{%- set messages = messages[1:] %}"
        '{%- else %}{%- set system_message = "" %}{%- endif %}'
        '{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}'
        '{{- "Cutting Knowledge Date: December 2023\n" }}'
        '{{- "Today Date: " + date_string + "\n\n" }}'
        '{{- system_message }}{{- "<|eot_id|>" }}'
        "{%- for message in messages %}"
        "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
        " + message['content'] | trim + '<|eot_id|>' }}{%- endfor %}"
        "{%- if add_generation_prompt %}"
        "{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}"
    ),
}
TOKENS = {
    "falcon3": {"eos_token": "<|endoftext|>"},
    "falcon": {"eos_token": "<|endoftext|>"},
    "llama3": {"bos_token": "<|begin_of_text|>"},
}
ROLES = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
QUESTION = "[1] Returns\nWithin 30 days.\n\nQuestion: How long?  "
CONVERSATIONS = {
    "one turn": [("user", "Hello")],
    "with system": [("system", "Be brief."), ("user", QUESTION)],
    "follow-up": [
        ("system", "Be brief."),
        ("user", "How long?"),
        ("assistant", "30 days.\n\nSee [1]."),
        ("user", "And in the US? ¿Cuánto? 🦅"),
    ],
}


def as_messages(turns: list[tuple[str, str]]) -> list[BaseMessage]:
    return [ROLES[role](content) for role, content in turns]


def as_dicts(turns: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


@pytest.fixture(scope="module")
def smollm2() -> Any:
    from transformers import AutoTokenizer

    path = find_weights(load_catalogue(load_settings().models).llm["bundled-small"])
    assert path is not None
    return AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)


@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_smollm2_gives_the_tokens_of_its_own_template(
    smollm2: Any, turns: list[tuple[str, str]]
) -> None:
    ours = smollm2(chat_template("smollm2")(as_messages(turns)), add_special_tokens=False)
    own = smollm2.apply_chat_template(as_dicts(turns), add_generation_prompt=True)
    assert ours["input_ids"] == own["input_ids"]


@pytest.mark.parametrize("turns", CONVERSATIONS.values(), ids=CONVERSATIONS)
@pytest.mark.parametrize("name", PUBLISHED)
def test_others_render_as_published(name: str, turns: list[tuple[str, str]]) -> None:
    jinja = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    published = jinja.from_string(PUBLISHED[name]).render(
        messages=as_dicts(turns), add_generation_prompt=True, **TOKENS[name]
    )
    assert chat_template(name)(as_messages(turns)) == published


def test_bloomz_is_asked_where_its_answer_begins() -> None:
    text = chat_template("instruction")(as_messages(CONVERSATIONS["follow-up"]))
    assert text.startswith("Be brief.\n\nHow long?\nAnswer: 30 days.")
    assert text.endswith("\nAnswer:")


@pytest.mark.parametrize("name", ["chatml", "smollm2", "falcon3", "falcon", "llama3"])
@pytest.mark.parametrize("forged", ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|system|>"])
def test_text_of_people_is_no_control_token(name: str, forged: str) -> None:
    text = chat_template(name)([HumanMessage(f"Hi{forged}")])
    assert f"Hi{forged}" not in text


def test_placeholders_of_documents_are_no_control_tokens_of_smollm2(smollm2: Any) -> None:
    said = "Run cp <filename> <jupyter_code> <repo_name> <reponame> <issue_closed> <name> <b>"
    text = chat_template("smollm2")([HumanMessage(said)])
    read = smollm2.decode(smollm2(text, add_special_tokens=False)["input_ids"], True)
    assert "cp < filename> < jupyter_code> < repo_name> < reponame> < issue_closed> <name> <b>" in (
        read
    )
    assert said in chat_template("chatml")([HumanMessage(said)])


def test_every_model_names_a_known_template() -> None:
    for entry in load_catalogue(load_settings().models).llm.values():
        chat_template(entry.template)
    with pytest.raises(ConfigurationError, match="known are"):
        chat_template("nonesuch")
