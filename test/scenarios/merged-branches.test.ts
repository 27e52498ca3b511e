import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPlanFaults } from "../../core/src/change/release/verify-plans.js";
import { headerOf } from "../../core/src/plan/contradictions.js";
import { planText, readPlan } from "../../core/src/plan/plan-file.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import type { Files } from "../kept/kept.js";
import { filesOf, putFiles } from "../kept/project-files.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { type RunResult, run } from "../support/run.js";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Branches of one repository move several plans: two on one table, of which one reads the other's column, one on another table, and one
// that another branch made for the same column. They are merged file by file at random, picked, squashed and rebased. What a command goes
// by afterwards is one state of each plan, or the fault is named; and no deployment loses a value that the merged plan does not take back.

/** `handle` of User · `slug` of User, filled from it · `region` of Order · `handle`, planned by another branch. */
const names = ["handle", "slug", "region", "rival"] as const;
type Name = (typeof names)[number];
const states = ["absent", "expand", "switch", "contract", "reopened", "undone", "early-undone", "late-undone"] as const;
type State = (typeof states)[number];
type Branch = Readonly<Record<Name, State>>;

let shop: ShopProject;
const databases: TestDatabase[] = [];
/** The project without any plan. */
let base: Files;
/** The plan's own files in each state that the real commands led to. */
const own = { handle: {}, slug: {}, region: {}, rival: {} } as Record<Name, Partial<Record<State, Files>>>;
const ids = {} as Record<Name, string>;
/** Databases that have rows, and values that code wrote, by what they have of each plan. */
const production = new Map<string, { readonly branch: Branch; readonly url: string }>();
const root = mkdtempSync(join(tmpdir(), "lockstep-merged-"));

const migrationsIn = (files: Files) =>
  Object.keys(files)
    .filter((file) => /^prisma\/migrations\/.*\.sql$/.test(file))
    .sort();
const none: Branch = { handle: "absent", slug: "absent", region: "absent", rival: "absent" };
const keyOf = (branch: Branch) => names.map((name) => branch[name]).join(" ");

async function ok(running: Promise<RunResult>) {
  const result = await running;
  expect(result.code, result.output).toBe(0);
  return result;
}

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function database(template?: string) {
  const made = await createDatabase("merged", template);
  databases.push(made);
  return made.url;
}

/** The files of the plan, as the project has them now. */
function keep(name: Name, state: State): void {
  const files = filesOf(shop.root);
  own[name][state] = Object.fromEntries(
    Object.entries(files).filter(
      ([file, text]) =>
        file.startsWith(`lockstep/${ids[name]}/`) ||
        (file.startsWith("prisma/migrations/") && headerOf(text)?.plan === ids[name]),
    ),
  );
}

/** The stock command makes a plan of the change of the models. */
async function plan(name: Name, change: () => void, env = {}): Promise<void> {
  change();
  const { output } = await ok(shop.prisma(["migrate", "dev", "--name", `add_${name}`], env));
  const id = new RegExp(`lockstep/(\\d+_add_${name})/`).exec(output)?.[1];
  expect(id, output).toBeDefined();
  ids[name] = id!;
  keep(name, "expand");
}

async function keepDatabase(branch: Partial<Branch>, url = shop.production): Promise<void> {
  const whole = { ...none, ...branch };
  production.set(keyOf(whole), { branch: whole, url: await database(url) });
}

const yes = (command: string, name: Name) => ok(shop.lockstep([command, ids[name], "--yes"]));
/** Each phase is a commit. */
async function next(...args: string[]) {
  await shop.commit("The phase before");
  await ok(shop.lockstep(["next", ...args]));
}

