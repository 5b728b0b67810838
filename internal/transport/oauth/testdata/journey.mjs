// The whole way of a program that connects, by a client library that knows nothing
// of this server: LIBRARY is where it lies, SERVER where the assistants' endpoint
// is, and SESSION the token of the person who decides.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const oauth = await import(pathToFileURL(process.env.LIBRARY));
const { SERVER, SESSION } = process.env;
const insecure = { [oauth.allowInsecureRequests]: true }; // a server of a test has no certificate
const mcp = new URL(`${SERVER}/mcp`);

async function message(method, token, params) {
  return fetch(mcp, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": "2025-11-25",
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
}

// It is refused, and learns where to ask.
const refused = await message("tools/list");
assert.equal(refused.status, 401);
const [, pointer] = /resource_metadata="([^"]+)"/.exec(refused.headers.get("WWW-Authenticate"));
const described = await oauth.resourceDiscoveryRequest(mcp, insecure);
assert.equal(described.url, pointer);
const resource = await oauth.processResourceDiscoveryResponse(mcp, described);
const issuer = new URL(resource.authorization_servers[0]);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }));
assert.deepEqual(server.code_challenge_methods_supported, ["S256"]);
assert.equal(server.authorization_response_iss_parameter_supported, true);

// It introduces itself.
const redirect = "http://127.0.0.1:49152/callback";
const client = await oauth.processDynamicClientRegistrationResponse(
  await oauth.dynamicClientRegistrationRequest(
    server,
    { client_name: "Journey", redirect_uris: ["http://127.0.0.1/callback"], token_endpoint_auth_method: "none" },
    insecure,
  ),
);
assert.equal(client.token_endpoint_auth_method, "none");
assert.equal(client.client_secret, undefined);

// The person decides, at the page it sends them to.
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const page = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  client_id: client.client_id,
  redirect_uri: redirect,
  response_type: "code",
  scope: "tasks:read tasks:write",
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  resource: resource.resource,
})) {
  page.searchParams.set(name, value);
}
assert.match((await fetch(page, { headers: { Accept: "text/html" } })).headers.get("Content-Type"), /^text\/html/);
const decided = await fetch(`${SERVER}/api/oauth/decisions`, {
  method: "POST",
  headers: { "Content-Type": "application/json", Authorization: `Bearer ${SESSION}` },
  body: JSON.stringify({ ...Object.fromEntries(page.searchParams), approve: true, granted: ["tasks:read"] }),
});
assert.equal(decided.status, 200);
const answer = oauth.validateAuthResponse(server, client, new URL((await decided.json()).redirect_to), state);

// It comes for its tokens, and uses them.
const none = oauth.None();
const more = { additionalParameters: { resource: resource.resource }, ...insecure };
const first = await oauth.processAuthorizationCodeResponse(
  server,
  client,
  await oauth.authorizationCodeGrantRequest(server, client, none, answer, redirect, verifier, more),
);
assert.equal(first.scope, "tasks:read");
const listed = await message("tools/list", first.access_token);
assert.ok((await listed.json()).result.tools.some((tool) => tool.name === "whats_next"));
const call = { name: "whats_next", arguments: {} };
assert.equal((await (await message("tools/call", first.access_token, call)).json()).result.isError ?? false, false);

// It renews them, and gives them up.
const second = await oauth.processRefreshTokenResponse(
  server,
  client,
  await oauth.refreshTokenGrantRequest(server, client, none, first.refresh_token, more),
);
assert.notEqual(second.refresh_token, first.refresh_token);
assert.equal((await message("tools/list", second.access_token)).status, 200);
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, second.refresh_token, insecure));
for (const token of [first.access_token, second.access_token]) {
  assert.equal((await message("tools/list", token)).status, 401);
}
await assert.rejects(
  async () =>
    oauth.processRefreshTokenResponse(server, client, await oauth.refreshTokenGrantRequest(server, client, none, second.refresh_token, insecure)),
  { error: "invalid_grant" },
);
console.log("whole");
