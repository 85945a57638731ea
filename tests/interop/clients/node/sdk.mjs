// Runs the scenario with Stytch's official Node SDK:
// node sdk.mjs SDK EMULATOR SCENARIO TRANSCRIPT
// SDK is the folder in which `stytch` is installed; the others are JSON files.
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [sdk, emulatorFile, scenarioFile, transcriptFile] = process.argv.slice(2);
const stytch = createRequire(`${sdk}/`)("stytch");
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));
const emulator = readJson(emulatorFile);
const scenario = readJson(scenarioFile);

// `env` accepts any URL, `custom_base_url` only https.
const { project_id, secret, base_url } = emulator;
const address = emulator.ca_file ? { custom_base_url: base_url } : { env: base_url };
const clients = {
  "right secret": new stytch.B2BClient({ project_id, secret, ...address }),
  "wrong secret": new stytch.B2BClient({ project_id, secret: "wrong", ...address }),
};
// Methods that have another name in the scenario.
const names = {
  recovery_codes: "recoveryCodes",
  authenticate_jwt_local: "authenticateJwtLocal",
  delete_totp: "deleteTOTP",
};

const saved = { emulator };
const transcript = {};
for (const { step, control: path, body, call, client, params, authorization } of scenario.steps) {
  if (path) {
    transcript[step] = { result: await control(path, body) };
  } else {
    try {
      const options = authorization && { authorization: await resolve(authorization) };
      const result = await perform(clients[client ?? "right secret"], call, await resolve(params), options);
      transcript[step] = { result };
    } catch (error) {
      transcript[step] = failure(error);
    }
  }
  saved[step] = transcript[step].result;
}
writeFileSync(transcriptFile, JSON.stringify(transcript, null, 1));

async function perform(client, call, params, options) {
  const path = call.split(".").map((name) => names[name] ?? name);
  const method = path.pop();
  const target = path.reduce((at, name) => at[name], client);
  return target[method](params, ...(options ? [options] : []));
}

async function control(path, body) {
  const method = body ? "POST" : "GET";
  const response = await fetch(`${base_url}/__emulator/${path}`, { method, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}

// Replaces `$step.path.to.value` with the result of that step, and `code of …` with the code of a
// secret.
async function resolve(value) {
  if (Array.isArray(value)) return Promise.all(value.map(resolve));
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).map(async ([name, entry]) => [name, await resolve(entry)]);
    return Object.fromEntries(await Promise.all(entries));
  }
  if (typeof value !== "string") return value;
  if (value.startsWith("code of ")) {
    const { now } = await control("clock");
    return totp(await resolve(value.slice("code of ".length)), Date.parse(now) / 1000);
  }
  if (!value.startsWith("$")) return value;
  return value.slice(1).split(".").reduce((at, name) => at[name], saved);
}

// Returns a code by RFC 6238: SHA-1, six digits, thirty seconds.
function totp(secret, seconds) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function failure(error) {
  if (error instanceof stytch.StytchError) {
    const { status_code, request_id, error_type, error_message, error_url } = error;
    return { error: { status_code, request_id, error_type, error_message, error_url } };
  }
  if (error.code === "jwt_invalid") return { refused: true };
  return { unexpected: String(error) };
}
