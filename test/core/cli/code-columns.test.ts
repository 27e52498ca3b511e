import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LockstepError } from "../../../core/src/base/errors.js";
import type { AnswerGroup } from "../../../core/src/cli/io.js";
import { CodeDesk } from "../../support/code-desk.js";

const columns = ["email", "name", "bio", "city"] as const;

/** What both projects have beside their ORM: a copy of User, and one that names few of its columns. */
const code = (orm: "prisma" | "typeorm") => {
  const from = orm === "prisma" ? "../generated/client" : "../user";
  return {
    "src/users/serializer.ts": `import type { User } from "${from}";

export function toProfile(user: User) {
  return { email: user.email, name: user.name, bio: user.bio, city: user.city };
}
`,
    "src/users/card.ts": `import type { User } from "${from}";

export const toCard = (user: User) => ({ email: user.email, name: user.name });
`,
  };
};

const alter = (column: string) => `ALTER TABLE "User" ADD COLUMN "${column}" TEXT`;
const migrations = (orm: "prisma" | "typeorm", list: readonly (readonly [stamp: number, ...sql: string[]])[]) =>
  Object.fromEntries(
    list.map(([day, ...sql]) =>
      orm === "prisma"
        ? [`prisma/migrations/202611${day}093000_change/migration.sql`, `${sql.join(";\n")};\n`]
        : [
            `src/migrations/17952${day}741237-Change.ts`,
            `export class Change17952${day}741237 {
  async up(queryRunner) {
${sql.map((each) => `    await queryRunner.query(\`${each}\`);`).join("\n")}
  }
  async down(queryRunner) {}
}
`,
          ],
    ),
  );

const models = {
  prisma: {
    "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

model User {
  id Int @id
${columns.map((name) => `  ${name} String`).join("\n")}
  alias String?
  nick String?
  teams Team[]
}

model Team {
  id Int @id
  title String
  owner User? @relation(fields: [ownerId], references: [id])
  ownerId Int?
}
`,
    "src/db.ts": `import { PrismaClient } from "./generated/client";
export const prisma = new PrismaClient();
`,
  },
  typeorm: {
    "src/user.ts": `import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity("User")
export class User {
  @PrimaryColumn() id!: number;
${columns.map((name) => `  @Column() ${name}!: string;`).join("\n")}
  @Column({ type: "text", nullable: true }) alias!: string | null;
  @Column({ type: "text", nullable: true }) nick!: string | null;
}

@Entity("Team")
export class Team {
  @PrimaryColumn() id!: number;
  @Column() title!: string;
}
`,
  },
} as const;

let desk: CodeDesk;
afterEach(() => desk?.close());

const refusal = async (run: Promise<unknown>): Promise<LockstepError> => {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LockstepError);
  return error as LockstepError;
};
const exposed = (): string => "exposed";
const tickAll = (groups: readonly AnswerGroup[]) => groups.flatMap(({ answers }) => answers.map(({ value }) => value));
const kept = () => JSON.parse(desk.read("lockstep/columns.json")) as Record<string, unknown>;
const isKept = () => desk.has("lockstep/columns.json");
const profile = () => desk.read("src/users/serializer.ts");