const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 3, production: 6 });
  await query(shop.production, `INSERT INTO "Order" ("userId", "totalCents") SELECT id, 100 FROM "User"`);
  base = filesOf(shop.root);
  const back = (files: Files) => putFiles(shop.root, files);

  await plan("handle", () => addHandle(shop));
  await shop.deploy(shop.production);
  await ok(shop.lockstep(["backfill", "run"]));
  await query(shop.production, `UPDATE "User" SET "handle" = 'Chosen ' || id WHERE id <= 3`);
  await keepDatabase({ handle: "expand" });
  const expanded = filesOf(shop.root);
  await yes("abandon", "handle");
  keep("handle", "early-undone");

  back(base);
  const other = await database();
  await plan("rival", () => addHandle(shop), { DATABASE_URL: other });
  const rival = await database();
  await shop.deploy(rival);
  await query(
    rival,
    `INSERT INTO "User" ("email", "name", "updatedAt", "handle") SELECT 'u' || n, 'U', now(), 'Rival ' || n FROM generate_series(1, 6) n`,
  );
  await keepDatabase({ rival: "expand" }, rival);

  back(expanded);
  await yes("abandon", "handle");
  keep("handle", "late-undone");
  back(expanded);
  await next();
  keep("handle", "switch");
  await next(...confirmed);
  keep("handle", "contract");
  await shop.deploy(shop.production);
  await keepDatabase({ handle: "contract" });
  const contracted = filesOf(shop.root);
  await ok(shop.lockstep(["undo"]));
  keep("handle", "reopened");
  back(contracted);

  await plan("slug", () =>
    shop.edit("prisma/schema.prisma", (text) =>
      addField(text, "User", ["/// @lockstep.backfill(upper(handle))", "slug String"]),
    ),
  );
  await shop.deploy(shop.production);
  await ok(shop.lockstep(["backfill", "run", ids.slug]));
  await query(shop.production, `UPDATE "User" SET "slug" = 'chosen-' || id WHERE id <= 2`);
  await keepDatabase({ handle: "contract", slug: "expand" });
  const slugged = filesOf(shop.root);
  await yes("abandon", "slug");
  keep("slug", "undone");
  back(contracted);
  await yes("abandon", "handle");
  keep("handle", "undone");
  back(slugged);
  await next(ids.slug, "--pace", "brisk", "--confirm", "writers-aware");
  keep("slug", "contract");

  back(slugged);
  await plan("region", () =>
    shop.edit("prisma/schema.prisma", (text) =>
      addField(text, "Order", ["/// @lockstep.backfill('eu')", "region String"]),
    ),
  );
  await shop.deploy(shop.production);
  await ok(shop.lockstep(["backfill", "run", ids.region]));
  await query(shop.production, `UPDATE "Order" SET "region" = 'us' WHERE id <= 2`);
  await keepDatabase({ handle: "contract", slug: "expand", region: "expand" });
  await yes("abandon", "region");
  keep("region", "undone");
}, 900_000);

afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await shop?.dispose();
  await Promise.all(databases.map((each) => each.drop()));
});

const isLive = (state: State) => !["absent", "undone", "early-undone", "late-undone"].includes(state);
const isUndone = (state: State) => state !== "absent" && !isLive(state);

/** What the commands of one branch lead to. They refuse the rest. */
function isReal({ handle, slug, rival }: Branch): boolean {
  if (rival !== "absent" && handle !== "absent") return false;
  // `slug` reads what `handle` has in contract, and is abandoned before it.
  if (isLive(slug)) return handle === "contract";
  return slug === "absent" || ["contract", "reopened", "undone"].includes(handle);
}

function branches(): Branch[] {
  const each = names.map((name) => ["absent", ...Object.keys(own[name])] as State[]);
  const all = each.reduce<State[][]>(
    (left, right) => left.flatMap((one) => right.map((state) => [...one, state])),
    [[]],
  );
  return all.map((tuple) => Object.fromEntries(names.map((name, at) => [name, tuple[at]])) as Branch).filter(isReal);
}

const ofPlan = (name: Name, state: State): Files => own[name][state] ?? {};
const expandFiles = (name: Name) => migrationsIn(ofPlan(name, "expand")).length;

/** The same commits, written again at another time: the migrations after expand have other names. */
function rebased(name: Name, state: State): Files {
  const files = ofPlan(name, state);
  const file = `lockstep/${ids[name]}/plan.json`;
  if (files[file] === undefined) return files;
  const before = readPlan(files[file], file);
  const later = (path: string) => path.replace(/\d{14}/, (stamp) => `${BigInt(stamp) + 7n}`);
  const written = before.state.written.map((record, at) =>
    at < expandFiles(name) ? record : { ...record, file: later(record.file) },
  );
  const moved = new Map(before.state.written.map((record, at) => [record.file, written[at]!.file]));
  const files7 = Object.entries(files).map(([each, text]) => [moved.get(each) ?? each, text] as const);
  return { ...Object.fromEntries(files7), [file]: planText({ ...before, state: { ...before.state, written } }) };
}

