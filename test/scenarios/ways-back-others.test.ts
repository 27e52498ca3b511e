import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrmApp, succeeded } from "../contract/orm-app.js";
import { onMariadb, orms } from "../contract/orms.js";

// A way back takes only what its plan made: what others built over the column is named first, in the repository and on the target.

interface Declared {
  readonly text: string;
  add(): void;
}

/** How the model declares an index over `columns`, in the words of its ORM. */
function index(app: OrmApp, columns: readonly string[], name: string, isUnique = false): Declared {
  const isPrisma = app.modelFile.endsWith(".prisma");
  const fields = columns.map((column) => (isPrisma ? column : `"${column}"`)).join(", ");
  const text = isPrisma
    ? `@@${isUnique ? "unique" : "index"}([${fields}], map: "${name}")`
    : `@Index("${name}", [${fields}]${isUnique ? ", { unique: true }" : ""})`;
  const [before, lines] = isPrisma ? ['@@map("users")', `${text}\n  `] : ['@Entity("users")', `${text}\n`];
  return { text, add: () => app.edit(app.modelFile, before, `${lines}${before}`) };
}

const viewFile = "src/entities/handles.ts";
const view = `import { ViewColumn, ViewEntity } from "typeorm";

@ViewEntity({ expression: (source) => source.createQueryBuilder().select("user.handle", "handle").from("users", "user") })
export class Handles {
  @ViewColumn()
  handle!: string;
}
`;

/** On the target, by hand: what stands against a way back of contract, and of expand; the second is a view where the server refuses that. */
const byHand = {
  PostgreSQL: {
    required: "CREATE UNIQUE INDEX by_hand ON users (handle); ALTER TABLE users REPLICA IDENTITY USING INDEX by_hand",
    needs: "CREATE VIEW handles AS SELECT handle FROM users",
    needed: "view handles",
  },
  MariaDB: {
    required: "ALTER TABLE users DROP PRIMARY KEY, ADD PRIMARY KEY (id, handle)",
    needs: "CREATE TRIGGER shout BEFORE UPDATE ON users FOR EACH ROW SET NEW.name = NEW.handle",
    needed: "trigger `shout` on `users`",
  },
} as const;

const confirm = ["deploy", "--confirm", "column-unused", "--by", "ada@example.com"];

