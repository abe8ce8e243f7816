"""A client in any language can check a manifest's digest: its bytes arrive as they were digested."""

import hashlib
import re


def test_a_manifest_is_sent_in_the_bytes_its_digest_is_taken_of(api, model):
    answer = api("GET", "/v1/models/linear@1")
    sent = re.fullmatch(
        r'\{"digest":"([0-9a-f]{64})","plaintext_baseline":false,"manifest":(\{.*\})\}', answer.raw["body"]
    )
    assert hashlib.sha256(sent[2].encode()).hexdigest() == sent[1] == model.manifest.digest
