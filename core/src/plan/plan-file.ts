import * as z from "zod";
import { LockstepError } from "../base/errors.js";
import type { Plan } from "../model/index.js";
import { upgradeLabels } from "../model/old-labels.js";
import { planSchema } from "../model/plan-schema.js";
import { sha256 } from "./hash.js";
import { releasesOf } from "./releases.js";

/** The version of `plan.json` that this version writes, and the newest that it reads. */
export const newestSchemaVersion = 1;

/** The folder of a plan, relative to the project root. */
export function planFolder(id: string): string {
  return `lockstep/${id}`;
}

/** `plan.json` as text: the plan, followed by its hash. The same plan gives the same bytes. */
export function planText(plan: Plan): string {
  // The schema puts keys in a fixed order.
  const ordered = planSchema.parse(JSON.parse(JSON.stringify(plan)));
  return `${JSON.stringify({ ...ordered, hash: planHash(ordered) }, null, 2)}\n`;
}

/**
 * Reads `plan.json`.
 *
 * @param file its path, for messages
 * @throws LS3001 edited by hand · LS3002 from a newer version · LS3007 damaged
 */
export function readPlan(text: string, file: string): Plan {
  const json = parseJson(text, file);
  const version = json.schemaVersion;
  if (typeof version === "number" && version > newestSchemaVersion)
    throw new LockstepError(
      "LS3002",
      `${file} has schema version ${version}, but this version of Lockstep reads up to ${newestSchemaVersion}.`,
    );
  const { hash, ...rest } = json;
  const parsed = planSchema.safeParse(rest);
  // A validator cannot tell an edited file from a damaged one; with a valid shape, a wrong hash probably means an edit.
  if (!parsed.success) throw new LockstepError("LS3007", `${file} is not a plan:\n${z.prettifyError(parsed.error)}`);
  if (hash !== planHash(parsed.data)) throw new LockstepError("LS3001", `${file} was changed after it was written.`);
  // Written units must exist in the plan.
  releasesOf(parsed.data);
  return upgradeLabels(parsed.data);
}

/** The hash of the canonical form: ignores key order and white space. */
export function planHash(plan: Plan): string {
  return sha256(canonical(plan));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(",")}}`;
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (json !== null && typeof json === "object" && !Array.isArray(json)) return json as Record<string, unknown>;
    throw new Error("not an object");
  } catch (error) {
    throw new LockstepError("LS3007", `${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
