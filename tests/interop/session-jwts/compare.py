"""Hands the same session JWTs, good and forged, to totps and to the Node and Python SDKs, and compares
what they say: compare.py FORGE NODE_SDK PYTHON WORK

Every difference has to be in EXPECTED, and everything in EXPECTED has to be one. The README explains
them. Ends with `N passed, N failed`.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).parent

# Where an SDK accepts what totps refuses, or the other way round: the cases, by the reason.
EXPECTED = {"node": {}, "python": {}}


class KeySet(http.server.BaseHTTPRequestHandler):
    """Serves the key set, and counts who fetches it."""

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
        # Made for each, because they are good for five minutes only.
        printed = subprocess.run([forge, base_url], check=True, capture_output=True).stdout
        given = json.loads(printed)
        KeySet.jwks, KeySet.fetched = json.dumps(given["jwks"]).encode(), 0
        cases_file, out_file = work / f"{sdk}.cases.json", work / f"{sdk}.json"
        cases_file.write_bytes(printed)
        subprocess.run([*command, base_url, cases_file, out_file], check=True, timeout=120)
        said = json.loads(out_file.read_text(encoding="utf-8"))

        expected = {name for names in EXPECTED[sdk].values() for name in names}
        for case in given["cases"]:
            name, ours, theirs = case["name"], case["refused"], said[case["name"]]
            if (ours is None) != case["good"]:
                failures.append(f"{name}: totps says {ours}")
            differs = (ours is None) != ("refused" not in theirs)
            if differs != (name in expected):
                failures.append(f"{sdk}, {name}: totps says {ours or 'good'}, the SDK {theirs}")
            else:
                passed += 1
        unknown = expected - said.keys()
        if unknown:
            failures.append(f"{sdk}: no such cases: {sorted(unknown)}")
        print(f"{sdk}: {len(said)} JWTs, {KeySet.fetched} fetches of the key set")
    server.shutdown()
    for failure in failures:
        print(failure)
    print(f"session JWTs: {passed} passed, {len(failures)} failed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
