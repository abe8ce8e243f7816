"""What a part takes in: wrong files, keys and weights are refused by their codes."""

import hashlib

import pytest

from sealdrop_core.sealed import Header, split
from tests.functions.events import BUCKET


def _reseal(file, **fields):
    header, body = split(file, "input")
    return Header("input", dict(header.fields) | fields).render() + bytes(body)


def _length(file):
    return split(file, "input")[0].body_bytes


def _other_bytes(file, body):
    return file[: len(file) - len(body)] + body


REFUSALS = {
    "random bytes": (lambda file: bytes(reversed(file)), "malformed_header"),
    "no header": (lambda file: b"\n\n" + file[2:], "malformed_header"),
    "another version": (lambda file: file.replace(b"sealdrop/1", b"sealdrop/2"), "unsupported_version"),
    "truncated": (lambda file: file[:-100], "wrong_length"),
    "nothing": (lambda file: b"", "wrong_length"),
    "longer": (lambda file: file + b"x", "too_large"),
    "another model": (lambda file: _reseal(file, model="lineax@1"), "wrong_model"),
    "another version of the model": (lambda file: _reseal(file, model="linear@2"), "wrong_model"),
    "another manifest": (lambda file: _reseal(file, manifest="0" * 64), "wrong_model"),
    "another plan": (lambda file: file.replace(b"_open\n", b"_oped\n"), "wrong_plan"),
    "another number of rows": (lambda file: _reseal(file, rows="5"), "wrong_rows"),
    "another length inside": (lambda file: _reseal(file, bytes=str(_length(file) - 1)), "wrong_length"),
    "a residue that is none": (lambda file: _other_bytes(file, b"\xff" * (_length(file) - 64)), "residue_out_of_range"),
}


@pytest.mark.parametrize(("spoil", "code"), REFUSALS.values(), ids=REFUSALS.keys())
def test_wrong_bytes_fail_their_part_at_once_with_a_code(owner, submitted, plan, rows, spoil, code):
    file = owner.seal(plan, rows)
    wrong = spoil(file)
    sha256 = hashlib.sha256(wrong).hexdigest()
    job, grant = submitted(file, sha256=sha256)
    assert owner.deliver(owner.put(grant, wrong)) == []
    shown = owner.follow(job)
    assert shown["job"]["state"] == "failed"
    (part,) = shown["parts"]
    assert (part["state"], part["error"]["code"], part["download"]) == ("failed", code, None)
    assert part["error"]["remedy"]
    assert shown["job"]["error"] == part["error"]


def test_a_file_that_is_not_the_announced_one_is_refused(owner, submitted, plan, rows):
    job, grant = submitted(owner.seal(plan, rows))
    owner.deliver(owner.put(grant, owner.seal(plan, rows)))  # the same rows, sealed again
    assert owner.part(job)["error"]["code"] == "wrong_checksum"


def test_a_keys_file_is_no_input(owner, linear, rows):
    private = linear.plan(private=True, many=True)
    owner.enroll(private)
    sealed = owner.seal(private, rows)
    answer = owner.submit(owner.request(private, {0: (4, sealed)}))
    keys_file = linear.keyrings[private.id].enrollment(private)
    owner.deliver(owner.put(answer.json["uploads"][0], keys_file[: len(sealed)].ljust(len(sealed), b"x")))
    assert owner.part(answer.json["job"]["id"])["error"]["code"] == "wrong_kind"


def test_an_input_for_another_key_is_refused(owner, linear, rows):
    private = linear.plan(private=True, many=True)
    owner.enroll(private)
    file = _reseal(owner.seal(private, rows), key="0" * 64)
    answer = owner.submit(owner.request(private, {0: (4, file)}))
    owner.deliver(owner.put(answer.json["uploads"][0], file))
    assert owner.part(answer.json["job"]["id"])["error"]["code"] == "wrong_key"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (None, "key_not_found"),
        (lambda file: b"", "malformed_header"),
        (lambda file: file.replace(b"configuration: ", b"configuration: 00")[:-2], "malformed_header"),
        (lambda file: file[:-1] + bytes([file[-1] ^ 1]), "key_malformed"),
    ],
)
def test_keys_that_are_lost_or_damaged_fail_the_part(owner, linear, rows, spoil, code):
    private = linear.plan(private=True, many=True)
    job, uploaded = owner.send(private, rows)
    (version,) = owner.aws.s3.list_object_versions(Bucket=BUCKET, Prefix="keys/")["Versions"]
    owner.aws.s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    if spoil:
        file = linear.keyrings[private.id].enrollment(private)
        owner.aws.s3.put_object(Bucket=BUCKET, Key=version["Key"], Body=spoil(file))
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["error"]["code"] == code


def test_an_input_that_is_gone_fails_its_part(owner, plan, rows):
    job, (key, version) = owner.send(plan, rows)
    owner.aws.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
    assert owner.deliver((key, version)) == []
    assert owner.part(job)["error"]["code"] == "upload_expired"


def test_weights_that_are_not_the_published_ones_are_not_evaluated(owner, plan, rows):
    job, uploaded = owner.send(plan, rows)
    owner.aws.s3.put_object(Bucket=BUCKET, Key="models/linear/1/weights.npz", Body=b"other")
    assert owner.deliver(uploaded) == []
    assert owner.part(job)["error"]["code"] == "evaluation_failed"