describe.each(["prisma", "typeorm"] as const)("%s: a column without a plan", (orm) => {
  const open = async (list: Parameters<typeof migrations>[1]) => {
    desk = CodeDesk.take({ ...models[orm], ...code(orm), ...migrations(orm, list) }, orm);
    await desk.install();
  };
  const create = `CREATE TABLE "Team" ("id" INTEGER NOT NULL, "title" TEXT NOT NULL)`;

  describe("the newest", () => {
    beforeEach(() =>
      open([
        [10, create],
        [11, alter("alias")],
        [12, `CREATE INDEX "i" ON "User" ("email")`],
      ]),
    );

    test("is that of the last migration that adds one", async () => {
      const { json, text } = await desk.code({ dryRun: true, code: "likely" });
      expect(json.columns).toEqual(["User.alias"]);
      expect(json).not.toHaveProperty("plan");
      expect(text).toContain("alias: user.alias");
      expect(text).toContain("npx lockstep code User.alias --code likely");
      expect(profile()).not.toContain("alias");
      expect(isKept()).toBe(false);
    });

    test("is asked about as with a plan, and nothing is kept once it is everywhere", async () => {
      const result = await desk.code({}, { pick: exposed, tick: tickAll });
      expect(result.asked).toEqual([
        "Who sets and sees User.alias?",
        "Which column is User.alias most like?",
        "Which of these places also need User.alias?",
      ]);
      expect(profile()).toContain("alias: user.alias");
      expect(desk.read("src/users/card.ts")).toContain("alias: user.alias");
      expect(isKept()).toBe(false);
      const again = await desk.code({}, {});
      expect(again.asked).toEqual([]);
      // TypeORM is not installed here: what its types would say nobody knows.
      expect(again.text).toContain("User.alias: Lockstep found no place that is likely to need it.");
      expect(again.text).toContain("Review and commit.");
    });

    test("what was said no to is not asked again, and is forgotten with the column", async () => {
      await desk.code({}, { pick: exposed, tick: () => [] });
      expect(kept()).toMatchObject({ exposure: { "User.alias": "exposed" } });
      expect((await desk.code({}, {})).asked).toEqual([]);
      expect(profile()).not.toContain("alias");
      // Another column's run drops what the models do not have any more.
      const file = orm === "prisma" ? "prisma/schema.prisma" : "src/user.ts";
      desk.write(file, desk.read(file).replace(/^.*\balias\b.*\n/m, ""));
      await desk.code({ name: "User.nick", not: ["src"] });
      expect(kept()).toMatchObject({ choices: [{ field: "nick" }, { field: "nick" }] });
      expect(kept()).not.toHaveProperty("exposure");
    });

    test("flags and --explain mean it too", async () => {
      const result = await desk.code({ only: ["src/users/card.ts"] });
      expect(desk.read("src/users/card.ts")).toContain("alias: user.alias");
      expect(profile()).not.toContain("alias");
      expect(result.text).toContain("npx lockstep code User.alias --code likely");
      const why = await desk.code({ explain: "src/users/serializer.ts:4" });
      expect(why.text).toContain("npx lockstep code User.alias --only src/users/serializer.ts:4");
    });
  });

  test("several of one migration go together", async () => {
    await open([[11, alter("alias"), alter("nick")]]);
    const { json, text } = await desk.code();
    expect(json.columns).toEqual(["User.alias", "User.nick"]);
    expect(text).toContain("npx lockstep code User.alias,User.nick --code likely");
    await desk.code({ name: "User.alias,User.nick", code: "likely" });
    expect(profile()).toContain("city: user.city, alias: user.alias, nick: user.nick");
  });

  test.each([
    ["of a new table: nothing to work on without its name", [[10, create]] as const, undefined, "LS3005"],
    ["of no migration", [] as const, undefined, "LS3005"],
    ["a model without that field", [] as const, "User.alais", "LS3013"],
    ["a model that is none", [] as const, "Nobody.alias", "LS3013"],
    ["a name that is neither", [] as const, "20261101_nothing", "LS3005"],
  ])("%s", async (_, list, name, code) => {
    open(list);
    const error = await refusal(desk.code(name === undefined ? {} : { name }));
    expect(error.code).toBe(code);
    if (name === "User.alais") expect(error.hint).toContain("npx lockstep code User.alias");
    if (name === undefined) expect(error.hint).toContain("npx lockstep code User.id");
  });

  test("any column by its name, of a new table too", async () => {
    await open([[10, create]]);
    expect((await desk.code({ name: "Team.title", dryRun: true })).json.columns).toEqual(["Team.title"]);
  });
});

test("code of the workspace's packages that use the models is read and edited without configuration", async () => {
  const list = [[11, alter("alias")]] as const;
  const { "src/users/serializer.ts": mapper, ...own } = { ...models.prisma, ...code("prisma") };
  desk = CodeDesk.take({
    ...own,
    ...migrations("prisma", list),
    "../../package.json": '{ "workspaces": ["packages/*", "apps/*"] }',
    "package.json": '{ "name": "db", "exports": "./src/db.ts" }',
    "../../apps/web/package.json": '{ "name": "web", "dependencies": { "db": "*" } }',
    "../../apps/web/src/serializer.ts": mapper.replace("../generated/client", "db"),
  });
  await desk.code({ code: "likely" });
  expect(desk.read("../../apps/web/src/serializer.ts")).toContain("alias: user.alias");
});

