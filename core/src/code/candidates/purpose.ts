import type { CodeIntent, Family, Purpose } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";

const stores: ReadonlySet<Family> = new Set(["create", "update", "destructuring"]);

/** The purpose of a place, by its family and the kind of intent. */
export function purposeOf({ family, isTest }: Candidate, kind: CodeIntent["kind"]): Purpose {
  if (isTest) return "test";
  if (stores.has(family) || kind === "write") return "store";
  return /InRequests$/.test(kind) ? "accept" : "show";
}