describe.each([...orms, ...onMariadb])("$name", ({ create }) => {
  let app: OrmApp;
  beforeAll(async () => {
    app = await create().open();
    app.declare({ columns: [{ name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" }] });
    await generated("First");
    await succeeded(app.lockstep("backfill", "run"));
  });
  afterAll(() => app?.close());

  async function applied(message: string) {
    for (const url of [app.development, app.production]) await succeeded(app.apply(url));
    await app.commit(message);
  }
  async function generated(name: string) {
    await succeeded(app.generate(name));
    await applied(name);
  }
  const on = () => byHand[app.production.startsWith("postgres") ? "PostgreSQL" : "MariaDB"];
  const query = (sql: string) => app.system.query(app.production, sql);
  const made = async () => JSON.stringify(await app.system.catalogue(app.production, [app.ledger]));
  /** Does what a refusal says, as it is printed. @returns the last of it */
  async function follow(output: string) {
    for (const [, sql = ""] of output.matchAll(/^ +Do: (.*)$/gm)) await query(sql);
    const command = /^ +\d\. npx lockstep (deploy --target production)$/m.exec(output)?.[1] ?? "";
    return app.lockstep(...command.split(" "));
  }

  test("a contract that others build upon is not taken back on the target, until what is printed is done", async () => {
    const files = app.snapshot();
    await succeeded(app.lockstep("next", "--pace", "brisk", "--confirm", "writers-aware"));
    await applied("contract");
    await query(on().required);
    await succeeded(app.lockstep("undo", "--yes"));
    await app.commit("without contract");
    const before = await made();
    const refused = await app.lockstep("deploy");
    expect(refused.code, refused.output).toBe(3);
    expect(refused.output).toMatch(
      /LS7027[\s\S]*✖ .* depends on "users"\."handle", which an undo migration makes optional\. Its columns are required\./,
    );
    expect(await made()).toBe(before);
    const done = await follow(refused.output);
    expect(done.code, done.output).toBe(0);
    expect(await app.lockstep("status")).toMatchObject({ output: expect.stringMatching(/contract +reverted$/m) });
    await succeeded(app.apply(app.development));
    if (app.production.startsWith("postgres")) await query("DROP INDEX by_hand");
    // The plan is in expand with what undid its contract: the same as before for all that follows.
    expect(app.read(app.modelFile)).toBe(files[app.modelFile]);
  });

  test("the unique index of a finished plan stays, in the model and in the database", async () => {
    app.declare({ columns: [{ name: "nick", isRequired: true, fill: "lower(name)" }] });
    const declared = index(app, ["handle", "nick"], "handle_nick", true);
    declared.add();
    await generated("Second");
    const [one = "", two = "none"] = app.plans();
    await succeeded(app.lockstep("backfill", "run", two));
    await succeeded(app.lockstep("next", two, "--pace", "brisk", "--confirm", "writers-aware"));
    await applied("done");
    expect(await made()).toContain("handle_nick");

    const files = app.snapshot();
    const refused = await app.lockstep("abandon", one, "--yes");
    expect(refused.output).toContain(`LS3020 ${declared.text} (${app.modelFile}:`);
    expect(refused.output).toContain(`of plan ${two} uses "users"."handle"`);
    expect(refused.code).toBe(1);
    expect(app.snapshot()).toEqual(files);
    app.write(app.modelFile, app.read(app.modelFile).replace(/^ *@.*"handle_nick".*\n/m, ""));
    await generated("Gone");
  });

  test("what no plan made is named and asked about: in the model at once, on the target before the drop", async () => {
    // As a merge, or LOCKSTEP=off, leaves it.
    const declared = index(app, ["name", "handle"], "name_handle");
    declared.add();
    const hasViews = app.modelFile.endsWith(".ts");
    if (hasViews) app.write(viewFile, view);
    await app.commit("merged");
    const [one = ""] = app.plans();
    const asked = await app.lockstep("abandon", one);
    expect(asked.code, asked.output).toBe(2);
    expect(asked.output).toContain("LS8005");
    expect(asked.output).toMatch(/\(\S+:\d+\) is dropped with it: it belongs to no plan\./);
    expect(asked.output).toContain(`${declared.text} (${app.modelFile}:`);
    if (hasViews)
      expect(asked.output).toContain(
        `the view Handles (${viewFile}:3) uses it and is not dropped: change the view first.`,
      );
    rmSync(join(app.root, viewFile), { force: true });
    await succeeded(app.lockstep("abandon", one, "--yes"));
    expect(app.read(app.modelFile)).not.toContain("handle");
    await app.commit("abandoned");

    await query(`CREATE INDEX by_hand ON users (name, handle); ${on().needs}`);
    const refused = await app.lockstep("deploy");
    expect(refused.code, refused.output).toBe(3);
    expect(refused.output).toContain(`✖ ${on().needed} depends on "users"."handle", which a migration drops.`);
    expect(refused.output).not.toContain("by_hand");
    const waits = await follow(refused.output);
    expect(waits.code, waits.output).toBe(1);

    // It speaks of running code; nobody has seen the index yet.
    const stopped = await app.lockstep(...confirm);
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.output).toMatch(/objects that no plan created: index `?by_hand`? on .* goes with "users"\."handle"/);
    expect(await made()).toContain("by_hand");
    const deployed = await app.lockstep(...confirm);
    expect(deployed.code, deployed.output).toBe(0);
    expect(await made()).not.toMatch(/by_hand|handle/);
  });
});