const filesFor = (branch: Branch, isRebased = false): Files =>
  Object.assign({}, ...names.map((name) => (isRebased ? rebased : ofPlan)(name, branch[name])));

const sides = ["ours", "theirs", "both", "neither"] as const;
/** A side for each file, plan or folder · one commit of theirs alone, which led to its state from another one · ours, squashed. */
const ways = ["files", "plans", "folders", "pick", "squash"] as const;
interface Merge {
  readonly ours: Branch;
  readonly theirs: Branch;
  readonly isRebased: boolean;
  readonly way: (typeof ways)[number];
  readonly sides: readonly (typeof sides)[number][];
  readonly picked: { readonly name: Name; readonly from: State };
}

const planOf = (file: string, text: string) =>
  names.find((name) => file.startsWith(`lockstep/${ids[name]}/`) || headerOf(text)?.plan === ids[name]);

function mergedFiles(merge: Merge): Files {
  const [ours, theirs] = [filesFor(merge.ours), filesFor(merge.theirs, merge.isRebased)];
  const sideOf = sidesOf(merge);
  const { way, picked } = merge;
  const result: Record<string, string> = {};
  for (const file of [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()) {
    const [one, other] = [ours[file], theirs[file]];
    const isSquashed = way === "squash" && file.startsWith("prisma/migrations/");
    const plan = planOf(file, one ?? other!)!;
    const isPicked = plan === picked.name && ofPlan(plan, picked.from)[file] !== other;
    const side = one === other ? "ours" : way === "pick" ? (isPicked ? "theirs" : "ours") : sideOf(file, plan);
    const text = { ours: one, theirs: other, both: one ?? other, neither: undefined }[side];
    if (text !== undefined && !isSquashed) result[file] = text;
  }
  return way === "squash" ? { ...result, ...squashed(merge.ours) } : result;
}

function sidesOf({ way, sides: given }: Merge) {
  const chosen = new Map<string, (typeof sides)[number]>();
  return (file: string, plan: Name) => {
    if (way === "squash") return "ours";
    const unit = way === "plans" ? plan : way === "folders" ? file.split("/")[0]! : file;
    const side = chosen.get(unit) ?? given[chosen.size % given.length]!;
    chosen.set(unit, side);
    return side;
  };
}

/** One migration that makes what all of them made. */
function squashed(branch: Branch): Files {
  const columns = names.filter((name) => isLive(branch[name])).map((name) => (name === "rival" ? "handle" : name));
  const text = columns.map((column) => `ALTER TABLE "T" ADD COLUMN "${column}" TEXT;\n`).join("");
  return { "prisma/migrations/20990101000000_squashed/migration.sql": `SELECT 1;\n${text}` };
}

/** What a plan goes by. What another state has left beside it harms nobody, nor do texts for people. */
function isOf(state: State, snapshot: Files, its: Files): boolean {
  const beside = /^lockstep\/[^/]+\/(?:README\.md|original\.sql|(?:held|undo)\/.*)$/;
  const extra = Object.keys(its).filter((file) => !(file in snapshot) && (state === "absent" || !beside.test(file)));
  const lacks = Object.keys(snapshot).filter(
    (file) => !/README\.md$|original\.sql$/.test(file) && its[file] !== snapshot[file],
  );
  if (extra.every((file) => file.endsWith("README.md")) && lacks.length === 0) return true;
  // As after a squash, which leaves the plan of what was undone.
  return (
    isUndone(state) &&
    migrationsIn(its).length === 0 &&
    extra.length === 0 &&
    lacks.every((file) => !file.startsWith("lockstep/"))
  );
}

/** The state of each plan, by the snapshots of the real commands alone; undefined: its files are of no state, or of several. */
function stateOf(name: Name, files: Files): State | undefined {
  const its = Object.fromEntries(Object.entries(files).filter(([file, text]) => planOf(file, text) === name));
  const all = ["absent", ...Object.keys(own[name])] as State[];
  const found = all.find((state) => isOf(state, ofPlan(name, state), its) || isOf(state, rebased(name, state), its));
  if (found !== undefined || Object.keys(its).some((file) => file.startsWith("lockstep/"))) return found;
  // Of a plan that is done people remove the folder.
  const done = [ofPlan(name, "contract"), rebased(name, "contract")].map(migrationsIn);
  return migrationsIn(its).length > 0 && done.some((list) => `${list}` === `${migrationsIn(its)}`)
    ? "absent"
    : undefined;
}

function branchOf(files: Files): Branch | undefined {
  const found = names.map((name) => [name, stateOf(name, files)] as const);
  return found.some(([, state]) => state === undefined) ? undefined : (Object.fromEntries(found) as Branch);
}

/** Whether the plans of a merge can stand beside each other, in the order in which their migrations run. */
function isStory(branch: Branch, files: Files): boolean {
  const { handle, slug, rival } = branch;
  const placeOf = (name: Name, of: RegExp) =>
    migrationsIn(files).findLast((file) => headerOf(files[file]!)?.plan === ids[name] && of.test(file)) ?? "";
  const dropped = placeOf("handle", /undo_expand/);
  if (isUndone(handle) && isLive(slug)) return slug === "contract" && dropped > placeOf("slug", /_/);
  // They are on one column.
  if (isLive(handle) && isLive(rival)) return false;
  // It reads what is still being filled.
  if (slug === "expand" && ((isLive(handle) && handle !== "contract") || isLive(rival))) return false;
  if (isUndone(handle) && isLive(rival))
    return dropped < (migrationsIn(files).find((file) => file.includes(ids.rival)) ?? "");
  return true;
}

async function faultsOf(files: Files) {
  const first = Object.entries(base).filter(([file]) => file.startsWith("prisma/migrations/"));
  const all = { ...Object.fromEntries(first), ...files };
  putFiles(root, all);
  const faults = await findPlanFaults(root, migrationsIn(all), prismaPlugin);
  return faults.map(({ plan: id, file, error }) => ({ plan: id, file, text: `${error.code} ${error.message}` }));
}

/** Of the merges: those that a deployment is tried with, by their databases and their files. */
const tried = new Map<string, { readonly on: Branch; readonly files: Files }>();

test("a merge of branches that move several plans is one story, or its fault is named", async () => {
  const all = branches();
  const deployed = [...production.values()].map(({ branch }) => branch);
  const seen = { consistent: 0, refused: 0 };
  const codes = new Set<string>();
  const branch = fc.oneof(fc.constantFrom(...deployed), fc.constantFrom(...all));
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ours: branch,
        theirs: branch,
        isRebased: fc.boolean(),
        way: fc.constantFrom(...ways),
        sides: fc.array(fc.constantFrom(...sides), { minLength: 1, maxLength: 12 }),
        picked: fc.record({ name: fc.constantFrom(...names), from: fc.constantFrom(...states) }),
      }),
      async (merge) => {
        const files = mergedFiles(merge);
        const result = branchOf(files);
        const isConsistent = merge.way === "squash" || (result !== undefined && isStory(result, files));
        const faults = await faultsOf(files);
        for (const { text } of faults) codes.add(text.slice(0, 6));
        seen[isConsistent ? "consistent" : "refused"] += 1;
        expect({ result, faults, isNamed: faults.length > 0 }).toMatchObject({ isNamed: !isConsistent });
        // The plans that are of no state, or that do not fit to each other, are those that are named.
        const damaged = names.filter((name) => stateOf(name, files) === undefined);
        if (merge.way !== "squash" && damaged.length > 0)
          expect(faults.map(({ plan: id }) => id)).toEqual(expect.arrayContaining(damaged.map((name) => ids[name])));
        for (const side of [merge.ours, merge.theirs]) {
          const key = `${keyOf(side)} + ${isConsistent ? keyOf(result ?? merge.ours) : faults.map(({ text }) => text.slice(0, 7)).join()}`;
          if (production.has(keyOf(side)) && merge.way !== "squash") tried.set(key, { on: side, files });
        }
      },
    ),
    { numRuns: 400, seed: 58 },
  );
  expect(seen.consistent).toBeGreaterThan(60);
  expect(seen.refused).toBeGreaterThan(60);
  expect([...codes].sort()).toEqual(expect.arrayContaining(["LS2013", "LS3003", "LS3014", "LS3020"]));
});

