"""Runs the scenario with Stytch's official Python SDK:
sdk.py sync|async EMULATOR SCENARIO TRANSCRIPT (the last three are JSON files)"""

import asyncio
import base64
import datetime
import functools
import hashlib
import hmac
import json
import struct
import sys

import requests
import stytch
from stytch.b2b.models.organizations_members import DeleteTOTPRequestOptions
from stytch.b2b.models.sessions import RevokeRequestOptions
from stytch.core.response_base import StytchError
from stytch.shared.method_options import Authorization

mode, emulator_file, scenario_file, transcript_file = sys.argv[1:]


def read_json(file):
    with open(file, encoding="utf-8") as text:
        return json.load(text)


emulator = read_json(emulator_file)
scenario = read_json(scenario_file)
saved = {"emulator": emulator}


def client(secret):
    # `environment` accepts any URL, `custom_base_url` only https.
    option = "custom_base_url" if emulator["ca_file"] else "environment"
    address = {option: emulator["base_url"] + "/"}
    return stytch.B2BClient(project_id=emulator["project_id"], secret=secret, **address)


def control(path, body=None):
    url = f"{emulator['base_url']}/__emulator/{path}"
    response = requests.post(url, json=body) if body else requests.get(url)
    response.raise_for_status()
    return response.json()


def totp(secret):
    """Returns a code by RFC 6238: SHA-1, six digits, thirty seconds, at the emulator's time."""
    now = datetime.datetime.fromisoformat(control("clock")["now"].replace("Z", "+00:00"))
    counter = struct.pack(">Q", int(now.timestamp()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def resolve(value):
    """Replaces `$step.path.to.value` with the result of that step, and `code of …` with a code."""
    if isinstance(value, list):
        return [resolve(entry) for entry in value]
    if isinstance(value, dict):
        return {name: resolve(entry) for name, entry in value.items()}
    if not isinstance(value, str):
        return value
    if value.startswith("code of "):
        return totp(resolve(value.removeprefix("code of ")))
    if not value.startswith("$"):
        return value
    get = lambda at, name: at[int(name)] if isinstance(at, list) else at[name]
    return functools.reduce(get, value[1:].split("."), saved)


# The options of the calls that the scenario makes with the rights of a Member.
OPTIONS = {
    "organizations.members.delete_totp": DeleteTOTPRequestOptions,
    "sessions.revoke": RevokeRequestOptions,
}


async def perform(clients, call, params, authorization):
    if authorization:
        options = OPTIONS[call](authorization=Authorization(**authorization))
        params = {**params, "method_options": options}
    *path, method = call.split(".")
    target = functools.reduce(getattr, path, clients)
    try:
        if mode == "async":
            response = await getattr(target, method + "_async")(**params)
        else:
            response = getattr(target, method)(**params)
    except StytchError as error:
        details = error.details.model_dump(mode="json", exclude={"original_json"})
        return {"error": details}
    # The local verification returns `None` if it refuses the JWT.
    return {"refused": True} if response is None else {"result": response.model_dump(mode="json")}


async def main():
    clients = {"right secret": client(emulator["secret"]), "wrong secret": client("wrong")}
    transcript = {}
    for step in scenario["steps"]:
        try:
            if "control" in step:
                outcome = {"result": control(step["control"], step.get("body"))}
            else:
                chosen = clients[step.get("client", "right secret")]
                params, authorization = resolve(step["params"]), resolve(step.get("authorization"))
                outcome = await perform(chosen, step["call"], params, authorization)
        except Exception as error:  # The comparison reports it.
            outcome = {"unexpected": repr(error)}
        transcript[step["step"]] = outcome
        saved[step["step"]] = outcome.get("result")
    for each in clients.values():
        await each.close()
    with open(transcript_file, "w", encoding="utf-8") as text:
        json.dump(transcript, text, indent=1)


asyncio.run(main())
