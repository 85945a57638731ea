"""Compares the results of the clients, step by step: compare.py RUNS

RUNS is the folder that run.sh fills.
"""

import base64
import datetime
import json
import pathlib
import re
import sys
from functools import reduce
from itertools import zip_longest
from urllib.parse import parse_qsl, unquote, urlsplit

HERE = pathlib.Path(__file__).parent
RUNS = pathlib.Path(sys.argv[1])
MISSING = "(missing)"


def version(file, pattern):
    return re.search(pattern, (HERE / file).read_text())[1]


NODE = "Stytch Node v" + version("clients/node/package.json", r'"stytch": "(.*)"')
PYTHON = "Stytch Python v" + version("clients/python/requirements.txt", r"stytch==(.*)")
RUST = "stytch-rust " + version("clients/rust/Cargo.toml", r'stytch = "=(.*)"')
OURS = "totps/" + version("../../Cargo.toml", r'\[workspace.package\]\nversion = "(.*)"')

# The runs, and the user agent that each must send. The first run returns the JSON of the API
# unchanged, and all others must have the same results.
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

# The expected differences of each client, explained in the table of README.md. The run must show each
# of them and no other: a difference that disappears is a failure as well.
#
# Calls that the client does not have:
NO_CALL = {"rust": {"verify locally", "verify an expired JWT locally"}}
# Fields that the client does not have, by the end of their path:
NO_FIELD = {
    **{run: {"organization.scim_active_connections"} for run in USER_AGENTS},
    "node": set(),
    "node-tls": set(),
}
# Steps with another result. Without the RBAC headers, the call has all rights of the project.
OTHERWISE = {
    "rust": {
        step: {"error": {"status_code": 404, "error_type": "totp_not_found"}}
        for step in ("delete the TOTP of another", "delete with no session of ours")
    },
}
# Unnecessary features of the client's requests, with the names of `habits` below:
NODE_HABITS = {
    "GET has a content type",
    "DELETE has a body",
    "the key set is fetched without credentials",
}
PYTHON_HABITS = {
    "GET has a content type",
    "GET repeats the path in the query",
    "POST repeats the path in the body",
    "PUT repeats the path in the body",
    "the key set is fetched without credentials",
}
HABITS = {
    "node": NODE_HABITS,
    "node-tls": NODE_HABITS,
    "python": PYTHON_HABITS,
    "python-tls": PYTHON_HABITS,
    "python-async": PYTHON_HABITS,
    "python-async-tls": PYTHON_HABITS,
    "rust": {
        "GET has a content type",
        "GET has a body",
        "GET repeats the path in the query",
        "DELETE has a body",
        "POST repeats the path in the body",
        "PUT repeats the path in the body",
        "unset fields are null",
        "`-` is escaped in paths",
        "RBAC headers are not sent",
    },
    "totps-ureq": {"the key set is fetched without credentials"},
    "totps-hyper": {"the key set is fetched without credentials"},
}
RBAC_HEADERS = ("x-stytch-member-session", "x-stytch-member-sessionjwt")

passed, failures = 0, []


def check(run, what, differences):
    global passed
    if differences:
        failures.append(f"{run}: {what}:\n    " + "\n    ".join(differences))
    else:
        passed += 1