test.each([
  [{ handle: "expand" }, { handle: "contract" }, { handle: "late-undone" }],
  [{ handle: "expand" }, { handle: "switch" }, { handle: "contract", slug: "expand" }],
  [{ handle: "contract" }, { handle: "contract", slug: "expand" }, { handle: "undone" }],
  [
    { handle: "contract", slug: "expand" },
    { handle: "contract", slug: "contract" },
    { handle: "contract", slug: "undone" },
  ],
] as const)("what git makes of %j, moved to %j and to %j", async (from, ours, theirs) => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-git-"));
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
  const commit = async (branch: Partial<Branch>) => {
    putFiles(folder, filesFor({ ...none, ...branch }));
    await git("add", "-A");
    await git("commit", "-q", "-m", "state");
  };
  await git("init", "-q", "-b", "main");
  await commit(from);
  await git("checkout", "-q", "-b", "theirs");
  await commit(theirs);
  for (const how of ["-Xours", "-Xtheirs", "union"]) {
    await git("checkout", "-q", "-f", "-B", "ours", "main");
    await commit(ours);
    writeFileSync(join(folder, ".git/info/attributes"), how === "union" ? "* merge=union\n" : "");
    await git("merge", "-q", "-m", "merged", ...(how === "union" ? [] : [how]), "theirs");
    // What it could not decide stays as it is.
    const files = filesOf(folder);
    await git("reset", "-q", "--hard");
    const result = branchOf(files);
    const faults = await faultsOf(files);
    const isConsistent = result !== undefined && isStory(result, files);
    expect({ how, result, faults, isNamed: faults.length > 0 }).toMatchObject({ isNamed: !isConsistent });
  }
  rmSync(folder, { recursive: true, force: true });
});

