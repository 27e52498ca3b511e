import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { type DeployedPhase, inFiles, type Plan, type Unit } from "../model/index.js";
import { oneSideHint, restoreFiles } from "./one-side.js";
import { phasesOf } from "./phases.js";
import { type Release, releasesOf } from "./releases.js";

/** A plan that does not match the migrations of the repository. */
export interface Contradiction {
  /** Its id. */
  readonly plan: string;
  /** Relative to the project's root: the affected migrations, or the plan's own file if there are none. */
  readonly files: readonly [string, ...string[]];
  readonly what: string;
  readonly next: string;
}

/** The migrations of a project in the ORM's order, and its plans. */
export interface PlansAndMigrations {
  readonly root: string;
  /** In the order in which the ORM runs them; paths relative to the root. */
  readonly migrations: readonly string[];
  readonly plans: readonly Plan[];
  /** Plans that cannot be read: they are reported separately. */
  readonly damaged: readonly string[];
}

/** The plan that a migration's header names. */
interface Header {
  readonly plan: string;
  readonly phase: DeployedPhase | "undo";
  readonly of: number;
  readonly fingerprint: string;
}

/**
 * Compares both parts of every plan: the written units in plan.json, and the migrations whose headers name a plan. A merge can bring one
 * part without the other, and each part alone would run. The file hash checks the text itself (`verifyUnits`).
 */
export function contradictions(request: PlansAndMigrations): Contradiction[] {
  const { root, migrations, plans, damaged } = request;
  // If the ORM does not list an existing migration, another check reports that.
  const written = plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  const texts = new Map([...migrations, ...written].map((file) => [file, readOrNothing(join(root, file))] as const));
  const headers = new Map<string, Header>();
  for (const [file, text] of texts) {
    const header = headerOf(text ?? "");
    if (header !== undefined) headers.set(file, header);
  }
  const known = new Set([...plans.map(({ id }) => keyOf(id)), ...damaged.map(keyOf)]);
  const stray = strays(headers, known);
  return [
    ...foldersWithout(root).filter(({ plan }) => stray.every((each) => keyOf(each.plan) !== keyOf(plan))),
    ...stray,
    ...plans.flatMap((plan) => contradictionsOf(plan, request, texts, headers)),
  ];
}

/** @throws LS3014 if there is one */
export function refuseContradictions([first, ...more]: readonly Contradiction[]): void {
  if (first !== undefined) throw contradictionError(first, more);
}

/** The error for the first one, with the others. */
export function contradictionError(first: Contradiction, more: readonly Contradiction[] = []): LockstepError {
  const said = [first, ...more].map(({ plan, what }) => `Plan ${plan} contradicts its migrations. ${what}`);
  return new LockstepError("LS3014", said.join(" "), {
    hint: first.next,
    details: { contradictions: [first, ...more] },
  });
}

