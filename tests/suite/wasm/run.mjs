// Hosts modules of totps-core in Node. The modules make requests, `fetch` sends them to the emulator, and the
// modules read the responses. Usage: node run.mjs EMULATOR MODULE.wasm...
// EMULATOR is a file with the line that `totps-emulator --json` prints.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { WASI } from "node:wasi";

const [emulatorFile, ...files] = process.argv.slice(2);
const emulator = JSON.parse(await readFile(emulatorFile, "utf8"));
const project = {
  base_url: emulator.base_url,
  project_id: emulator.project_id,
  project_secret: emulator.secret,
};

async function load(file) {
  const module = await WebAssembly.compile(await readFile(file));
  const wantsWasi = WebAssembly.Module.imports(module).some((i) => i.module === "wasi_snapshot_preview1");
  const wasi = new WASI({ version: "preview1" });
  const instance = await WebAssembly.instantiate(module, wantsWasi ? wasi.getImportObject() : {});
  if (wantsWasi) wasi.initialize(instance);
  const { memory, allocate, call } = instance.exports;
  return (name, input) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ function: name, ...input }));
    const address = allocate(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, address);
    const packed = BigInt.asUintN(64, call(address, bytes.length));
    const output = new Uint8Array(memory.buffer, Number(packed >> 32n), Number(packed & 0xffffffffn));
    return JSON.parse(new TextDecoder().decode(output));
  };
}

async function send({ method, url, headers, body }) {
  const response = await fetch(url, { method, headers, body, redirect: "manual" });
  return { status: response.status, body: await response.text() };
}

// Calls the emulator's control interface.
async function control(path, options) {
  const response = await fetch(`${emulator.base_url}/__emulator/${path}`, options);
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

// Returns the compilation target of a module from its path, for example wasm32-wasip1.
const target = (file) => file.split("/").at(-3);

for (const file of files) {
  test(`${target(file)}: a TOTP is created and authenticated`, async () => {
    const call = await load(file);
    const { organization_id, member_id, intermediate_session_token } =
      await control("members", { method: "POST", body: "{}" });

    const request = call("create_request", { ...project, organization_id, member_id });
    assert.equal(request.error, undefined, request.error);
    assert.equal(request.method, "POST");
    assert.equal(request.url, `${emulator.base_url}/v1/b2b/totp`);
    const created = call("create_response", await send(request));
    assert.equal(created.error, undefined, created.error);
    assert.match(created.totp_registration_id, /^member-totp-/);
    assert.ok(created.recovery_codes > 0, "the response has recovery codes");
    assert.ok(created.qr_code_is_png, "the QR code is a PNG");

    const { code } = await control(`members/${member_id}/code`);
    const login = { organization_id, member_id, intermediate_session_token, code };
    const response = await send(call("authenticate_request", { ...project, ...login }));
    const authenticated = call("authenticate_response", response);
    assert.equal(authenticated.error, undefined, authenticated.error);
    assert.ok(authenticated.session_token, "the login has a session token");
  });

  test(`${target(file)}: errors keep their status and name`, async () => {
    const call = await load(file);
    const missing = call("create_request", { ...project, organization_id: "", member_id: "m" });
    assert.match(missing.error, /organization_id/);
    const { organization_id } = emulator;
    const unknown = call("create_request", { ...project, organization_id, member_id: "member-test-unknown" });
    const refused = call("create_response", await send(unknown));
    assert.match(refused.error, /404/);
  });
}
