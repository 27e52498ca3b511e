/** What releases left in people's repositories and databases, kept as they wrote it: `npm run keep` writes it, the tests read it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { applyPatch, createPatch } from "diff";
import * as z from "zod";
import { planSchema } from "../../core/src/model/plan-schema.js";
import { newestSchemaVersion } from "../../core/src/plan/plan-file.js";
import { ledgerVersion } from "../../core/src/target/ledger/schema.js";

export const keptFolder = fileURLToPath(new URL("./releases", import.meta.url));

/** The states of a repository, in the order in which people reach them. */
export const keptPhases = ["expand", "switch", "contract", "undone"] as const;
export type KeptPhase = (typeof keptPhases)[number];

/** Files by their paths from the root. */
export type Files = Readonly<Record<string, string>>;

/** What becomes of a file: its text, how its text changes, or null: it is gone. */
type Change = string | { readonly patch: string } | null;

/** A project in each phase of its plan, told by what changes on the way from one to the next. */
export type KeptProject = Readonly<Record<KeptPhase, Readonly<Record<string, Change>>>>;

/** What a release writes, in numbers that tell it from others. */
export interface ReleaseVersions {
  readonly plan: number;
  /** Of what `plan.json` may hold. */
  readonly planShape: string;
  readonly ledger: number;
}

/** Of the code as it is. */
export function versionsNow(): ReleaseVersions {
  const shape = JSON.stringify(z.toJSONSchema(planSchema));
  return {
    plan: newestSchemaVersion,
    planShape: createHash("sha256").update(shape).digest("hex"),
    ledger: ledgerVersion,
  };
}

/** Releases of which something is kept, the oldest first; what is to come is called "next". */
export function keptReleases(): string[] {
  const numbers = (name: string) => (name === "next" ? [Number.POSITIVE_INFINITY] : name.split(".").map(Number));
  return readdirSync(keptFolder).sort((a, b) => {
    const [one, other] = [numbers(a), numbers(b)];
    const at = one.findIndex((number, index) => number !== other[index]);
    return (one[at] ?? 0) - (other[at] ?? 0);
  });
}

/** Names of the projects that a release has: "prisma-postgresql". */
export function keptProjects(release: string): string[] {
  const names = readdirSync(join(keptFolder, release)).map((file) => file.replace(/\.json$/, ""));
  return names.filter((name) => name !== "versions" && name !== "ledger").sort();
}

/** A file of a release, as JSON. */
export function readKept<T>(release: string, name: string): T {
  return JSON.parse(readFileSync(join(keptFolder, release, `${name}.json`), "utf8")) as T;
}

/** Whether a release kept anything of that name. */
export function isKept(release: string, name: string): boolean {
  return existsSync(join(keptFolder, release, `${name}.json`));
}

/** Every file of a project in one phase. */
export function filesIn(project: KeptProject, phase: KeptPhase): Files {
  const files: Record<string, string> = {};
  for (const each of keptPhases.slice(0, keptPhases.indexOf(phase) + 1))
    for (const [file, change] of Object.entries(project[each]))
      if (change === null) delete files[file];
      else files[file] = typeof change === "string" ? change : patched(files[file] ?? "", change.patch);
  return files;
}

function patched(text: string, patch: string): string {
  const result = applyPatch(text, patch);
  if (result === false) throw new Error(`What is kept does not fit together:\n${patch}`);
  return result;
}

/** @param phases every file in each of them */
export function keptProject(phases: Readonly<Record<KeptPhase, Files>>): KeptProject {
  const changes = keptPhases.map((phase, at): [KeptPhase, Record<string, Change>] => {
    const before: Files = at === 0 ? {} : phases[keptPhases[at - 1] as KeptPhase];
    const changed = Object.entries(phases[phase])
      .filter(([file, text]) => before[file] !== text)
      .map(([file, text]): [string, Change] => {
        const then = before[file];
        return [file, then === undefined ? text : { patch: createPatch(file, then, text, "", "", { context: 1 }) }];
      });
    const gone = Object.keys(before).filter((file) => !(file in phases[phase]));
    return [phase, { ...Object.fromEntries(changed), ...Object.fromEntries(gone.map((file) => [file, null])) }];
  });
  return Object.fromEntries(changes) as Record<KeptPhase, Record<string, Change>>;
}
