"""moto's S3 server in a process of its own, which checks signatures and rights: a store that speaks as S3 does.

python -m tests.network.s3_store PORT ENDS_AT
"""

import itertools
import json
import os
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx

from tests.engine.test_job_runner import until
from tests.network.peers import free_port

BUCKET = "films"
READABLE = [f"arn:aws:s3:::{bucket}" for bucket in (BUCKET, f"{BUCKET}/*", "absent", "absent/*")]
"""What may be asked for: of a bucket that is not there, the store says so to whoever may read it."""


@dataclass
class S3Store:
    """A running server: its address, and the key and secret of whom it answers."""

    url: str
    key: str
    secret: str
    process: subprocess.Popen

    def environment(self):
        """What s3fs takes from the environment; nothing else of this machine, and no request is made five times."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def put(self, name, data):
        """Make or replace an object."""
        with _client("s3", self.url, self.key, self.secret) as store:
            store.put_object(Bucket=BUCKET, Key=name, Body=data)


@contextmanager
def s3_store(objects, *, port=None, ends_at=0):
    """Run a server with objects by their keys; it ends when it is asked for the content of an object that many times.

    It keeps nothing when it ends: the next has the same objects where it is given them again.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "tests.network.s3_store", str(port), str(ends_at)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or _answers(url))
        assert process.poll() is None, "the server ended"
        yield S3Store(url, *_filled(url, objects), process)
    finally:
        process.terminate()
        process.wait()


def _answers(url):
    try:
        return httpx.get(f"{url}/moto-api/data.json").is_success
    except httpx.TransportError:
        return False


def _client(service, url, key="nobody", secret="nothing"):
    import boto3

    known = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": "us-east-1"}
    return closing(boto3.client(service, endpoint_url=url, **known))


def _filled(url, objects):
    """Put the objects in, and return the key and secret that from then on everybody needs."""
    rights = {"Effect": "Allow", "Action": "s3:*", "Resource": READABLE}
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    with _client("iam", url) as people:
        people.create_user(UserName="reader")
        people.put_user_policy(UserName="reader", PolicyName="films", PolicyDocument=policy)
        known = people.create_access_key(UserName="reader")["AccessKey"]
    with _client("s3", url) as store:
        for bucket in (BUCKET, "others"):
            store.create_bucket(Bucket=bucket)
        for name, data in objects.items():
            store.put_object(Bucket=BUCKET, Key=name, Body=data)
    httpx.post(f"{url}/moto-api/reset-auth", content=b"0").raise_for_status()
    return known["AccessKeyId"], known["SecretAccessKey"]


def _serve(port, ends_at):
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import run_simple

    store, number = DomainDispatcherApplication(create_backend_app), itertools.count(1)

    def answer(environ, start_response):
        of_object = environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].startswith(f"/{BUCKET}/")
        if of_object and "list-type" not in environ["QUERY_STRING"] and next(number) == ends_at:
            os._exit(1)
        return store(environ, start_response)

    run_simple("127.0.0.1", port, answer, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:]))
