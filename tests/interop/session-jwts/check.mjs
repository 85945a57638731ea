// Verifies each JWT with the Node SDK, and writes the results:
// check.mjs NODE_MODULES_PARENT BASE_URL CASES OUT
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [sdk, baseUrl, casesFile, outFile] = process.argv.slice(2);
const stytch = createRequire(`${sdk}/`)("stytch");
const { project_id, cases } = JSON.parse(readFileSync(casesFile, "utf8"));
const client = new stytch.B2BClient({ project_id, secret: "secret-test-1", env: `${baseUrl}/` });

const results = {};
for (const { name, jwt } of cases) {
  try {
    const session = await client.sessions.authenticateJwtLocal({ session_jwt: jwt });
    results[name] = { member_id: session.member_id, custom_claims: session.custom_claims };
  } catch (error) {
    // The cause of the SDK's error is the error of the library jose.
    results[name] = { refused: String(error?.cause?.code ?? error?.code ?? error) };
  }
}
writeFileSync(outFile, JSON.stringify(results));
