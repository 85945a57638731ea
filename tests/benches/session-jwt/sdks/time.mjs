// Prints the time of one check by the Node SDK, in µs: time.mjs SDK BASE_URL PROJECT_ID JWT COUNT
import { createRequire } from "node:module";

const [sdk, baseUrl, project_id, session_jwt, count] = process.argv.slice(2);
const stytch = createRequire(`${sdk}/`)("stytch");
const client = new stytch.B2BClient({ project_id, secret: "secret-test-1", env: `${baseUrl}/` });

const check = async (times) => {
  for (let i = 0; i < times; i++) await client.sessions.authenticateJwtLocal({ session_jwt });
};
// Warm up: fetch the key set, and let the compiler optimise.
await check(Math.ceil(count / 2));
const start = process.hrtime.bigint();
await check(count);
console.log(Number(process.hrtime.bigint() - start) / 1000 / count);