const columns = [
  { table: "User", name: "handle", of: ["handle", "rival"] },
  { table: "User", name: "slug", of: ["slug"] },
  { table: "Order", name: "region", of: ["region"] },
] as const;

/** The values that rows have, by their columns; a column that is not there has none. */
async function valuesOn(url: string): Promise<ReadonlyMap<string, ReadonlyMap<unknown, unknown>>> {
  const found = new Map<string, ReadonlyMap<unknown, unknown>>();
  for (const { table, name } of columns) {
    const [{ row } = { row: "{}" }] = await query(
      url,
      `SELECT coalesce(jsonb_object_agg(id, to_jsonb(t) -> '${name}') FILTER (WHERE to_jsonb(t) -> '${name}' <> 'null'), '{}') AS row FROM "${table}" t`,
    );
    found.set(name, new Map(Object.entries(row as object)));
  }
  return found;
}

/** What the ORM has recorded, and the columns with their triggers. */
const catalogueOf = (url: string) =>
  query(
    url,
    `SELECT migration_name || (finished_at IS NULL) AS what FROM _prisma_migrations WHERE rolled_back_at IS NULL
      UNION ALL SELECT relname || '.' || attname || attnotnull FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relname IN ('User', 'Order') AND attnum > 0
      UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
  );

/** A row of code that knows the required columns only: the columns that have a value in it. */
async function written(url: string): Promise<readonly string[]> {
  const required = await query(
    url,
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attnotnull AND attname IN ('handle', 'slug')`,
  );
  const more = required.map(({ name }) => `, "${name}"`).join("");
  const values = required.map(() => ", 'new'").join("");
  const [row = {}] = await query(
    url,
    `INSERT INTO "User" ("email", "name", "updatedAt"${more}) VALUES ('New@example.com', 'New', now()${values}) RETURNING *`,
  );
  await query(url, `DELETE FROM "User" WHERE "email" = 'New@example.com'`);
  return Object.keys(row).filter((name) => row[name] !== null);
}

