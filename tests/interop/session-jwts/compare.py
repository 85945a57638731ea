"""Verifies the same session JWTs, good and forged, with totps and with the Node and Python SDKs, and
compares the results: compare.py FORGE NODE_SDK PYTHON WORK

Fails if a difference is not in EXPECTED, or if an entry of EXPECTED is not a difference. The README
explains the entries. The last line is `N passed, N failed`.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).parent

DUPLICATE_KEYS = [
    "alg-twice", "alg-twice-by-an-escape", "kid-twice", "aud-twice", "exp-twice", "sub-twice",
    "custom-claim-twice", "nested-key-twice", "session-id-twice",
]
TIMES_OUT_OF_RANGE = [
    "exp-in-milliseconds", "exp-huge", "exp-1e300", "nbf-negative", "iat-negative",
]

# The cases in which only one of totps and the SDK accepts the JWT, or in which they read different
# values from it, by the heading in the README that explains them.
EXPECTED = {
    "node": {
        "typ": ["typ-missing"],
        "what only totps accepts": ["session-end-unreadable"],
        "duplicate keys": DUPLICATE_KEYS,
        "other forms of the same bytes": [
            "line-break-behind", "signature-padded", "signature-in-standard-base64",
            "signature-with-unused-bits", "claims-padded",
        ],
        "length and depth": ["signed-but-20-kib", "claims-too-deep"],
        "JSON": [
            "header-not-utf8", "exp-1e400", "claims-number-too-large", "claims-lone-surrogate",
        ],
        "required claims": [
            "sub-missing", "sub-null", "sub-empty", "exp-missing", "nbf-missing", "iat-missing",
        ],
        "types of claims": [
            "aud-with-a-number", "sub-a-number", "session-a-text", "session-a-list",
            "session-empty", "session-id-null", "session-id-empty", "session-id-a-number",
            "session-start-a-number", "factors-an-object", "factor-a-text", "roles-a-text",
            "role-a-number", "organization-a-text", "organization-empty",
            "organization-id-a-number",
        ],
        "times": [*TIMES_OUT_OF_RANGE, "iat-future", "iat-huge"],
        "end of the session": ["session-past"],
        "new claims of Stytch": ["unknown-stytch-claim"],
    },
    "python": {
        "typ": ["typ-access-token", "typ-a-number", "typ-null"],
        "what only totps accepts": [
            "factors-null", "unknown-factor", "session-end-unreadable", "session-alone",
        ],
        "duplicate keys": DUPLICATE_KEYS,
        "other forms of the same bytes": ["signature-padded"],
        "length and depth": ["signed-but-20-kib", "claims-too-deep"],
        "JSON": ["header-with-a-bom", "claims-number-too-large", "claims-lone-surrogate"],
        "required claims": ["sub-empty"],
        "types of claims": ["exp-a-text", "session-id-empty", "session-start-a-number"],
        "times": TIMES_OUT_OF_RANGE,
        "end of the session": ["session-past"],
        "new claims of Stytch": ["unknown-stytch-claim"],
    },
}


class KeySet(http.server.BaseHTTPRequestHandler):
    """Serves the key set, and counts how often it is fetched."""

    jwks = b""
    fetched = 0

    def do_GET(self):
        is_key_set = "/sessions/jwks/" in self.path
        KeySet.fetched += is_key_set
        self.send_response(200 if is_key_set else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(KeySet.jwks if is_key_set else b"{}")

    def log_message(self, *_):
        pass


def main():
    forge, node_sdk, python, work = sys.argv[1:]
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), KeySet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_port}"

    commands = {
        "node": ["node", HERE / "check.mjs", node_sdk],
        "python": [python, "-B", HERE / "check.py"],
    }
    passed, failures = 0, []
    for sdk, command in commands.items():
        # Make new JWTs for each SDK, because they expire after five minutes.
        printed = subprocess.run([forge, base_url], check=True, capture_output=True).stdout
        given = json.loads(printed)
        KeySet.jwks, KeySet.fetched = json.dumps(given["jwks"]).encode(), 0
        cases_file, out_file = work / f"{sdk}.cases.json", work / f"{sdk}.json"
        cases_file.write_bytes(printed)
        subprocess.run([*command, base_url, cases_file, out_file], check=True, timeout=120)
        results = json.loads(out_file.read_text(encoding="utf-8"))

        expected = {name for names in EXPECTED[sdk].values() for name in names}
        for case in given["cases"]:
            name, ours, theirs = case["name"], case["result"], results[case["name"]]
            if ("refused" not in ours) != case["good"]:
                failures.append(f"{name}: unexpected result of totps: {ours}")
                continue
            differs = ("refused" in ours) != ("refused" in theirs)
            if not differs and case["good"]:
                # Both accept it, so both must read the same.
                differs = ours != theirs
            if differs != (name in expected):
                failures.append(f"{sdk}, {name}: unexpected results: totps {ours}, the SDK {theirs}")
            else:
                passed += 1
        unknown = expected - results.keys()
        if unknown:
            failures.append(f"{sdk}: EXPECTED names unknown cases: {sorted(unknown)}")
        print(f"{sdk}: {len(results)} JWTs, {KeySet.fetched} fetches of the key set")
    server.shutdown()
    for failure in failures:
        print(failure)
    print(f"session JWTs: {passed} passed, {len(failures)} failed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
