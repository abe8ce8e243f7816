"""A job of many parts: announced bit by bit, followed page by page, listed, deleted."""

import pytest

from tests.functions.events import BUCKET, load


@pytest.fixture
def files(owner, plan, rows):
    return {part: (2, owner.seal(plan, rows[part * 2 : part * 2 + 2])) for part in range(2)}


@pytest.fixture
def job(owner, plan, files):
    """A job of two parts, one of them announced."""
    body = owner.request(plan, {0: files[0]}, parts=2, rows=4)
    answer = owner.submit(body)
    return answer.json["job"]["id"]


@pytest.fixture
def announce(owner, plan, files, job):
    def call(part, **change):
        body = owner.request(plan, {part: files[part]})["uploads"][0] | change
        return owner.call("POST", f"/v1/jobs/{job}/uploads", {"uploads": [body]})

    return call


def test_further_parts_are_announced_and_the_last_one_finishes_the_job(owner, announce, job, files):
    for part in (1, 0):
        answer = announce(part)
        assert (answer.status, [grant["part"] for grant in answer.json["uploads"]]) == (200, [part])
        assert owner.deliver(owner.put(answer.json["uploads"][0], files[part][1])) == []
        assert owner.follow(job)["job"]["state"] == ("succeeded" if part == 0 else "evaluating")
    assert owner.follow(job)["job"]["succeeded"] == 2


def test_other_bytes_for_an_announced_part_are_a_conflict(announce):
    announce(1)
    assert announce(1).status == 200
    answer = announce(1, sha256="0" * 64)
    assert (answer.status, answer.json["code"]) == (409, "part_conflict")


def test_a_part_that_is_evaluated_takes_no_upload(owner, announce, files):
    owner.deliver(owner.put(announce(1).json["uploads"][0], files[1][1]))
    answer = announce(1)
    assert (answer.status, answer.json["code"]) == (409, "part_conflict")


@pytest.mark.parametrize("swept", [False, True])
def test_a_job_whose_time_is_up_takes_no_parts(owner, announce, settle, later, swept):
    later(3601)
    if swept:
        settle(load("settle-schedule"))
    answer = announce(1)
    assert (answer.status, answer.json["code"]) == (409, "part_conflict")


@pytest.mark.parametrize("uploads", [[], None, "x", [{}], [1]])
def test_an_announcement_says_something(owner, job, uploads):
    answer = owner.call("POST", f"/v1/jobs/{job}/uploads", {"uploads": uploads})
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_parts_are_paged(owner, plan, rows):
    sealed = owner.seal(plan, rows[:1])
    files = dict.fromkeys(range(130), (1, sealed))
    body = owner.request(plan, files) | {"uploads": []}
    uploads = owner.request(plan, files)["uploads"]
    job = owner.submit(body | {"uploads": uploads[:100]}).json["job"]["id"]
    owner.call("POST", f"/v1/jobs/{job}/uploads", {"uploads": uploads[100:]})
    first = owner.follow(job)
    assert ([part["part"] for part in first["parts"]], first["next"]) == (list(range(100)), 99)
    second = owner.call("GET", f"/v1/jobs/{job}", query={"after": "99"}).json
    assert ([part["part"] for part in second["parts"]], second["next"]) == (list(range(100, 130)), None)


def test_patience_is_asked_for_while_a_job_runs(owner, announce, job, files):
    assert owner.call("GET", f"/v1/jobs/{job}").headers["retry-after"] == "1"
    for part in range(2):
        owner.deliver(owner.put(announce(part).json["uploads"][0], files[part][1]))
    assert "retry-after" not in owner.call("GET", f"/v1/jobs/{job}").headers


def test_jobs_are_listed_newest_first(owner, plan, rows):
    sealed = owner.seal(plan, rows)
    made = [owner.submit(owner.request(plan, {0: (4, sealed)})).json["job"]["id"] for _ in range(5)]
    assert made == sorted(made)
    owner.call("DELETE", f"/v1/jobs/{made[2]}")
    page = owner.call("GET", "/v1/jobs", query={"limit": "3"}).json
    assert [job["id"] for job in page["jobs"]] == [made[4], made[3], made[1]]
    rest = owner.call("GET", "/v1/jobs", query={"limit": "3", "cursor": page["cursor"]}).json
    assert ([job["id"] for job in rest["jobs"]], rest["cursor"]) == ([made[0]], None)


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "JOB#1"}])
def test_a_wrong_page_is_refused(owner, query):
    answer = owner.call("GET", "/v1/jobs", query=query)
    assert (answer.status, answer.json["code"]) == (400, "invalid_request")


def test_a_deleted_job_is_gone_and_its_objects_are_purged(owner, aws, announce, job, files, settle, later):
    uploaded = owner.put(announce(1).json["uploads"][0], files[1][1])
    owner.deliver(uploaded)
    aws.s3.delete_object(Bucket=BUCKET, Key=uploaded[0])  # leaves a marker, and the version below it
    assert owner.call("DELETE", f"/v1/jobs/{job}").status == 204
    assert owner.call("GET", f"/v1/jobs/{job}").status == 404
    assert owner.call("DELETE", f"/v1/jobs/{job}").status == 404
    settle(load("settle-schedule"))
    assert _objects(aws)
    later(3600)
    settle(load("settle-schedule"))
    assert not _objects(aws)
    assert settle(load("settle-schedule")) == {"looked_at": 0, "failed": 0}


def test_what_arrives_for_a_deleted_job_is_not_evaluated(owner, announce, job, files):
    uploaded = owner.put(announce(1).json["uploads"][0], files[1][1])
    owner.call("DELETE", f"/v1/jobs/{job}")
    assert owner.deliver(uploaded) == []


def _objects(aws):
    found = [aws.s3.list_object_versions(Bucket=BUCKET, Prefix=prefix) for prefix in ("inputs/", "results/")]
    return [entry for page in found for group in ("Versions", "DeleteMarkers") for entry in page.get(group, [])]
