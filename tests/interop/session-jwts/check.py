"""Verifies each JWT with the Python SDK, and writes the results: check.py BASE_URL CASES OUT"""

import json
import sys

import stytch

base_url, cases_file, out_file = sys.argv[1:]
with open(cases_file, encoding="utf-8") as file:
    given = json.load(file)
client = stytch.B2BClient(
    project_id=given["project_id"], secret="secret-test-1", environment=f"{base_url}/"
)

results = {}
for case in given["cases"]:
    try:
        session = client.sessions.authenticate_jwt_local(case["jwt"])
        results[case["name"]] = (
            {"refused": "None"}
            if session is None
            else {"member_id": session.member_id, "custom_claims": session.custom_claims}
        )
    except Exception as error:  # Any error counts as a refusal, as in a service.
        results[case["name"]] = {"refused": type(error).__name__}
with open(out_file, "w", encoding="utf-8") as file:
    json.dump(results, file)