class Plain:
    """Makes values comparable.

    Removes unset fields (absent, null or empty text). Decodes JWTs, without the user agent in them
    and the signature, which depends on it. Times near the real time `now` (see the end of the
    scenario) become relative to it.
    """

    def __init__(self, now):
        self.now = moment(now)

    def of(self, value, in_claims=False):
        if isinstance(value, dict):
            pairs = [(name, self.of(v, in_claims or "claims" in name)) for name, v in value.items()]
            # In custom claims, null is a value.
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
    """Yields the paths at which two plain values differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in sorted({**expected, **got}):
            yield from unequal(expected.get(name, MISSING), got.get(name, MISSING), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(got, list):
        for index, pair in enumerate(zip_longest(expected, got, fillvalue=MISSING)):
            yield from unequal(*pair, f"{path}[{index}]")
    elif expected != got or isinstance(expected, bool) != isinstance(got, bool):
        yield path, expected, got


def unmet(expected, got, plain, path=""):
    """Yields the paths at which a plain value differs from the scenario. It may have more members."""
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


def described(differences):
    short = lambda value: json.dumps(value, ensure_ascii=False)[:200]
    return [f"{path}: expected {short(expected)}, got {short(got)}" for path, expected, got in differences]


def resolve(value, saved):
    """Replaces `$step.path.to.value` with the result of that step, as the drivers do."""
    if isinstance(value, list):
        return [resolve(entry, saved) for entry in value]
    if isinstance(value, dict):
        return {name: resolve(entry, saved) for name, entry in value.items()}
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    get = lambda at, name: at[int(name)] if isinstance(at, list) else at[name]
    return reduce(get, value[1:].split("."), saved)


class Run:
    """The results and requests of one client."""

    def __init__(self, name):
        self.name = name
        read = lambda kind: json.loads((RUNS / f"{name}.{kind}.json").read_text())
        self.transcript = read("transcript")
        self.saved = {step: outcome.get("result") for step, outcome in self.transcript.items()}
        self.saved["emulator"] = read("emulator")
        self.log = self.saved["requests"]["requests"]
        calls = [request for request in self.log if not is_key_set(request)]
        self.user_agents = {agent for r in calls for agent in r["headers"]["user-agent"]}
        stopped = self.saved.get("stop the clock now") or {"now": "1970-01-01T00:00:00Z"}
        self.plain = Plain(stopped["now"])
        self.requests = [self.request(r) for r in calls]

    def request(self, request):
        """Returns the parts of a request that must be equal.

        Differences that `habits` reports are left out: an unset field may be null, parameters of the
        path may be repeated elsewhere, and GET and DELETE may have a body.
        """
        url = urlsplit(request["path"])
        plain = {"method": request["method"], "path": unquote(url.path)}
        for name in ("authorization", *RBAC_HEADERS):
            values = request["headers"].get(name)
            # A header may be a JWT, which is compared like one in a body.
            plain[name] = values and [self.plain.of(value) for value in values]
        repeated = in_path(request)
        query = parse_qsl(url.query, keep_blank_values=True)
        plain["query"] = sorted(pair for pair in query if pair not in repeated)
        if request["method"] in ("POST", "PUT"):
            plain["content-type"] = request["headers"].get("content-type")
            body = self.plain.of(json.loads(request["body"]))
            plain["body"] = {name: value for name, value in body.items() if (name, value) not in repeated}
        return plain

    def outcome(self, step):
        return self.plain.of(self.transcript[step])


def is_key_set(request):
    return "/jwks/" in request["path"]


def in_path(request):
    """Returns the ids in a path, as `(name, value)`."""
    segments = unquote(urlsplit(request["path"]).path).split("/")
    before = {"organizations": "organization_id", "members": "member_id"}
    found = [(before[name], value) for name, value in zip(segments, segments[1:]) if name in before]
    if "recovery_codes" in segments:
        found += zip(("organization_id", "member_id"), segments[-2:])
    return found


def has_null(value, in_claims=False):
    if isinstance(value, dict):
        return any(has_null(entry, in_claims or "claims" in name) for name, entry in value.items())
    if isinstance(value, list):
        return any(has_null(entry, in_claims) for entry in value)
    return value is None and not in_claims


def habits(run, reference):
    """Yields the names of unnecessary features of a client's requests."""
    for request in run.log:
        method, headers = request["method"], request["headers"]
        url, repeated = urlsplit(request["path"]), in_path(request)
        if is_key_set(request):
            if "authorization" not in headers:
                yield "the key set is fetched without credentials"
            continue
        if "%2D" in url.path:
            yield "`-` is escaped in paths"
        if method == "GET" and "content-type" in headers:
            yield "GET has a content type"
        if method in ("GET", "DELETE") and request["body"]:
            yield f"{method} has a body"
        if any(pair in repeated for pair in parse_qsl(url.query)):
            yield f"{method} repeats the path in the query"
        if method in ("POST", "PUT"):
            body = json.loads(request["body"])
            if any(body.get(name) == value for name, value in repeated):
                yield f"{method} repeats the path in the body"
            if has_null(body):
                yield "unset fields are null"
    for theirs, its in zip(reference.requests, run.requests):
        if any(theirs[name] and not its[name] for name in RBAC_HEADERS):
            yield "RBAC headers are not sent"


