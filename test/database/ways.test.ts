import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import pg from "pg";
import { expect, test } from "vitest";
import { writeFiles } from "../../core/src/base/files/write-files.js";
import { preparePhase } from "../../core/src/change/release/prepare-phase.js";
import { prepareUndo } from "../../core/src/change/release/prepare-undo.js";
import type { FileChange, Plan } from "../../core/src/model/index.js";
import { nextPhase, previousPhase } from "../../core/src/plan/next-phase.js";
import { withPace } from "../../core/src/plan/pace.js";
import { loadPlan, verifyUnits } from "../../core/src/plan/store.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { readCatalogue } from "../support/catalogue.js";
import { createDatabase } from "../support/database.js";
import { planOf, userShape } from "../support/plan-fixture.js";

// Two plans on one table, taken forward, back and out in any order: what the repository and the database hold depends on where the
// plans stand, not on the way there.

const files = {
  "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

model User {
  id    Int    @id
  email String
}
`,
  "src/db.ts": `import { PrismaClient } from "./generated/client";\nexport const prisma = new PrismaClient({ log: ["query"] });\n`,
  "src/users.ts": `import type { User } from "./generated/client";
import { prisma } from "./db";

export const add = (id: number, email: string) => prisma.user.create({ data: { id, email } });
export const show = (user: User) => ({ id: user.id, email: user.email });
`,
};
const code = globs();
const columns = {
  handle: { fill: "lower(email)", id: "20261120093000_add_handle" },
  region: { fill: "'eu'", id: "20261120094000_add_region" },
} as const;
type Name = keyof typeof columns;
const names = Object.keys(columns) as Name[];

type Act = "next" | "undo" | "abandon";
interface Step {
  readonly plan: Name;
  readonly act: Act;
  /** Whether the database gets what was written before the next step. */
  readonly isDeployed: boolean;
}
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    plan: fc.constantFrom(...names),
    act: fc.constantFrom<Act[]>("next", "next", "next", "undo", "undo", "abandon"),
    isDeployed: fc.boolean(),
  }),
  { minLength: 4, maxLength: 9 },
);

test("wherever a way leads, repository and database are what they were there before", async () => {
  const seen = new Map<string, unknown>();
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom("careful", "brisk"), async (way, pace) => {
      const world = await World.open();
      try {
        for (const name of names) await world.plan(name, pace);
        await world.deploy();
        for (const { plan, act, isDeployed } of way) {
          await world.go(plan, act);
          const texts = `texts ${world.standing()} ${pace}`;
          expect(world.texts(), `${texts}: ${JSON.stringify(way)}`).toEqual(remember(seen, texts, world.texts()));
          if (!isDeployed) continue;
          await world.deploy();
          const catalogue = `catalogue ${world.standing()}`;
          const found = await world.catalogue();
          expect(found, `${catalogue}: ${JSON.stringify(way)}`).toEqual(remember(seen, catalogue, found));
        }
      } finally {
        await world.close();
      }
    }),
    {
      numRuns: 12,
      examples: [
        // An option of the client that two plans share comes back in another form than it had.
        [
          [
            { plan: "handle", act: "next", isDeployed: false },
            { plan: "handle", act: "undo", isDeployed: false },
            { plan: "handle", act: "undo", isDeployed: true },
            { plan: "region", act: "abandon", isDeployed: true },
          ],
          "careful",
        ],
      ],
    },
  );
});

function remember(seen: Map<string, unknown>, key: string, value: unknown): unknown {
  if (!seen.has(key)) seen.set(key, value);
  return seen.get(key);
}

function globs() {
  return { include: ["src/**"], exclude: [] };
}

/** A project and its database. */
class World {
  readonly root = mkdtempSync(join(tmpdir(), "lockstep-ways-"));
  readonly #applied = new Set<string>();
  readonly #client: pg.Client;
  readonly #drop: () => Promise<void>;
  #rows = 0;

  private constructor(client: pg.Client, drop: () => Promise<void>) {
    this.#client = client;
    this.#drop = drop;
  }

  static async open(): Promise<World> {
    const { url, drop } = await createDatabase("ways");
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE TABLE "User" ("id" int PRIMARY KEY, "email" text NOT NULL)`);
    const world = new World(client, drop);
    for (const [file, text] of Object.entries(files)) world.#write(file, text);
    return world;
  }

  get #project() {
    return {
      root: this.root,
      migrationsFolder: "prisma/migrations",
      ormVersion: "7.10.0",
      developmentUrl: undefined,
      dialect: "postgresql" as const,
      generatedFolders: [],
      schemaFiles: ["prisma/schema.prisma"],
    };
  }

  /** As `migrate dev` does it: the user's model, then expand. */
  async plan(name: Name, pace: "careful" | "brisk"): Promise<void> {
    const { fill, id } = columns[name];
    const lines = `  /// @lockstep.backfill(${fill})\n  ${name} String\n}\n`;
    const schema = this.#read("prisma/schema.prisma").replace(/}\n$/, lines);
    this.#write("prisma/schema.prisma", schema);
    const plan = await planOf({
      id,
      sql: `ALTER TABLE "User" ADD COLUMN "${name}" TEXT NOT NULL;\n`,
      columns: { [name]: { fill: { kind: "backfill", sql: fill } } },
      shape: { ...userShape, columns: ["id", "email"] },
    });
    const original = { file: "prisma/schema.prisma", model: "User", text: schema.slice(schema.indexOf("model User")) };
    await this.#release({ ...withPace(plan, pace), originalModels: [original] }, "expand");
  }

  async go(name: Name, act: Act): Promise<void> {
    const plan = loadPlan(this.root, columns[name].id);
    verifyUnits(this.root, plan);
    const phase = nextPhase(plan);
    if (act === "next" && phase !== undefined) return this.#release(plan, phase);
    const to = act === "abandon" ? "undone" : previousPhase(plan);
    if (act === "next" || plan.state.released === "undone" || to === undefined) return;
    const { changes, places } = await prepareUndo({ ...this.#request(plan), to });
    expect(places).toEqual([]);
    this.#apply(changes);
  }

  async #release(plan: Plan, phase: "expand" | "switch" | "contract"): Promise<void> {
    this.#apply((await preparePhase({ ...this.#request(plan), phase })).changes);
  }

  #request(plan: Plan) {
    return { plan, project: this.#project, plugin: prismaPlugin, moment: new Date(Date.UTC(2026, 11, 1)), code };
  }

  #apply(changes: readonly FileChange[]): void {
    writeFiles(this.root, changes);
  }

  /** Every migration that has not run yet, with rows of old code and of a backfill in between. */
  async deploy(): Promise<void> {
    for (const name of prismaPlugin.listMigrations(this.#project)) {
      if (this.#applied.has(name)) continue;
      this.#applied.add(name);
      await this.#client.query(this.#read(`prisma/migrations/${name}/migration.sql`));
    }
    const isRequired = names.some((name) => loadPlan(this.root, columns[name].id).state.released === "contract");
    const insert = this.#client.query(`INSERT INTO "User" ("id", "email") VALUES ($1, $2)`, [
      this.#rows++,
      `Row${this.#rows}@Example.com`,
    ]);
    if (isRequired) await expect(insert).rejects.toMatchObject({ code: "23502" });
    else await insert;
    for (const name of names) {
      if (loadPlan(this.root, columns[name].id).state.released === "undone") continue;
      const { rows } = await this.#client.query(
        `SELECT count(*)::int AS wrong FROM "User" WHERE "${name}" IS DISTINCT FROM ${columns[name].fill}`,
      );
      expect(rows).toEqual([{ wrong: 0 }]);
    }
  }

  standing(): string {
    return names.map((name) => `${name} ${loadPlan(this.root, columns[name].id).state.released}`).join(", ");
  }

  /** The schema by its bytes, the code by its words: what was taken out and came back may stand behind what stayed. */
  texts(): Readonly<Record<string, string>> {
    const words = (file: string) =>
      this.#read(file)
        .split(/[\s,{}()]+/)
        .sort()
        .join(" ");
    return {
      schema: this.#read("prisma/schema.prisma"),
      db: words("src/db.ts"),
      users: words("src/users.ts"),
    };
  }

  catalogue(): Promise<unknown> {
    return readCatalogue(this.#client, { schemas: ["public"] });
  }

  async close(): Promise<void> {
    await this.#client.end();
    await this.#drop();
    rmSync(this.root, { recursive: true, force: true });
  }

  #read(file: string): string {
    return existsSync(join(this.root, file)) ? readFileSync(join(this.root, file), "utf8") : "";
  }

  #write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }
}