function contradictionsOf(
  plan: Plan,
  { root, migrations }: PlansAndMigrations,
  texts: ReadonlyMap<string, string | undefined>,
  headers: ReadonlyMap<string, Header>,
): Contradiction[] {
  const about = (files: readonly string[], what: string, next: string): Contradiction => ({
    plan: plan.id,
    files: isSome(files) ? files : [`lockstep/${plan.id}/plan.json`],
    what,
    next,
  });
  const releases = releasesOf(plan);
  const written = new Set(plan.state.written.map(({ file }) => file));
  const own = [...headers].filter(([, header]) => keyOf(header.plan) === keyOf(plan.id)).map(([file]) => file);
  const added = own.filter((file) => !written.has(file));
  const other = own.filter(
    (file) => written.has(file) && headers.get(file)!.fingerprint !== plan.fingerprint.slice(0, 12),
  );
  const found: Contradiction[] = [];
  if (added.length > 0)
    found.push(
      about(
        added,
        `plan.json, which is in ${plan.state.released}, does not have ${listOf(added)}. Another branch moved this plan.`,
        oneSideHint(root, plan.id) ??
          `Take both from one branch: its lockstep/${plan.id} and its migrations of this plan. Remove the others where no database has run them.`,
      ),
    );
  if (other.length > 0)
    found.push(
      about(other, `${listOf(other)} ${were(other)} written for another change of this name.`, restore(plan.id)),
    );
  const isThere = ({ file }: Pick<Release, "file">) => texts.get(file) !== undefined;
  const missing = releases.filter((release) => !isThere(release)).map(({ file }) => file);
  if (missing.length > 0 && !isSquashed(plan, releases, { texts, headers, written, isThere }))
    found.push(
      about(missing, `${listOf(missing)} ${missing.length === 1 ? "is" : "are"} missing.`, restoreFiles(missing)),
    );
  const present = releases.map(({ file }) => file).filter((file) => migrations.includes(file));
  const inOrder = present.toSorted((one, another) => migrations.indexOf(one) - migrations.indexOf(another));
  const late = present.find((file, at) => file !== inOrder[at]);
  if (late !== undefined)
    found.push(
      about(present, `Its migrations would run in another order than they were written in.`, restoreFiles(present)),
    );
  const state = stateFault(plan, releases);
  if (state !== undefined) found.push(about([], state, restore(plan.id)));
  return found;
}

/** Compares the phase in plan.json with its written and held units. */
function stateFault(plan: Plan, releases: readonly Release[]): string | undefined {
  const { released, held } = plan.state;
  const order = phasesOf(plan);
  const standing = new Set(releases.flatMap(({ kind, isPast, id }) => (kind === "phase" && !isPast ? [id] : [])));
  const reached = released === "undone" ? -1 : order.indexOf(released);
  const ids = (of: (unit: Unit) => boolean) => inFiles(plan.units.filter(of)).map(([first]) => first.id);
  if (released !== "undone" && reached === -1) return `plan.json is in ${released}, a phase that it does not have.`;
  // A plan that no database has applied is undone without migrations.
  for (const id of ids(({ phase }) => order.indexOf(phase) <= reached))
    if (!standing.has(id)) return `plan.json is in ${released}, and has no migration for its unit ${id}.`;
  // What expand has changed may stay, for example a column that accepts NULL.
  const mayStay = released === "undone" && plan.undo.expand.length === 0;
  for (const id of ids(({ phase }) => order.indexOf(phase) > reached)) {
    if (mayStay && plan.units.some((unit) => unit.id === id && unit.phase === "expand")) continue;
    if (standing.has(id)) return `plan.json is in ${released}, and its unit ${id} of a later phase is released.`;
    if (released !== "undone" && !held.some((unit) => unit.id === id))
      return `plan.json is in ${released}, and does not hold its unit ${id} for later.`;
  }
  return undefined;
}

/**
 * Whether the history was squashed into one migration: then the plan's migrations are gone from the first on, and the remaining ones create
 * its columns.
 */
function isSquashed(
  plan: Plan,
  releases: readonly Release[],
  repository: {
    readonly texts: ReadonlyMap<string, string | undefined>;
    readonly headers: ReadonlyMap<string, Header>;
    readonly written: ReadonlySet<string>;
    isThere(release: Release): boolean;
  },
): boolean {
  const { texts, headers, written, isThere } = repository;
  const first = releases.findIndex(isThere);
  if (first !== -1 && releases.slice(first).some((release) => !isThere(release))) return false;
  // Migrations of other plans may name the columns too, but create none of them.
  const others = [...texts].flatMap(([file, text]) =>
    written.has(file) || text === undefined || headers.has(file) ? [] : [text],
  );
  if (plan.state.released === "undone" && first === -1) return others.length > 0;
  const names = plan.columns.length > 0 ? plan.columns.map(({ name }) => name) : plan.units.flatMap(nameOfUnit);
  return names.every((name) => others.some((text) => named(name).test(text)));
}

function nameOfUnit({ spec }: Unit): string[] {
  return spec.kind === "create-index" ? [spec.index.name] : [];
}

