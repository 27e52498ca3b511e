import { expect, test } from "vitest";
import { chooseUnattended } from "../../../../core/src/code/candidates/choose.js";
import type { Candidate } from "../../../../core/src/code/contract/candidate.js";
import type { CodeIntent } from "../../../../core/src/model/index.js";
import { contextOf, judged, place } from "../ranking/places.js";

const all = "id email name phone isAdmin createdAt";

/** What is taken of one place, where nobody can be asked. */
async function taken(added: string, more: Partial<Candidate>, exposure?: "exposed" | "internal") {
  const candidate = place(all, { isWhole: true, tie: "type", ...more });
  const about = contextOf({ added, ...(exposure && { exposure }) });
  const intent = { kind: "read", model: "User", field: added, exposure } as unknown as CodeIntent;
  return (await chooseUnattended([{ intent, about, ranked: [judged(candidate, about)], done: [] }])).size === 1;
}

test.each([
  { name: "a copy of the whole model", added: "handle", more: {}, isTaken: true },
  { name: "a select of the whole model", added: "handle", more: { family: "select" }, isTaken: true },
  { name: "a copy of a part of it", added: "handle", more: { isWhole: false }, isTaken: false },
  { name: "what sounds like a secret", added: "passwordHash", more: {}, isTaken: false },
  { name: "a secret in a select", added: "resetToken", more: { family: "select" }, isTaken: false },
  { name: "a secret that may be exposed", added: "inviteToken", more: {}, exposure: "exposed", isTaken: true },
  { name: "what is internal", added: "handle", more: {}, exposure: "internal", isTaken: false },
  { name: "a place in a test", added: "handle", more: { isTest: true }, isTaken: true },
] as const)("where nobody can be asked: $name: $isTaken", async ({ added, more, isTaken, ...rest }) => {
  expect(await taken(added, more, "exposure" in rest ? rest.exposure : undefined)).toBe(isTaken);
});