def compare_step(run, reference, name, expected):
    """Checks a step, and returns the listed fields that are missing as expected."""
    outcome, not_there = run.outcome(name), set()
    if name in NO_CALL.get(run.name, ()):
        if outcome != {"unsupported": True}:
            failures.append(f"{run.name}: {name}: NO_CALL lists the step, but the client made the call")
        return not_there
    otherwise = OTHERWISE.get(run.name, {}).get(name)
    expected = otherwise or resolve(expected, run.saved)
    check(run.name, f"{name}: as expected", described(unmet(expected, outcome, run.plain)))
    if run is not reference and not otherwise:
        differences = list(unequal(reference.outcome(name), outcome))
        for field in NO_FIELD[run.name]:
            # The field may also be in lists and maps.
            missing = {
                path
                for path, _, got in differences
                if re.sub(r"s(\[\d+\]|\.organization-test-[\w-]+)", "", path).endswith("." + field)
                and got == MISSING
            }
            differences = [difference for difference in differences if difference[0] not in missing]
            not_there |= {field} if missing else set()
        check(run.name, f"{name}: as {reference.name}", described(differences))
    return not_there


def compare(run, reference, steps):
    unused = set(NO_FIELD[run.name])
    for step in steps:
        name = step["step"]
        try:
            unused -= compare_step(run, reference, name, step["expect"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            failures.append(f"{run.name}: {name}: cannot be compared: {error!r}")
    for path in sorted(unused):
        failures.append(f"{run.name}: {path}: NO_FIELD lists the field, but the client has it")

    check(run.name, "user agent", described(unequal([USER_AGENTS[run.name]], sorted(run.user_agents))))
    listed, seen = HABITS[run.name], set(habits(run, reference))
    for habit in sorted(listed | seen):
        has = f"{habit}: " + ("not listed, but seen" if habit in seen else "listed, but not seen")
        check(run.name, "habits", [] if habit in listed & seen else [has])
    if run is not reference:
        for number, pair in enumerate(zip_longest(reference.requests, run.requests, fillvalue=MISSING)):
            if "RBAC headers are not sent" in listed and MISSING not in pair:
                pair = [{**request, **dict.fromkeys(RBAC_HEADERS)} for request in pair]
            check(run.name, f"request {number}: as {reference.name}", described(unequal(*pair)))


def compare_readme():
    """Checks that README.md names each difference."""
    readme = (HERE / "README.md").read_text()
    for name in sorted(set().union(*HABITS.values(), *NO_FIELD.values())):
        check("README.md", name, [] if name in readme else ["the difference is missing"])


def main():
    scenario = json.loads((HERE / "scenario.json").read_text())
    runs = {}
    for name in USER_AGENTS:
        try:
            runs[name] = Run(name)
        except (OSError, ValueError, KeyError, TypeError) as error:
            failures.append(f"{name}: cannot read the transcript: {error!r}")
    if REFERENCE in runs:
        for name, run in runs.items():
            steps = [step for step in scenario["steps"] if "call" in step]
            before = passed, len(failures)
            compare(run, runs[REFERENCE], steps)
            print(f"{name:17} {passed - before[0]:4} passed, {len(failures) - before[1]} failed")
    compare_readme()
    if sys.argv[2:] == ["failed"]:
        failures.append("session JWTs: failed, as shown above")
    for failure in failures:
        print(failure)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


main()