/** What branches have deployed, what the merge has of each plan, and the answer of `deploy` to it. */
const kept: readonly (readonly [on: Partial<Branch>, merged: Partial<Branch>, answer: RegExp])[] = [
  [
    { rival: "expand" },
    { handle: "early-undone", rival: "expand" },
    /LS7027[\s\S]*add_handle_undo_expand drops, is the column of plan \d+_add_rival/,
  ],
  [
    { rival: "expand" },
    { handle: "late-undone", rival: "expand" },
    /LS3020 "User"\."handle" (?:is the column of|now belongs to) plan/,
  ],
  [{ rival: "expand" }, { handle: "expand", rival: "expand" }, /LS3020 "User"\."handle" has two open plans/],
  [{ handle: "contract" }, { handle: "late-undone" }, /LS7027[\s\S]*add_handle_undo_expand drops, is required here/],
  [
    { handle: "contract", slug: "expand" },
    { handle: "undone", slug: "expand" },
    /LS3020 The fill of "User"\."slug" of plan \d+_add_slug reads "User"\."handle"/,
  ],
  [
    { handle: "contract", slug: "expand" },
    { handle: "late-undone", slug: "undone" },
    /LS7027[\s\S]*is read by the fill of "User"\."slug"/,
  ],
  [
    { handle: "contract", slug: "expand", region: "expand" },
    { handle: "undone", slug: "undone", region: "undone" },
    /_undo_expand/,
  ],
];

test("no deployment of a merge loses a value that it does not take back, and one that is refused changes nothing", async () => {
  const fixed = kept.map(([on, merged, answer]) => {
    const { url } = production.get(keyOf({ ...none, ...on }))!;
    const files = filesFor({ ...none, ...merged });
    return { key: `${JSON.stringify(on)} + ${JSON.stringify(merged)}`, url, files, answer };
  });
  // Of a branch that the merge left out people know that it was deployed.
  const whole = [...tried].filter(([, { on, files }]) =>
    names.every((name) => on[name] === "absent" || stateOf(name, files) !== "absent"),
  );
  const sampled = whole
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .filter((_, at) => at % Math.ceil(whole.length / 6) === 0);
  const failures: unknown[] = [];
  for (const { key, url: template, files, answer } of [
    ...fixed,
    ...sampled.map(([key, { on, files }]) => ({ key, files, url: production.get(keyOf(on))!.url, answer: undefined })),
  ]) {
    const copy = await createDatabase("deployed", template);
    putFiles(shop.root, { ...base, ...files });
    const stateIn = (name: Name) => stateOf(name, files);
    const faults = await faultsOf(files);
    const before = await valuesOn(copy.url);
    const deploy = (names: readonly string[]) =>
      shop.lockstep(["deploy", ...names.flatMap((name) => ["--confirm", name])], { PRODUCTION_DATABASE_URL: copy.url });
    for (const confirm of [[], ["column-unused", "writers-aware", "reads-steady"]]) {
      const catalogue = await catalogueOf(copy.url);
      const first = await deploy(confirm);
      const asked = /Confirmations of this phase: (.*)/.exec(first.output)?.[1]?.split(", ");
      const { code, output } = asked === undefined ? first : await deploy(asked);
      const fail = (what: string, more: unknown = undefined) =>
        failures.push({ key, confirm, what, more, code, output });
      const after = await valuesOn(copy.url);
      for (const { name, of } of columns) {
        const its = of.map(stateIn);
        const isTakenBack =
          confirm.length > 0 &&
          its.some((state) => state && isUndone(state)) &&
          !its.some((state) => state && isLive(state));
        const lost = [...before.get(name)!].filter(([id, value]) => after.get(name)!.get(id) !== value);
        if (lost.length > 0 && !isTakenBack) fail(`values of ${name} are lost`, lost);
      }
      if (answer?.test(output) === false) fail("another answer");
      if (
        faults.length > 0 &&
        !faults.some(
          ({ file, text }) => output.includes(text.slice(0, 6)) && output.includes(file.split("/").at(-2) ?? ""),
        )
      )
        fail("no fault is named", faults);
      const isSame = JSON.stringify(await catalogueOf(copy.url)) === JSON.stringify(catalogue);
      if (code !== 0 && !/then stopped/.test(output) && !isSame)
        fail("refused, and something has changed", [catalogue, await catalogueOf(copy.url)]);
      const row = await written(copy.url).catch((error: Error) => fail("rows cannot be written", error.message));
      for (const name of ["handle", "slug"] as const)
        if (Array.isArray(row) && !row.includes(name) && after.get(name)!.size > 0 && stateIn(name) === "expand")
          fail(`new rows lack ${name}`);
    }
    if (answer !== undefined && faults.length > 0) {
      const { code, output } = await shop.lockstep(["check", "--all"]);
      expect(code, output).toBe(1);
      expect(output).toMatch(answer);
    }
    await copy.drop();
  }
  expect(failures).toEqual([]);
}, 900_000);
