import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { TypeCheck } from "../../../../core/src/change/release/type-check.js";
import { planVerifiedEdits, type VerifyScope } from "../../../../core/src/change/release/verified-edits.js";
import { coreTransforms } from "../../../../core/src/code/index.js";
import type { CodeRequest } from "../../../../core/src/code/run/code-request.js";
import type { CodeIntent } from "../../../../core/src/model/index.js";
import { typeormTransforms } from "../../../../plugin-typeorm/src/codemods/index.js";
import { shopModels } from "../../../plugin-prisma/codemods/phases.js";
import { field } from "../../../plugin-typeorm/codemods/phases.js";
import { chooseAll } from "../../../support/choices.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const project = {
  "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, module: "esnext", moduleResolution: "bundler" } }),
};

/** The reads of `handle`, filled by `lower(email)`, with everything chosen that is offered. */
async function switchAll(
  files: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>> = project,
  scope: Partial<VerifyScope> = {},
  about: Partial<CodeRequest> = {},
) {
  const root = mkdtempSync(join(tmpdir(), "lockstep-verified-"));
  roots.push(root);
  for (const [file, text] of Object.entries({ ...others, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const intent: CodeIntent = {
    kind: "read",
    model: "User",
    field: "handle",
    value: { kind: "sql", sql: "lower(email)" },
  };
  const sources = Object.keys(files).map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
  const request = {
    root,
    files: sources,
    models: shopModels(),
    intents: [intent],
    transforms: coreTransforms,
    earlier: [],
    ...about,
  };
  const typeCheck = new TypeCheck();
  try {
    return await planVerifiedEdits(request, chooseAll, { typeCheck, generated: [], edited: [], ...scope });
  } finally {
    typeCheck.close();
  }
}

test("what would not compile is listed with the compiler's words; the rest is edited", async () => {
  const result = await switchAll({
    "src/views.ts":
      "export interface Named { id: number; email: string; name: string }\nexport interface Labelled { id: number; email: string; name: string }\n",
    // The spread is not known to lack it: only a compiler sees that.
    "src/names.ts":
      'import type { Named } from "./views";\nconst rest = { name: "x" };\nexport const named: Named = { id: 1, email: "a@x.com", ...rest };\n',
  });
  expect(result.changes.map(({ file, after }) => [file, after])).toEqual([
    [
      "src/views.ts",
      "export interface Named { id: number; email: string; name: string }\nexport interface Labelled { id: number; email: string; name: string; handle: string | null }\n",
    ],
  ]);
  expect(result.places.map(({ file, line, kind, reason }) => [file, line, kind, reason])).toEqual([
    [
      "src/views.ts",
      1,
      "likely",
      expect.stringMatching(
        /^chosen, but it would not compile \(src\/names\.ts:3 TS2741: Property 'handle' is missing/,
      ),
    ],
  ]);
  expect(result.unchecked).toBeUndefined();
});

describe("what must change and would not compile", () => {
  const post = `import { Entity } from "typeorm";
import type { User } from "./user";
@Entity()
export class Post {
  id!: number;
  title!: string;
  author?: User;
  constructor(part: Partial<Post> = {}) { Object.assign(this, part); }
}
`;
  const files = {
    "src/user.ts": 'import { Entity } from "typeorm";\n@Entity()\nexport class User { id!: number; name!: string }\n',
    "src/post.ts": post,
    "src/make.ts":
      'import { Post } from "./post";\nexport const made = new Post({ title: "a" });\nexport const other = new Post({ title: "b" });\n',
    "src/save.ts":
      'import type { Repository } from "typeorm";\nimport type { Post } from "./post";\nexport const save = (posts: Repository<Post>) => posts.insert({ title: "c" });\n',
  };
  const typeorm = `export declare function Entity(): ClassDecorator;
type Part<T> = { [K in keyof T]?: T[K] extends object | undefined ? Part<T[K]> : T[K] };
export declare class Repository<T> { insert(row: Part<T>): void }
`;
  const id = field("id", { type: "int", isId: true, hasDefault: true });
  const key = { primaryKey: ["id"] };
  const author = { name: "author", model: "User", fields: ["author"], references: ["id"] };
  const about = {
    models: [
      { ...key, name: "User", table: { name: "user" }, relations: [], fields: [id, field("name")] },
      {
        ...key,
        name: "Post",
        table: { name: "post" },
        relations: [author],
        fields: [id, field("title"), field("author", { column: "authorId", type: "int", isForeignKey: true })],
      },
    ],
    intents: [
      { kind: "write", model: "Post", field: "author", value: { kind: "sql", sql: "1" }, isCodeOnly: true },
    ] satisfies CodeIntent[],
    transforms: [...typeormTransforms, ...coreTransforms],
  };
  const others = { ...project, "node_modules/typeorm/index.d.ts": typeorm };

  test("is listed with the compiler's words, and nothing else is held up", async () => {
    const { edits, places, unchecked } = await switchAll(files, others, {}, about);
    expect(edits.map(({ file, text }) => [file, text])).toEqual([["src/save.ts", "author: { id: 1 }"]]);
    expect(places.map(({ file, line, kind, reason }) => [file, line, kind, reason])).toEqual(
      [2, 3].map((line) => [
        "src/make.ts",
        line,
        "required",
        expect.stringMatching(
          /^it would not compile \(src\/make\.ts:\d TS2741: Property 'name' is missing .*\); to write: author: \{ id: 1 \}$/,
        ),
      ]),
    );
    expect(unchecked).toBeUndefined();
  });

  test("does not hold up others of its function", async () => {
    const rows = Array.from(
      { length: 12 },
      (_, at) => `  posts.insert({ title: "${at}" }${at % 2 ? " satisfies Partial<Post>" : ""});`,
    );
    const all = `import type { Repository } from "typeorm";\nimport type { Post } from "./post";\nexport const all = (posts: Repository<Post>) => {\n${rows.join("\n")}\n};\n`;
    const { "src/make.ts": _, ...rest } = files;
    const { edits, places } = await switchAll({ ...rest, "src/all.ts": all }, others, {}, about);
    expect(edits.flatMap(({ file, line }) => (file === "src/all.ts" ? [line] : []))).toEqual([4, 6, 8, 10, 12, 14]);
    expect(places.map(({ line, reason }) => [line, /src\/all\.ts:(\d+) /.exec(reason)?.[1]])).toEqual(
      [5, 7, 9, 11, 13, 15].map((line) => [line, String(line)]),
    );
  });

  test("is made where it could not be checked", async () => {
    const { edits, places } = await switchAll(files, others, { limitMs: 1 }, about);
    expect(edits.map(({ file }) => file)).toEqual(["src/make.ts", "src/make.ts", "src/save.ts"]);
    expect(places).toEqual([]);
  });
});

test.each([
  "export const broken: number = 'x';",
  // The compiler now suggests the new field.
  "export const misspelt = (named: Named) => named.handel;",
  // It is one more of those that are missing.
  "declare const given: { id: number };\nexport const part: Named = given;",
])("errors that were there before are nobody's: %s", async (broken) => {
  const result = await switchAll({
    "src/views.ts": `export interface Named { id: number; email: string; name: string }\n${broken}\n`,
  });
  expect(result.edits.map(({ text }) => text)).toEqual(["handle: string | null"]);
});

test("without a tsconfig the edits are made, and it is said that they were not checked", async () => {
  const views = "export interface Named { id: number; email: string; name: string }\n";
  const result = await switchAll({ "src/views.ts": views }, {});
  expect(result.edits).toHaveLength(1);
  expect(result.unchecked).toMatchObject({ why: expect.stringContaining("tsconfig"), leftOut: 0 });
});

test("what was not tried in the end is left out, not taken for right", async () => {
  const names = Array.from({ length: 14 }, (_, at) => `Named${at}`);
  const shape = "{ id: number; email: string; name: string }";
  const result = await switchAll({
    "src/views.ts": names.map((name) => `export interface ${name} ${shape}\n`).join(""),
    "src/names.ts": [
      `import type { ${names.join(", ")} } from "./views";`,
      'const rest = { name: "x" };',
      ...names.map((name, at) => `export const named${at}: ${name} = { id: 1, email: "a@x.com", ...rest };`),
    ].join("\n"),
  });
  expect(result.changes).toEqual([]);
  expect(result.places.filter(({ reason }) => reason.startsWith("chosen, but it would not compile"))).toHaveLength(14);
});

test("of many files that name the model only those that are edited are compiled, and that is said", async () => {
  const views = "export interface Named { id: number; email: string; name: string }\n";
  const readers = Array.from({ length: 300 }, (_, at): [string, string] => [
    `src/reader${at}.ts`,
    'import type { User } from "./generated/prisma/client";\nexport const of = (user: User) => user.email;\n',
  ]);
  const result = await switchAll({ "src/views.ts": views, ...Object.fromEntries(readers) });
  expect(result.edits.map(({ file }) => file)).toEqual(["src/views.ts"]);
  expect(result.unchecked).toEqual({
    why: expect.stringMatching(/^of \d+ files that may name the model only the edited ones$/),
    leftOut: 0,
  });
});

describe("what could not be checked", () => {
  const views = "export interface Named { id: number; email: string; name: string }\n";
  // What a strict schema would throw at is required.
  const strict = `import type { User } from "./generated/prisma/client";
import { z } from "zod";
const Out = z.object({ id: z.number(), email: z.string(), name: z.string(), createdAt: z.date(), updatedAt: z.date() }).strict();
export const send = (user: User) => Out.parse(user);
`;
  const files = { "src/views.ts": views, "src/send.ts": strict };
  const why = "the type check took longer than 0.001 s";

  test("is listed with the reason; what is required is made all the same", async () => {
    const { edits, places, unchecked } = await switchAll(files, project, { limitMs: 1 });
    expect(edits.map(({ file }) => file)).toEqual(["src/send.ts"]);
    expect(unchecked).toEqual({ why, leftOut: 1 });
    expect(places).toContainEqual(
      expect.objectContaining({
        file: "src/views.ts",
        kind: "likely",
        reason: expect.stringContaining(`chosen, but its types could not be checked (${why})`),
      }),
    );
  });

  test.each([true, false])("is written where somebody says so: %s", async (isWritten) => {
    const asked: unknown[] = [];
    const { edits, unchecked } = await switchAll(files, project, {
      limitMs: 1,
      async mayWrite(...about) {
        asked.push(about);
        return isWritten;
      },
    });
    expect(asked).toEqual([[why, 1]]);
    expect(edits.map(({ file }) => file).sort()).toEqual(isWritten ? ["src/send.ts", "src/views.ts"] : ["src/send.ts"]);
    expect(unchecked).toEqual({ why, leftOut: isWritten ? 0 : 1 });
  });
});

test("whoever waits is told, once it takes more than a moment, and no more when it is over", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  try {
    const told: unknown[] = [];
    let isOver = false;
    const run = switchAll(
      { "src/views.ts": "export interface Named { id: number; email: string; name: string }\n" },
      project,
      { wait: { onWait: (check) => told.push(check), onEnd: () => told.push("over") } },
    ).finally(() => {
      isOver = true;
    });
    // The process that checks takes its time, whatever the clock of this one says.
    while (!isOver) {
      if (told.length < 2) vi.advanceTimersByTime(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await run).edits).toHaveLength(1);
    expect(told.slice(0, 2)).toEqual([
      { files: 1, seconds: 3 },
      { files: 1, seconds: 4 },
    ]);
    expect(new Set(told.slice(2))).toEqual(new Set(["over"]));
    vi.advanceTimersByTime(5000);
    expect(told.at(-1)).toBe("over");
  } finally {
    vi.useRealTimers();
  }
});
