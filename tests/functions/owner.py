"""A data owner: what a client does, one step at a time, so that a test can do any step wrong."""

import hashlib
import uuid

from tests.functions.events import BUCKET, created


class DataOwner:
    """Speaks with the API, puts objects where grants say, and opens results."""

    def __init__(self, aws, api, model, evaluator, name="alice"):
        self.aws, self.api, self.model, self.evaluator, self.name = aws, api, model, evaluator, name

    def call(self, method, path, body=None, **more):
        """Call the API as this owner."""
        return self.api(method, path, body, tenant=self.name, **more)

    def seal(self, plan, X):
        """Return a sealed input."""
        return self.model.keyrings[plan.id].seal(self.model.manifest, plan, X)

    def enroll(self, plan):
        """Enroll the keys a plan needs; return their id."""
        keyring = self.model.keyrings[plan.id]
        sealed, key = keyring.enrollment(plan), keyring.key_id(plan)
        if key is not None:
            offer = {"model": "linear@1", "plan": plan.id, "bytes": len(sealed), "sha256": key}
            answer = self.call("POST", "/v1/keys", offer)
            if answer.json["upload"]:
                self.put(answer.json["upload"], sealed)
        return key

    def request(self, plan, files, *, parts=None, rows=None, **changes):
        """Return the body of a request for a job of these sealed files, given as {part: (rows, bytes)}."""
        uploads = [
            {"part": part, "rows": count, "bytes": len(file), "sha256": hashlib.sha256(file).hexdigest()}
            for part, (count, file) in files.items()
        ]
        return {
            "model": "linear@1",
            "manifest": self.model.manifest.digest,
            "plan": plan.id,
            "key": self.model.keyrings[plan.id].key_id(plan),
            "rows": rows or sum(count for count, _ in files.values()),
            "parts": parts or len(files),
            "uploads": uploads,
        } | changes

    def submit(self, body, token=None):
        """Submit a job."""
        return self.call("POST", "/v1/jobs", body, headers={"idempotency-key": token or uuid.uuid4().hex})

    def put(self, grant, body):
        """Put an object where a grant says; return its key and version. moto checks nothing."""
        key = grant["url"].partition("?")[0].partition(".amazonaws.com/")[2]
        put = self.aws.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return key, put["VersionId"]

    def send(self, plan, X):
        """Submit rows as a job of one part and upload it; return the job's id and the uploaded object."""
        self.enroll(plan)
        sealed = self.seal(plan, X)
        answer = self.submit(self.request(plan, {0: (len(X), sealed)}))
        assert answer.status == 201, answer.json
        return answer.json["job"]["id"], self.put(answer.json["uploads"][0], sealed)

    def deliver(self, *objects, seconds=60):
        """Tell the evaluator what has arrived; return the messages that are to come back."""
        return self.evaluator(created(*objects), seconds)["batchItemFailures"]

    def follow(self, job):
        """Return a job and its parts."""
        answer = self.call("GET", f"/v1/jobs/{job}")
        assert answer.status == 200, answer.json
        return answer.json

    def part(self, job, number=0):
        """Return one part of a job."""
        return next(part for part in self.follow(job)["parts"] if part["part"] == number)

    def open(self, plan, job, X, number=0):
        """Download and open a result, which must be the answer to the rows X as sealed for this job."""
        part = self.part(job, number)
        key = part["download"]["url"].partition("?")[0].partition(".amazonaws.com/")[2]
        sealed = self.aws.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert hashlib.sha256(sealed).hexdigest() == part["download"]["sha256"]
        keyring = self.model.keyrings[plan.id]
        return keyring.open(self.model.manifest, plan, sealed, job=job, part=number, input_sha256=X)
