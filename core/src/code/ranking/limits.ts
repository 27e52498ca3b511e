import type { Family } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { RankContext } from "../contract/ranked.js";
import { wordsOf } from "../names/similar-name.js";
import { isTechnicalColumn } from "../names/technical-columns.js";

/** Why a place is not preselected, however strong the evidence. */
export interface Limit {
  readonly kind: "plumbing" | "test" | "secret" | "otherModel" | "doubtful" | "fewNames" | "list" | "caution";
  /** Follows "is not ticked on its own: ". */
  readonly text: string;
}

/** Families that other code reads: a secret in these places would leak. */
const shown: ReadonlySet<Family> = new Set(["select", "mapper", "zod", "dto", "type", "graphql", "schema"]);

const secretWord =
  /^(?:tokens?|hash(?:es)?|secrets?|passwords?|passwd|passphrase|passcodes?|salt|credentials?|otp|apikeys?)$/;
/** The words that make a key secret: `apiKey`, not `sortKey`. */
const secretKeys = /^(?:api|private|secret|access|encryption|signing) keys?$/;

/** All reasons for which a place of this column needs a decision, the strictest first. */
export function limitsOf(candidate: Candidate, context: RankContext): readonly Limit[] {
  const { model, models, field, exposure } = context;
  const limits: Limit[] = [];
  const other =
    candidate.tie === "names"
      ? models.find((each) => each.name !== model.name && namesAll(each.fields, candidate.names))
      : undefined;
  if (other !== undefined) {
    limits.push({ kind: "otherModel", text: `${other.name} has all of its fields as well as ${model.name}` });
  }
  if (isSecret(field.name) && exposure !== "exposed" && shown.has(candidate.family)) {
    limits.push({ kind: "secret", text: `${field.name} sounds like a secret, and its exposure is not set` });
  }
  if (isTechnicalColumn(field)) {
    limits.push({ kind: "plumbing", text: `${field.name} is an id, a foreign key or a timestamp` });
  }
  if (candidate.caution !== undefined) limits.push({ kind: "caution", text: candidate.caution });
  // `["name", "email"]` may list the columns that callers can sort by, or set. A role must not be added automatically.
  if (candidate.family === "names" && candidate.tie === "names")
    limits.push({ kind: "list", text: "a list of names may say what callers are allowed to do" });
  if (candidate.tie === "names" && candidate.names.length < 3)
    limits.push({ kind: "fewNames", text: `two names alone do not say that it is about ${model.name}` });
  if (candidate.tie === "doubtful") limits.push({ kind: "doubtful", text: `it may not be about ${model.name}` });
  if (candidate.isTest) limits.push({ kind: "test", text: "tests follow the code that they test" });
  return limits;
}

/** Whether a name marks a value as secret: `passwordHash`, `apiKey`, `resetToken`. */
export function isSecret(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word, index) => secretWord.test(word) || secretKeys.test(`${words[index - 1]} ${word}`));
}

function namesAll(fields: readonly { readonly name: string }[], names: readonly string[]): boolean {
  const theirs = new Set(fields.map(({ name }) => name));
  return names.every((name) => theirs.has(name));
}
