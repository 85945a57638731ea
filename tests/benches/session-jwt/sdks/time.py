"""Prints the time of one check by the Python SDK, in µs: time.py BASE_URL PROJECT_ID JWT COUNT"""

import sys
import time

import stytch

base_url, project_id, session_jwt, count = sys.argv[1:]
client = stytch.B2BClient(
    project_id=project_id, secret="secret-test-1", environment=f"{base_url}/"
)


def check(times):
    for _ in range(times):
        assert client.sessions.authenticate_jwt_local(session_jwt) is not None


# Warm up: fetch the key set.
check(int(count) // 10)
start = time.perf_counter()
check(int(count))
print((time.perf_counter() - start) * 1e6 / int(count))
