"""Compares what the clients got, step by step: compare.py RUNS (the folder that run.sh filled)"""

import base64
import datetime
import json
import pathlib
import re
import sys
from functools import reduce
from itertools import zip_longest
from urllib.parse import unquote, urlsplit

HERE = pathlib.Path(__file__).parent
RUNS = pathlib.Path(sys.argv[1])
MISSING = "(missing)"


def version(file, pattern):
    return re.search(pattern, (HERE / file).read_text())[1]


NODE = "Stytch Node v" + version("clients/node/package.json", r'"stytch": "(.*)"')
PYTHON = "Stytch Python v" + version("clients/python/requirements.txt", r"stytch==(.*)")
RUST = "stytch-rust " + version("clients/rust/Cargo.toml", r'stytch = "=(.*)"')
OURS = "totps/" + version("../../Cargo.toml", r'\[workspace.package\]\nversion = "(.*)"')

# The runs and the user agent that each has to show. The first hands on what is on the wire as it
# is; all others have to get the same.
USER_AGENTS = {
    "node": NODE,
    "node-tls": NODE,
    "python": PYTHON,
    "python-tls": PYTHON,
    "python-async": PYTHON,
    "python-async-tls": PYTHON,
    "rust": RUST,
    "totps-ureq": OURS,
    "totps-hyper": OURS,
}
REFERENCE = "node"
OURS_RUNS = ("totps-ureq", "totps-hyper")

# What a client does not have; the table in README.md says why.
NO_CALL = {"rust": {"verify locally", "verify an expired JWT locally"}}
NO_FIELD = {
    run: {".result.organization.scim_active_connections"}
    for run in USER_AGENTS
    if not run.startswith("node")
}

passed, failures = 0, []


def check(run, what, differences):
    global passed
    if differences:
        failures.append(f"{run}: {what}:\n    " + "\n    ".join(differences))
    else:
        passed += 1


class Plain:
    """Makes values comparable. What is unset (absent, null or empty text) goes away. JWTs are
    decoded, without the user agent in them, and so without the signature. Around the real time
    `now` (see the end of the scenario) points in time are told relative to it."""

    def __init__(self, now):
        self.now = moment(now)

    def of(self, value, in_claims=False):
        if isinstance(value, dict):
            pairs = [(name, self.of(v, in_claims or "claims" in name)) for name, v in value.items()]
            # In custom claims, null means something.
            return {name: v for name, v in pairs if in_claims or v not in (None, "")}
        if isinstance(value, list):
            return [self.of(entry, in_claims) for entry in value]
        if isinstance(value, str) and value.startswith("eyJ") and value.count(".") == 2:
            return self.jwt(value)
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
            return self.time(moment(value))
        return value

    def jwt(self, jwt):
        read = lambda part: json.loads(base64.urlsafe_b64decode(part + "==="))
        header, claims = map(read, jwt.split(".")[:2])
        del claims["https://stytch.com/session"]["attributes"]["user_agent"]
        for name in ("iat", "nbf", "exp"):
            claims[name] = datetime.datetime.fromtimestamp(claims[name], datetime.timezone.utc).isoformat()
        return {"header": header, "claims": self.of(claims, in_claims=True)}

    def time(self, at):
        after = (at - self.now).total_seconds()
        return f"now + {round(after)} s" if abs(after) < 86400 else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def moment(text):
    seconds = re.sub(r"\.\d+", "", text).replace("Z", "+00:00")
    return datetime.datetime.fromisoformat(seconds)