/** Migrations of a plan that the repository does not contain. */
function strays(headers: ReadonlyMap<string, Header>, known: ReadonlySet<string>): Contradiction[] {
  const lost = new Map<string, [string, Header][]>();
  for (const [file, header] of headers)
    if (!known.has(keyOf(header.plan)))
      lost.set(keyOf(header.plan), [...(lost.get(keyOf(header.plan)) ?? []), [file, header]]);
  return [...lost.values()].flatMap((all): Contradiction[] => {
    if (isFinished(all.map(([, header]) => header))) return [];
    // Names undo migrations first, because they lose values.
    const byHarm = all.toSorted(([, one], [, other]) => Number(other.phase === "undo") - Number(one.phase === "undo"));
    const files = byHarm.map(([file]) => file);
    const plan = all[0]?.[1].plan;
    if (plan === undefined || !isSome(files)) return [];
    return [
      {
        plan,
        files,
        what: `${listOf(files)} ${were(files)} written by this plan, and lockstep/${plan}/plan.json is missing.`,
        next: `${restore(plan)} If no database has run ${files.length === 1 ? "this migration, remove it" : "these migrations, remove them"} instead.`,
      },
    ];
  });
}

/** Everything up to contract, and no undo: removing the folder of such a plan is only a clean-up. */
function isFinished(headers: readonly Header[]): boolean {
  const isWhole = (phase: Header["phase"]) => {
    const files = headers.filter((header) => header.phase === phase);
    return files.length > 0 && files.length === files[0]?.of;
  };
  return headers.every(({ phase }) => phase !== "undo") && isWhole("expand") && isWhole("contract");
}

/** Plan folders without plan.json. */
export function foldersWithout(root: string): Contradiction[] {
  const folder = join(root, "lockstep");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): Contradiction[] => {
    if (!entry.isDirectory()) return [];
    const own = join(folder, entry.name);
    // With types: without them, it would follow links, a cycle up to 40 times.
    const entries = readdirSync(own, { recursive: true, withFileTypes: true });
    const files = entries.map(({ parentPath, name }) => relative(own, join(parentPath, name)));
    if (files.includes("plan.json") || !files.some((file) => /^(?:original|(?:held|undo)[\\/].*)\.sql$/.test(file)))
      return [];
    return [
      {
        plan: entry.name,
        files: [`lockstep/${entry.name}/plan.json`],
        what: `lockstep/${entry.name}/plan.json is missing.`,
        next: restore(entry.name),
      },
    ];
  });
}

/** Parses the first row of the header, which long names wrap over several lines. */
export function headerOf(text: string): Header | undefined {
  const start = /^[ \t]*(?:--|\/\/) Lockstep plan .*(?:\r?\n[ \t]*(?:--|\/\/) {10}.*)*/m.exec(text)?.[0];
  const row = start?.replaceAll(/\r?\n[ \t]*(?:--|\/\/) {10}/g, " ").replace(/^[ \t]*(?:--|\/\/) /, "");
  const found =
    /^Lockstep plan (?<plan>.+), phase (?<phase>expand|switch|contract|undo), file \d+\/(?<of>\d+), (?<fingerprint>[0-9a-f]{12})/.exec(
      row ?? "",
    )?.groups;
  if (found === undefined) return undefined;
  const { plan = "", phase, of, fingerprint = "" } = found;
  return { plan, phase: phase as Header["phase"], of: Number(of), fingerprint };
}

/** Long names lose a space where the header wraps. */
function keyOf(plan: string): string {
  return plan.replaceAll(/\s/g, "");
}

function readOrNothing(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function restore(plan: string): string {
  return `Restore it from the branch that has it: git log --all -- lockstep/${plan}/plan.json.`;
}

function isSome(files: readonly string[]): files is readonly [string, ...string[]] {
  return files.length > 0;
}

function were(files: readonly string[]): string {
  return files.length === 1 ? "was" : "were";
}

function listOf(files: readonly string[]): string {
  return files.length <= 3 ? files.join(", ") : `${files.slice(0, 2).join(", ")} and ${files.length - 2} more`;
}