describe("what only the compiler requires", () => {
  const list = [[11, `${alter("alias")} NOT NULL DEFAULT 'none'`]] as const;
  const user = models.typeorm["src/user.ts"].replace(
    '@Column({ type: "text", nullable: true }) alias!: string | null;',
    '@Column({ type: "text", default: "none" }) alias!: string;',
  );
  const keys = ["id", ...columns, "nick"];
  const files = {
    "tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, experimentalDecorators: true, module: "esnext", moduleResolution: "bundler" },
    }),
    "src/user.ts": user,
    "src/labels.ts": `import type { User } from "./user";
export const labels: Record<keyof User, string> = {
${keys.map((key) => `  ${key}: "${key.toUpperCase()}",`).join("\n")}
};
`,
    "src/stub.ts": `import type { User } from "./user";
export class Stub implements User {
  id = 1;
${columns.map((key) => `  ${key} = "";`).join("\n")}
  nick = null;
}
`,
    "src/width.ts": `import type { User } from "./user";
export function widthOf(key: keyof User): number {
  switch (key) {
${keys.map((key) => `    case "${key}":`).join("\n")}
      return 10;
    default: {
      const never: never = key;
      return never;
    }
  }
}
`,
    // Of another class, whose error is older.
    "src/old.ts": 'export const old: { email: string; bio: string } = { email: "" };\n',
  };

  test("is listed with the compiler's message and what to write, or made", async () => {
    desk = CodeDesk.take({ ...files, ...migrations("typeorm", list) }, "typeorm");
    const { json, text, exitCode } = await desk.code({ code: "likely" });
    const places = json.places as readonly { file: string; kind: string; reason: string; text?: string }[];
    expect(places.map(({ file, kind, text }) => [file, kind, text])).toEqual([
      // What a label says is not what the column holds.
      ["src/labels.ts", "required", undefined],
      ["src/stub.ts", "required", undefined],
      ["src/width.ts", "required", undefined],
    ]);
    expect(text).toMatch(/src\/labels\.ts:2 .*TS2741: Property 'alias' is missing/);
    expect(text).toMatch(/src\/width\.ts:\d+ .*TS2322: Type '"alias"' is not assignable to type 'never'/);
    expect(exitCode).toBe(1);
  });

  test("is made where a place is known that makes it", async () => {
    const copy = `import type { User } from "./user";
export const copyOf = (user: User) => ({ ${keys.map((key) => `${key}: user.${key}`).join(", ")} }) satisfies Record<keyof User, unknown>;
`;
    desk = CodeDesk.take({ ...files, "src/copy.ts": copy, ...migrations("typeorm", list) }, "typeorm");
    await desk.install();
    await desk.code({ code: "required" });
    expect(desk.read("src/copy.ts")).toContain("nick: user.nick, alias: user.alias }");
  });

  test("is no question once it is there", async () => {
    desk = CodeDesk.take(
      {
        "tsconfig.json": files["tsconfig.json"],
        "src/user.ts": user,
        "src/labels.ts": files["src/labels.ts"].replace("};", '  alias: "ALIAS",\n};'),
        ...migrations("typeorm", list),
      },
      "typeorm",
    );
    const { json, exitCode } = await desk.code({ code: "likely" });
    expect([json.places, exitCode]).toEqual([[], 0]);
  });
});

test("what --code likely does not edit is listed with its reason, and the next command is another one", async () => {
  const select = `export const list = (db: { query(sql: string): unknown }) =>
  db.query('SELECT "id", "email", "name", "bio", "city" FROM "User"');
`;
  desk = CodeDesk.take(
    { ...models.prisma, "src/users/list.ts": select, ...migrations("prisma", [[11, alter("alias")]]) },
    "prisma",
  );
  const byHand = /Next\n {2}1\. Edit the likely places that need it\.\n {2}2\. Review and commit\.$/;
  expect((await desk.code({})).text).toMatch(byHand);
  const { text, json } = await desk.code({ code: "likely" });
  expect(json.edits).toEqual([]);
  expect(text).toMatch(/src\/users\/list\.ts:2 .*chosen, and SQL in a string is edited by hand: /);
  expect(text).toMatch(byHand);
});

test("--explain names no phase of a column without a plan", async () => {
  const add = `import { prisma } from "../db";

export const add = (email: string, name: string, bio: string) =>
  prisma.user.create({ data: { email, name, bio, city: "" } });
`;
  desk = CodeDesk.take(
    { ...models.prisma, "src/users/add.ts": add, ...migrations("prisma", [[11, alter("alias")]]) },
    "prisma",
  );
  const { text } = await desk.code({ name: "User.alias", explain: "src/users/add.ts:4" });
  expect(text).toContain("data of prisma.user.create");
  expect(text).not.toContain("phase");
});

describe("beside a plan", () => {
  test("its columns mean the plan, others are of their own", async () => {
    desk = await CodeDesk.open({ ...models.prisma, ...code("prisma") });
    expect((await desk.code({ name: "User.handle", dryRun: true })).json.plan).toBe(desk.plan.id);
    expect((await desk.code({ dryRun: true })).json.plan).toBe(desk.plan.id);
    expect((await refusal(desk.code({ name: "User.handle,User.alias" }))).code).toBe("LS3006");
    const { json } = await desk.code({ name: "User.alias", code: "likely" });
    expect(json.columns).toEqual(["User.alias"]);
    expect(profile()).toContain("alias: user.alias");
    expect(desk.plan.state.edits.some(({ field }) => field === "alias")).toBe(false);
  });
});