def unequal(expected, got, path=""):
    """The paths at which two plain values differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in sorted({**expected, **got}):
            yield from unequal(expected.get(name, MISSING), got.get(name, MISSING), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(got, list):
        for index, pair in enumerate(zip_longest(expected, got, fillvalue=MISSING)):
            yield from unequal(*pair, f"{path}[{index}]")
    elif expected != got or isinstance(expected, bool) != isinstance(got, bool):
        yield path, expected, got


def unmet(expected, got, plain, path=""):
    """The paths at which a plain value is not what the scenario expects; it may have more members."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name, value in expected.items():
            yield from unmet(value, got.get(name, MISSING), plain, f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(got, list):
        for index, pair in enumerate(zip_longest(expected, got, fillvalue=MISSING)):
            yield from unmet(*pair, plain, f"{path}[{index}]")
    elif expected in ("", None):
        if got != MISSING:
            yield path, "(unset)", got
    else:
        yield from unequal(plain.of(expected), got, path)


def told(differences):
    short = lambda value: json.dumps(value, ensure_ascii=False)[:200]
    return [f"{path}: expected {short(expected)}, got {short(got)}" for path, expected, got in differences]


def resolve(value, saved):
    """As in the drivers: replaces `$step.path.to.value` by what that step got."""
    if isinstance(value, list):
        return [resolve(entry, saved) for entry in value]
    if isinstance(value, dict):
        return {name: resolve(entry, saved) for name, entry in value.items()}
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    get = lambda at, name: at[int(name)] if isinstance(at, list) else at[name]
    return reduce(get, value[1:].split("."), saved)


class Run:
    """What one client got, and what it sent."""

    def __init__(self, name):
        self.name = name
        read = lambda kind: json.loads((RUNS / f"{name}.{kind}.json").read_text())
        self.transcript = read("transcript")
        self.saved = {step: outcome.get("result") for step, outcome in self.transcript.items()}
        self.saved["emulator"] = read("emulator")
        log = [r for r in self.saved["requests"]["requests"] if "/jwks/" not in r["path"]]
        self.user_agents = {agent for r in log for agent in r["headers"]["user-agent"]}
        stopped = self.saved.get("stop the clock now") or {"now": "1970-01-01T00:00:00Z"}
        self.plain = Plain(stopped["now"])
        self.requests = [self.request(r) for r in log]

    def request(self, request):
        """What makes a request; an unset field may also be null. Only POST has a body that counts."""
        plain = {"method": request["method"], "path": unquote(urlsplit(request["path"]).path)}
        plain["authorization"] = request["headers"].get("authorization")
        if request["method"] == "POST":
            plain["content-type"] = request["headers"].get("content-type")
            plain["body"] = self.plain.of(json.loads(request["body"]))
        return plain

    def outcome(self, step):
        return self.plain.of(self.transcript[step])


def compare_step(run, reference, name, expected):
    """Returns the listed fields that are indeed not there."""
    outcome, not_there = run.outcome(name), set()
    if name in NO_CALL.get(run.name, ()):
        if outcome != {"unsupported": True}:
            failures.append(f"{run.name}: {name}: listed as a call that it has not, but it has it")
        return not_there
    expected = resolve(expected, run.saved)
    check(run.name, f"{name}: as expected", told(unmet(expected, outcome, run.plain)))
    if run is not reference:
        differences = list(unequal(reference.outcome(name), outcome))
        listed = NO_FIELD.get(run.name, ())
        not_there = {path for path, _, got in differences if path in listed and got == MISSING}
        differences = [difference for difference in differences if difference[0] not in not_there]
        check(run.name, f"{name}: as {reference.name}", told(differences))
    return not_there


def compare(run, reference, steps):
    unused = set(NO_FIELD.get(run.name, ()))
    for step in steps:
        name = step["step"]
        try:
            unused -= compare_step(run, reference, name, step["expect"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            failures.append(f"{run.name}: {name}: not to be compared: {error!r}")
    for path in sorted(unused):
        failures.append(f"{run.name}: {path} is listed as a field that it has not, but it has it")

    check(run.name, "user agent", told(unequal([USER_AGENTS[run.name]], sorted(run.user_agents))))
    if run is not reference:
        wanted = reference.requests
        if run.name in OURS_RUNS:
            wanted = wanted[: len([step for step in steps if "call" in step])]
        for number, (theirs, its) in enumerate(zip_longest(wanted, run.requests, fillvalue=MISSING)):
            check(run.name, f"request {number}: as {reference.name}", told(unequal(theirs, its)))


def main():
    scenario = json.loads((HERE / "scenario.json").read_text())
    runs = {}
    for name in USER_AGENTS:
        try:
            runs[name] = Run(name)
        except (OSError, ValueError, KeyError, TypeError) as error:
            failures.append(f"{name}: there is no transcript to read: {error!r}")
    if REFERENCE in runs:
        for name, run in runs.items():
            parts = ["common"] if name in OURS_RUNS else ["common", "sdk_only"]
            steps = [step for part in parts for step in scenario[part] if "call" in step]
            before = passed, len(failures)
            compare(run, runs[REFERENCE], steps)
            print(f"{name:17} {passed - before[0]:4} passed, {len(failures) - before[1]} failed")
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
