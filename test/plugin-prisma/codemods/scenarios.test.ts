import { format } from "prettier";
import { describe, expect, test } from "vitest";
import { compact } from "../../../core/src/code/contract/transform.js";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { planCodeUndo } from "../../../core/src/code/run/plan-undo.js";
import { questionsIn } from "../../../core/src/code/run/survey.js";
import { chooseAll } from "../../support/choices.js";
import { generatedClients } from "../../support/generated-clients.js";
import {
  apply,
  editFor,
  type Files,
  field,
  lowerEmail,
  request,
  shopModels,
  single,
  transforms,
  undo,
} from "./phases.js";

const text = (files: Files, file = "src/code.ts") => files.find((each) => each.file === file)?.text;

async function expand(before: string, file?: string) {
  const files = single(before, file);
  const result = await editFor("expand", files, []);
  return { files: apply(files, result), result };
}

describe("where the PrismaClient comes from", () => {
  const omit = "omit: { user: { handle: true } } as Prisma.GlobalOmitConfig | undefined";

  test.each([
    {
      name: "no arguments",
      before: 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n',
      after: `import { type Prisma, PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient({ ${omit} });\n`,
    },
    {
      name: "empty options",
      before: 'import { Prisma, PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient({});\n',
      after: `import { Prisma, PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient({ ${omit} });\n`,
    },
    {
      name: "an alias",
      before:
        'import { Prisma as P, PrismaClient as Client } from "@prisma/client";\nexport const db = new Client({ log: [] });\n',
      after: `import { Prisma as P, PrismaClient as Client } from "@prisma/client";\nexport const db = new Client({ log: [], ${omit.replace("Prisma.", "P.")} });\n`,
    },
    {
      name: "require",
      before: 'const { PrismaClient } = require("@prisma/client");\nexport const db = new PrismaClient({ log: [] });\n',
      after: `import type { Prisma } from "@prisma/client";\nconst { PrismaClient } = require("@prisma/client");\nexport const db = new PrismaClient({ log: [], ${omit} });\n`,
    },
    {
      name: "a default import, no semicolons",
      before:
        "import client from '@prisma/client'\nconst { PrismaClient } = client\nexport const db = new PrismaClient({ log: [] })\n",
      after: `import client, { type Prisma } from '@prisma/client'\nconst { PrismaClient } = client\nexport const db = new PrismaClient({ log: [], ${omit} })\n`,
    },
    {
      name: "an import of a row, and a client of another module",
      before:
        'import type { User } from "@prisma/client";\nimport { PrismaClient } from "./wrapper";\nexport const db = new PrismaClient({ log: [] });\nexport type Row = User;\n',
      after: `import type { Prisma, User } from "@prisma/client";\nimport { PrismaClient } from "./wrapper";\nexport const db = new PrismaClient({ log: [], ${omit} });\nexport type Row = User;\n`,
    },
    {
      name: "a long import",
      before:
        'import {\n  type Order,\n  PrismaClient,\n} from "../prisma/client.js";\nexport const db = new PrismaClient({ log: [] });\n',
      after: `import {\n  type Order,\n  type Prisma,\n  PrismaClient,\n} from "../prisma/client.js";\nexport const db = new PrismaClient({ log: [], ${omit} });\n`,
    },
    {
      name: "JavaScript has no casts",
      file: "src/db.mjs",
      before: 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient({ log: [] });\n',
      after:
        'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient({ log: [], omit: { user: { handle: true } } });\n',
    },
  ])("$name", async ({ before, after, file = "src/code.ts" }) => {
    const { files, result } = await expand(before, file);
    expect(text(files, file)).toBe(after);
    const switched = await editFor("switch", files, result.edits);
    expect(text(apply(files, switched), file)).toBe(before);
    expect(text(apply(files, await undo(files, result.edits)), file)).toBe(before);
  });

  test.each([
    ["a constant of another file", 'export const options = { log: ["error" as const] };\n', "...options", true],
    ["a function of another file", "export const options = () => ({ log: [] });\n", "...options()", true],
    ["a constant with an omit", "export const options = { omit: { order: { id: true } } };\n", "...options", false],
    [
      "an omit that is set later",
      "export const options: { omit?: object } = {};\noptions.omit = { order: {} };\n",
      "...options",
      false,
    ],
    ["one of two constants", "export const options = isTest ? { log: [] } : {};\n", "...(quiet ? options : {})", true],
    ["an omit in front of it that it may replace", "export const options = load();\n", "omit: {}, ...options", false],
    ["a literal with an omit", "export const options = {};\n", "...(options && { omit: {} })", false],
  ])("what a spread brings: %s", async (_, module, spread, isEdited) => {
    const files: Files = [
      { file: "src/options.ts", text: module },
      {
        file: "src/db.ts",
        text: `import { Prisma, PrismaClient } from "@prisma/client";\nimport { options } from "./options";\nexport const db = new PrismaClient({ ${spread} });\n`,
      },
    ];
    const result = await editFor("expand", files, []);
    expect(result.edits.map((edit) => edit.text)).toEqual(isEdited ? [omit] : []);
    expect(result.places.map(({ file, kind }) => [file, kind])).toEqual(isEdited ? [] : [["src/db.ts", "required"]]);
  });

  test("options that may be missing bring their omit along", async () => {
    const { result } = await expand(
      'import { Prisma, PrismaClient } from "@prisma/client";\nexport const make = (options?: Prisma.PrismaClientOptions) => new PrismaClient({ log: [], ...options });\n',
    );
    expect(result.edits.map((edit) => edit.text)).toEqual([
      "omit: { ...options?.omit, user: { ...options?.omit?.user, handle: true } } as Prisma.GlobalOmitConfig | undefined",
    ]);
  });

  test("a class of the app that has the same name is none of ours", async () => {
    const before = "class PrismaClient {}\nexport const db = new PrismaClient();\n";
    expect((await expand(before)).result.changes).toEqual([]);
  });

  test("the name Prisma is taken: listed", async () => {
    const before =
      'import { PrismaClient } from "@prisma/client";\nconst Prisma = 1;\nexport const db = new PrismaClient({ log: [Prisma] });\n';
    const { result } = await expand(before);
    expect(result.changes).toEqual([]);
    expect(result.places).toMatchObject([{ kind: "required", line: 3 }]);
  });
});

describe("two columns", () => {
  const before = `import { PrismaClient } from "@prisma/client";
export const db = new PrismaClient({
  log: [],
});
export const add = (email: string) => db.user.create({ data: { email, name: "x" } });
`;
  const region = field("region", { isOptional: true });
  const about = { model: "User", value: lowerEmail };
  const constant = { model: "User", field: "region", value: { kind: "sql", sql: "'eu'" } } as const;
  const models = shopModels().map((model) =>
    model.name === "User" ? { ...model, fields: [...model.fields, region] } : model,
  );
  const base = { root: generatedClients(), models, transforms };

  test("of one plan end up in one literal and one omit", async () => {
    const intents = (["write", "keepFromReads"] as const).flatMap((kind) => [
      { ...about, field: "handle", kind },
      { ...constant, kind },
    ]);
    const result = await planCodeEdits({ ...base, files: single(before), intents, earlier: [] });
    const files = apply(single(before), result);
    expect(text(files)).toContain(
      "  omit: { user: { handle: true, region: true } } as Prisma.GlobalOmitConfig | undefined,\n",
    );
    expect(text(files)).toContain('{ email, name: "x", handle: email.toLowerCase(), region: "eu" }');
    expect(result.edits.map((edit) => [edit.line, edit.text])).toContainEqual([6, 'region: "eu"']);
  });

  const clients = {
    "more options": before,
    "options that are spread": before
      .replace("  log: [],\n", "  ...options,\n")
      .replace("export", "declare const options: Prisma.PrismaClientOptions;\nexport")
      .replace("{ PrismaClient", "{ Prisma, PrismaClient"),
    "given options": before
      .replace(/\{\n.*\n\}/, "options")
      .replace("export", "declare const options: Prisma.PrismaClientOptions;\nexport")
      .replace("{ PrismaClient", "{ Prisma, PrismaClient"),
    "no options": before.replace(/\{\n.*\n\}/, ""),
    "options of their own": before.replace(
      /export const db[^;]*;/,
      "const options = {};\nexport const db = new PrismaClient(options);",
    ),
    "empty options": before.replace(/\{\n.*\n\}/, "{}"),
    "an omit": before.replace("  log: [],", "  omit: { user: { name: true } },"),
    "an empty omit": before.replace("  log: [],", "  omit: {},"),
    "a default export": 'import { PrismaClient } from "@prisma/client";\nexport default new PrismaClient();\n',
    "a service": `import { PrismaClient } from "@prisma/client";
export class PrismaService extends PrismaClient {
  constructor() {
    super();
  }
}
`,
  };
  /** The formatters of projects; the narrow ones break the cast over lines. */
  const layouts = { "as it is written": undefined, "80 columns": 80, "50 columns": 50, "24 columns": 24 };
  /** What nobody knows to have been there once the plan is undone that wrote more into it: it goes with what others wrote. */
  const isHalfEmpty = /^(?:empty options|an empty omit|options that are spread)$/;
  const orders = [
    ["handle", "region"],
    ["region", "handle"],
  ] as const;

  describe.each(Object.keys(clients))("of a client with %s", (client) => {
    test.each(Object.keys(layouts))("leave nothing behind in the layout of %s", async (layout) => {
      const printWidth = layouts[layout as keyof typeof layouts];
      const laidOut = async (files: Files): Promise<Files> =>
        printWidth === undefined
          ? files
          : Promise.all(
              files.map(async (each) => ({
                ...each,
                text: await format(each.text, { parser: "typescript", printWidth }),
              })),
            );
      const files = await laidOut(single(clients[client as keyof typeof clients]));
      const close = { handle: { ...about, field: "handle" }, region: constant };
      const intent = (name: "handle" | "region", kind: "keepFromReads" | "read") => ({ ...close[name], kind }) as const;

      // Two plans: each knows its own edits alone.
      const first = await planCodeEdits({ ...base, files, intents: [intent("handle", "keepFromReads")], earlier: [] });
      const half = await laidOut(apply(files, first));
      const second = await planCodeEdits({
        ...base,
        files: half,
        intents: [intent("region", "keepFromReads")],
        earlier: [],
      });
      const closed = await laidOut(apply(half, second));
      const earlier = { handle: first.edits, region: second.edits };
      // Formatters leave a literal on the lines that it had become: putting those together is not the transform's task.
      const code = (at: Files) => (printWidth === undefined ? text(at) : compact(text(at) ?? ""));
      for (const order of orders) {
        let [opened, undone] = [closed, closed];
        for (const [at, name] of order.entries()) {
          const other = order.find((each) => each !== name) ?? name;
          const its = { ...base, earlier: earlier[name], editsOfOthers: earlier[other] };
          const switched = await planCodeEdits({ ...its, intents: [intent(name, "read")], files: opened });
          opened = await laidOut(apply(opened, switched));
          const back = await planCodeUndo({
            ...its,
            files: undone,
            intents: [intent(name, "keepFromReads")],
            // A plan that was undone has no edits any more.
            editsOfOthers: at === 0 ? earlier[other] : [],
          });
          expect(back.places, order.join()).toEqual([]);
          undone = await laidOut(apply(undone, back));
        }
        expect.soft(code(opened), `switched: ${order}`).toBe(code(files));
        const isForgotten = order[0] === "handle" && isHalfEmpty.test(client);
        if (!isForgotten) expect.soft(code(undone), `undone: ${order}`).toBe(code(files));
      }

      // One plan.
      const intents = [intent("handle", "keepFromReads"), intent("region", "keepFromReads")];
      const both = await planCodeEdits({ ...base, files, intents, earlier: [] });
      const of = { ...base, files: await laidOut(apply(files, both)), earlier: both.edits };
      const switched = await planCodeEdits({ ...of, intents: [intent("handle", "read"), intent("region", "read")] });
      const taken = await planCodeUndo({ ...of, intents });
      expect(taken.places).toEqual([]);
      expect.soft(code(await laidOut(apply(of.files, switched))), "one plan switched").toBe(code(files));
      expect.soft(code(await laidOut(apply(of.files, taken))), "one plan undone").toBe(code(files));
    });
  });
});

describe("across files", () => {
  test("row types are followed through re-exports, aliases and tsconfig paths", async () => {
    const files: Files = [
      { file: "src/db/index.ts", text: 'export * from "../generated/prisma/client.js";\n' },
      { file: "src/types.ts", text: 'import type { User } from "@/db";\nexport type UserRow = Readonly<User>;\n' },
      {
        file: "test/alice.ts",
        text: 'import type { UserRow } from "../src/types.js";\nexport const alice: UserRow = { id: 1, email: "A@x.com", name: "A", createdAt: new Date(0), updatedAt: new Date(0) };\n',
      },
    ];
    const result = await editFor("expand", files, []);
    expect(result.edits).toMatchObject([{ file: "test/alice.ts", line: 2, text: 'handle: "a@x.com"' }]);
  });

  test.each([
    ["a row without a column", 'Omit<User, "updatedAt">', "type"],
    ["a row without the new column", 'Omit<User, "handle">', "names"],
  ])("%s under a name of the app", async (_, type, tie) => {
    const files: Files = [
      { file: "src/types.ts", text: `import type { User } from "@prisma/client";\nexport type Shown = ${type};\n` },
      {
        file: "src/view.ts",
        text: 'import type { Shown } from "./types";\nexport const viewOf = (user: Shown) => ({ id: user.id, email: user.email, name: user.name });\nexport const all = (users: Shown[]) => users.map(({ id, email, name }) => ({ id, email, name }));\n',
      },
    ];
    const questions = await questionsIn(request(files, ["switch"], [], {}));
    const copies = questions.flatMap(({ ranked }) => ranked).filter(({ candidate }) => candidate.family === "mapper");
    expect(copies.map(({ candidate }) => candidate.tie)).toEqual([tie, tie]);
  });

  test("an interface of the app that is called like the model is not the row", async () => {
    const files: Files = [
      { file: "src/user.ts", text: "export interface User { id: number; email: string; name: string }\n" },
      {
        file: "src/a.ts",
        text: 'import type { User } from "./user";\nexport const a: User = { id: 1, email: "x", name: "y" };\n',
      },
    ];
    expect((await editFor("expand", files, [])).changes).toEqual([]);
  });

  test("a row of another model is left alone", async () => {
    const files = single(`import type { Order, User as Account } from "./generated/prisma/client";
export const order: Order = { id: 1, userId: 2, totalCents: 3, createdAt: new Date(0) };
export const account: Account = { id: 1, email: "A@x.com", name: "A", createdAt: now, updatedAt: now };
`);
    expect((await editFor("expand", files, [])).edits).toMatchObject([{ line: 3, text: 'handle: "a@x.com"' }]);
  });

  test("a mapper and the interface it returns are edited together", async () => {
    const files: Files = [
      {
        file: "src/dto.ts",
        text: "export interface UserDto {\n  id: number\n  email: string\n  name: string\n  createdAt: Date\n  updatedAt: Date\n}\n",
      },
      {
        file: "src/map.ts",
        text: 'import type { User } from "./generated/prisma/client";\nimport type { UserDto } from "./dto";\nexport const map = (user: User): UserDto => ({ id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt });\n',
      },
    ];
    const result = await editFor("switch", files, []);
    expect(text(apply(files, result), "src/dto.ts")).toContain("  updatedAt: Date\n  handle: string\n}");
    const fixture = {
      file: "src/fake.ts",
      text: 'import type { UserDto } from "./dto";\nexport const fake: UserDto = { id: 1, email: "x", name: "y", createdAt: new Date(), updatedAt: new Date() };\n',
    };
    // The literal in the fixture compiles as it is.
    const beside = await editFor("switch", [...files, fixture], []);
    expect(text(apply([...files, fixture], beside), "src/dto.ts")).toContain("  updatedAt: Date\n  handle?: string\n}");
  });

  const schema =
    'import { z } from "zod";\nexport const UserResponse = z.object({ id: z.number(), email: z.string(), name: z.string(), createdAt: z.date(), updatedAt: z.date() });\n';
  const reads = "export const post = (req) => Posted.parse(req.body);\n";
  const derived = "const Posted = Base.extend({ password: z.string() });\n";

  test.each([
    {
      name: "an import",
      files: {
        "a.ts": `import { UserResponse } from "./schemas.js";\n${derived.replace("Base", "UserResponse")}${reads}`,
      },
      reason: "src/a.ts:2 derives Posted from it, and src/a.ts:3 reads requests with that",
    },
    {
      name: "an import under another name",
      files: { "a.ts": `import { UserResponse as Base } from "./schemas.js";\n${derived}${reads}` },
      reason: "src/a.ts:2 derives Posted from it, and src/a.ts:3 reads requests with that",
    },
    {
      name: "a namespace",
      files: {
        "a.ts": `import * as schemas from "./schemas.js";\n${derived.replace("Base", "schemas.UserResponse")}${reads}`,
      },
      reason: "src/a.ts:2 derives Posted from it, and src/a.ts:3 reads requests with that",
    },
    {
      name: "a re-export under another name",
      files: {
        "a.ts": `import { Base } from "./index.js";\n${derived}${reads}`,
        "index.ts": 'export { UserResponse as Base } from "./schemas.js";\n',
      },
      reason: "src/a.ts:2 derives Posted from it, and src/a.ts:3 reads requests with that",
    },
    {
      name: "what is derived is imported in its turn",
      files: {
        "a.ts": `import { UserResponse as Base } from "./schemas.js";\nexport ${derived}`,
        "b.ts": `import { Posted } from "@/a";\n${reads}`,
      },
      reason: "src/a.ts:2 derives Posted from it, and src/b.ts:2 reads requests with that",
    },
    {
      name: "what leaves the key out is none of it",
      files: {
        "a.ts": `import { UserResponse as Base } from "./schemas.js";\nconst Posted = Base.omit({ id: true, handle: true });\n${reads}`,
      },
      reason: undefined,
    },
    {
      name: "another schema with the same name is none of it",
      files: { "a.ts": `import { UserResponse as Base } from "./other.js";\n${derived}${reads}` },
      reason: undefined,
    },
  ])("a response from which a request is derived is listed: $name", async ({ files, reason }) => {
    const others = Object.entries(files).map(([file, text]) => ({ file: `src/${file}`, text }));
    const other = { file: "src/other.ts", text: "export const UserResponse = z.object({ id: z.number() });\n" };
    const result = await editFor("switch", [{ file: "src/schemas.ts", text: schema }, other, ...others], []);
    const listed = result.places.filter(({ file, kind }) => file === "src/schemas.ts" && kind === "likely");
    const why = `it names every column of User; ${reason}: add \`handle: z.string()\``;
    expect(listed.map((place) => place.reason)).toEqual(reason === undefined ? [] : [why]);
    expect(result.edits.map(({ file }) => file)).toEqual(reason === undefined ? ["src/schemas.ts"] : []);
  });

  const row = 'id: 1, email: "A@x.com", name: "A", createdAt: now, updatedAt: now';
  const user = 'import type { User } from "@prisma/client";\n';

  test.each([
    ["a call of the client", `vi.mocked(prisma.user.findUnique).mockResolvedValue({ ${row} });`, true],
    [
      "nearly all columns",
      'prisma.user.findUnique.mockResolvedValue({ id: 1, email: "A@x.com", name: "A", createdAt: now });',
      true,
    ],
    ["what a select reads", 'prisma.user.findUnique.mockResolvedValue({ id: 1, email: "A@x.com" });', false],
    ["rows that a select reads", 'prisma.user.findMany.mockResolvedValueOnce([{ id: 1, email: "A@x.com" }]);', false],
    ["a declared row", `${user}vi.fn<() => Promise<User>>().mockResolvedValue({ ${row} });`, true],
    ["a declared row of Jest", `${user}jest.fn<Promise<User>, [number]>().mockResolvedValue({ ${row} });`, true],
    ["something else", `${user}vi.fn<() => Promise<object>>().mockResolvedValue({ ${row} });`, false],
    ["nobody says what", `vi.fn().mockReturnValue({ ${row} });`, false],
    [
      "a method that gives a row",
      `${user}class Users {\n  find(id: number): Promise<User | null> {}\n}\nconst users = new Users();\njest.spyOn(users, "find").mockResolvedValue({ ${row} });`,
      true,
    ],
    [
      "a method that gives something else",
      `${user}class Users {\n  find(id: number): Promise<{ id: number; email: string }> {}\n}\nconst users = new Users();\njest.spyOn(users, "find").mockResolvedValue({ ${row} });`,
      false,
    ],
  ])("what a mock gives is a row where its type says so, or its columns: %s", async (_, code, isRow) => {
    const files = single(`${code}\n`, "test/mock.test.ts");
    const { edits } = await editFor("expand", files, []);
    expect(edits.map(({ text }) => text)).toEqual(isRow ? ['handle: "a@x.com"'] : []);
  });
});

describe("the import of the namespace goes with the cast", () => {
  const client = 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n';

  test.each([
    'export { Prisma } from "@prisma/client";',
    'export type { Prisma, User } from "@prisma/client";',
    'export * as Prisma from "@prisma/client";',
    "export type Args = Other.Prisma.Args;",
    "export const names = { Prisma: Other.Prisma };",
  ])("%s", async (line) => {
    const before = `${client}${line}\n`;
    const files = single(before);
    const expanded = await editFor("expand", files, []);
    expect(text(apply(files, expanded))).toContain("import { type Prisma, PrismaClient }");
    const after = apply(files, expanded);
    expect(text(apply(after, await editFor("switch", after, expanded.edits)))).toBe(before);
  });
});

test.each(["prisma/seed.ts", "src/seeds/users.ts", "scripts/report.ts", "test/db.ts", "src/users.spec.ts"])(
  "what is run by hand reads the new column: %s",
  async (file) => {
    const before = 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n';
    expect((await expand(before, file)).result).toMatchObject({ edits: [], places: [] });
  },
);

describe("a column that stays optional in what callers send and get", () => {
  const nickname = field("nickname", { isOptional: true });
  const [user, ...others] = shopModels();
  const models = [{ ...user!, fields: [...user!.fields.slice(0, 3), nickname, user!.fields.at(-1)!] }, ...others];
  const fields = "email: z.string(), name: z.string()";
  const about = { value: { kind: "none" }, staysOptional: true, exposure: "exposed", choose: chooseAll } as const;

  test.each([
    ["a request", "expand", `export const CreateUser = z.object({ ${fields} });`, "handle: z.string().nullish()"],
    [
      "beside one that may be left out",
      "expand",
      `export const CreateUser = z.object({ ${fields}, nickname: z.string().optional() });`,
      "handle: z.string().optional()",
    ],
    [
      "beside one that is null",
      "expand",
      `export const CreateUser = z.object({ ${fields}, nickname: z.string().nullable() });`,
      "handle: z.string().nullish()",
    ],
    [
      "a request and a response",
      "expand",
      `export const User = z.object({ ${fields}, nickname: z.string().optional() });\nexport const post = (req) => User.parse(req.body);\nexport const get = t.procedure.output(User).query(() => load());`,
      "handle: z.string().nullish()",
    ],
    [
      "a response",
      "switch",
      `export const UserResponse = z.object({ id: z.number(), ${fields}, nickname: z.string().nullable() });`,
      "handle: z.string().nullable()",
    ],
    [
      "a response whose others may be left out",
      "switch",
      `export const UserResponse = z.object({ id: z.number(), ${fields}, nickname: z.string().nullish() });`,
      "handle: z.string().nullish()",
    ],
    [
      "a type of a request",
      "expand",
      "export interface CreateUserInput { email: string; name: string }",
      "handle?: string | null",
    ],
    [
      "a type of a request, beside one that is never null",
      "expand",
      "export interface CreateUserInput { email: string; name: string; nickname?: string }",
      "handle?: string",
    ],
    [
      "a type of a response",
      "switch",
      "export interface UserView { id: number; email: string; name: string; nickname: string | null }",
      "handle: string | null",
    ],
  ] as const)("%s", async (_, phase, code, written) => {
    const all = request(single(`import { z } from "zod";\n${code}\n`), [phase], [], about);
    const { edits } = await planCodeEdits({ ...all, models });
    expect(edits.map(({ text }) => text)).toEqual([written]);
  });
});

test("a column that stays optional is read from the start", async () => {
  const files = single('import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n');
  const { edits, places } = await editFor("expand", files, [], { value: { kind: "none" }, staysOptional: true });
  expect([edits, places]).toEqual([[], []]);
});

describe("calls that only look like the client's", () => {
  const call = (name: string) => `await ${name}.user.create({ data: { email: "A@x.com", name: "A" } });\n`;
  const api = "{ user: { create(args: { data: { email: string; name: string } }): Promise<void> } }";

  test.each([
    { name: "a fake of another file", source: "fake", module: `export const fake: ${api} = start();\n` },
    {
      name: "a fake that is re-exported",
      source: "fake",
      module: 'export { fake } from "./fakes/user";\n',
      other: { file: "src/fakes/user.ts", text: "export const fake = { user: { create: () => undefined } };\n" },
    },
    { name: "what a function says it gives", source: "start()", module: `export function start(): ${api} {}\n` },
  ])("$name", async ({ source, module, other }) => {
    const files: Files = [
      { file: "src/source.ts", text: module },
      { file: "src/use.ts", text: `import { ${source.replace("()", "")} } from "./source";\n${call(source)}` },
      ...(other === undefined ? [] : [other]),
    ];
    const result = await editFor("expand", files, []);
    expect(result.changes).toEqual([]);
    expect(result.places).toMatchObject([{ file: "src/use.ts", line: 2, kind: "possible" }]);
    expect(result.places[0]?.reason).toContain(`declared in ${other?.file ?? "src/source.ts"}:1`);
  });

  test.each([
    ["a file that is no candidate", 'import { store } from "./store";\n', "store"],
    ["an alias of a path", 'import { store } from "@/store";\n', "store"],
    ["a package of this repository", 'import { store } from "@acme/core";\n', "store"],
    ["a package that says what it is", 'import { store } from "@acme/db";\n', "store"],
    ["a name that says what it is", 'import { prisma } from "@acme/server";\n', "prisma"],
    ["a container", 'import { container } from "tsyringe";\nconst store = container.resolve(Store);\n', "store"],
    ["a hook", 'import { useStore } from "context";\nconst store = useStore();\n', "store"],
    [
      "what is added to a framework",
      'import type { Request } from "http-kit";\ndeclare const request: Request;\n',
      "request.store",
    ],
    [
      "a class that extends the client",
      'import { PrismaClient } from "@prisma/client";\nclass Store extends PrismaClient {}\nconst store = new Store();\n',
      "store",
    ],
    ["spread into an object", 'import { extra } from "x";\nconst store = { ...extra, log: 1 };\n', "store"],
    [
      "given back by a function without a type",
      "function start() { return connect(); }\nconst store = start();\n",
      "store",
    ],
  ])("stay edited: %s", async (_, head, receiver) => {
    const files: Files = [
      { file: "packages/core/src/index.ts", text: "export const user = 1;\n" },
      { file: "src/use.ts", text: `${head}${call(receiver)}` },
    ];
    expect((await editFor("expand", files, [])).edits).toMatchObject([{ text: 'handle: "a@x.com"' }]);
  });

  test("in a test, where only what must change is shown, nothing is listed", async () => {
    const files = single(`const fake = { user: { create: () => 1 } };\n${call("fake")}`, "test/signup.test.ts");
    expect(await editFor("expand", files, [])).toMatchObject({ changes: [], places: [] });
  });

  test("an edit of a call is taken back, whatever its receiver has become", async () => {
    const expanded = await editFor("expand", single(call("store")), []);
    const declared = `const store = { user: { create: () => 1 } };\n`;
    const now = single(`${declared}${text(apply(single(call("store")), expanded))}`);
    const undone = await undo(now, expanded.edits);
    expect(text(apply(now, undone))).toBe(`${declared}${call("store")}`);
    expect(undone.places).toEqual([]);
  });
});

describe("copies of a row", () => {
  const columns = ["id", "email", "name", "createdAt", "updatedAt"];
  const members = columns.map((name) => `${name}: user.${name}`).join(", ");
  const before = `import type { User } from "./generated/prisma/client";
export const copy = (user: User): User => ({ ${members} });
export const shown = (user: User) => ({ ${members} });
export const taken = ({ ${columns.join(", ")} }: User): User => ({ ${columns.join(", ")} });
export const given = ({ ${columns.join(", ")} }: User) => ({ ${columns.join(", ")} });
`;

  test.each([
    ["can be said in TypeScript", lowerEmail],
    // Then a mapper and a copy have the same text, and each is taken back once.
    ["cannot be said in TypeScript", { kind: "sql", sql: "split_part(email, '@', 1)" }],
    ["is the model's default", { kind: "none" }],
    ["is a constant", { kind: "sql", sql: "'eu'" }],
    ["is given for new rows", { kind: "typescript", text: "slugOf(email)" }],
  ] as const)("have what the row has, where the value %s", async (_, value) => {
    const expanded = await editFor("expand", single(before), [], { value });
    const files = apply(single(before), expanded);
    expect(expanded.edits.map((edit) => edit.text)).toEqual(["handle: user.handle", "handle", "handle"]);
    expect(apply(files, await undo(files, expanded.edits, { value }))).toEqual(single(before));

    const switched = await editFor("switch", files, expanded.edits, { value });
    const both = apply(files, switched);
    const earlier = [...expanded.edits, ...switched.edits];
    expect(switched.edits).toHaveLength(3);
    const undone = await undo(both, earlier, { value });
    expect(apply(both, undone)).toEqual(single(before));
    expect(undone.places).toEqual([]);

    const contracted = apply(both, await editFor("contract", both, earlier, { value }));
    expect(text(contracted)?.split("\n")[1]).toBe(text(files)?.split("\n")[1]);
  });
});

test("a copy in whose scope the name means something else is listed", async () => {
  const names = "id, email, name, createdAt, updatedAt";
  const files = single(`import type { User } from "./generated/prisma/client";
export const copy = ({ ${names} }: User, handle: number): User => ({ ${names} });
`);
  const result = await editFor("expand", files, []);
  expect(result.changes).toEqual([]);
  expect(result.places).toMatchObject([{ line: 2, kind: "required" }]);
});

describe("later phases find what earlier ones wrote", () => {
  const before = `import type { User } from "./generated/prisma/client";
export const add = (db: any, email: string) => db.user.create({ data: { email, name: "x" } });
export function map(user: User) {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt };
}
`;

  test("when the code moved and was formatted anew", async () => {
    const expanded = await editFor("expand", single(before), []);
    const files = apply(single(before), expanded);
    const switched = await editFor("switch", files, expanded.edits);
    const moved = (text(apply(files, switched)) ?? "")
      .replace(/^(import.*\n)(export const add.*\n)([\s\S]*)$/, "$1$3$2")
      .replace(
        "handle: user.handle ?? user.email.toLowerCase()",
        "handle:\n      user.handle ?? user.email.toLowerCase(),\n  ",
      );
    const contracted = await editFor("contract", single(moved), [...expanded.edits, ...switched.edits]);
    expect(text(apply(single(moved), contracted))).toContain("handle:\n      user.handle,");
    const undone = await undo(single(moved), [...expanded.edits, ...switched.edits]);
    expect(undone.places).toEqual([]);
    expect(text(apply(single(moved), undone))).not.toContain("handle");
  });

  test("what people changed is listed", async () => {
    const expanded = await editFor("expand", single(before), []);
    const files = apply(single(before), expanded);
    const changed = single((text(files) ?? "").replace("email.toLowerCase()", "slug(email)"));
    const undone = await undo(changed, expanded.edits);
    expect(undone.changes).toEqual([]);
    expect(undone.places).toMatchObject([{ kind: "required", line: 2, field: "handle" }]);
    const switched = await editFor("switch", files, expanded.edits);
    const own = (text(apply(files, switched)) ?? "").replace("?? user.email.toLowerCase()", '?? "nobody"');
    const contracted = await editFor("contract", single(own), [...expanded.edits, ...switched.edits]);
    expect(contracted.changes).toEqual([]);
    expect(contracted.places).toMatchObject([{ kind: "likely", line: 4, what: "map: copy of User" }]);
    expect(contracted.places[0]?.reason).toContain('take `?? "nobody"` out by hand');
  });
});

test("a select that other files read with is the model's, though nothing in its file says so", async () => {
  const files = [
    { file: "src/card.ts", text: "export const cardSelect = { id: true, email: true, name: true };\n" },
    {
      file: "src/cards.ts",
      text: 'import type { PrismaClient } from "@prisma/client";\nimport { cardSelect as select } from "./card";\nexport const cards = (db: PrismaClient) => db.user.findMany({ select });\n',
    },
  ];
  const result = await editFor("switch", files, [], { choose: chooseAll });
  expect(text(apply(files, result), "src/card.ts")).toBe(
    "export const cardSelect = { id: true, email: true, name: true, handle: true };\n",
  );
});

describe("a row in a constant that another file exports", () => {
  const defaults = 'export const defaultUser = { email: "a@example.com", name: "A" };\n';
  const create = (more = "") =>
    `import { prisma } from "./db";\nimport { defaultUser } from "./defaults";\n${more}export const seed = () => prisma.user.create({ data: defaultUser });\n`;

  test("is filled where it stands, and taken back", async () => {
    const files: Files = [
      { file: "src/defaults.ts", text: defaults },
      { file: "src/index.ts", text: 'export * from "./defaults";\n' },
      { file: "src/seed.ts", text: create("console.log(defaultUser.email);\n") },
    ];
    const result = await editFor("expand", files, []);
    const after = apply(files, result);
    expect(result.changes.map(({ file }) => file)).toEqual(["src/defaults.ts"]);
    expect(text(after, "src/defaults.ts")).toContain('name: "A", handle: "a@example.com" }');
    expect(result.places).toEqual([]);
    expect((await editFor("expand", after, result.edits)).changes).toEqual([]);
    expect(apply(after, await undo(after, result.edits))).toEqual(files);
  });

  test("is spread where its declared type is known, and not where the file no longer imports the client", async () => {
    const declared = defaults.replace("User =", "User: { email: string; name: string } =");
    const client = 'import { PrismaClient } from "./generated/prisma/client";\n';
    const files = (db: string): Files => [
      { file: "src/defaults.ts", text: declared },
      { file: "src/db.ts", text: `${db}export const prisma = new PrismaClient();\n` },
      { file: "src/seed.ts", text: create() },
    ];
    const unknown = files('import { PrismaClient } from "made-up";\n');
    const before = await editFor("expand", unknown, []);
    const known = await editFor("expand", files(client), []);
    expect(text(apply(files(client), known), "src/seed.ts")).toContain(
      "data: { ...defaultUser, handle: defaultUser.email.toLowerCase() }",
    );
    expect(await editFor("expand", unknown, [])).toEqual(before);
  });

  test.each([
    ["is handed to something else", defaults, "send(defaultUser);\n"],
    [
      "is declared as something of the app",
      defaults.replace("defaultUser", "defaultUser: { email: string; name: string }"),
      "",
    ],
    ["may be set anew", defaults.replace("const", "let"), ""],
  ])("is left alone where it %s", async (_, declared, more) => {
    const files: Files = [
      { file: "src/defaults.ts", text: declared },
      { file: "src/seed.ts", text: create(more) },
    ];
    const result = await editFor("expand", files, []);
    expect(result.changes).toEqual([]);
    expect(result.places.map(({ what }) => what)).toEqual(["seed: data of prisma.user.create"]);
  });
});

test.each([
  ["what has a default may be missing", "seenAt", "datetime", '"createdAt"', "seenAt: data.seenAt ?? (…)"],
  ["what has none is there", "handle", "string", "lower(email)", "handle: data.handle ?? data.email.toLowerCase()"],
] as const)("advice for a row of which a part is sent: %s", async (_, name, type, sql, property) => {
  const files = single(`import type { Prisma, PrismaClient } from "@prisma/client";
export async function createUser(prisma: PrismaClient, { data }: { data: Prisma.UserCreateInput }) {
  return prisma.user.create({ data: { ...data, name: "x" } });
}
`);
  const added = field(name, { type, isOptional: true });
  const { places } = await editFor("expand", files, [], { added, value: { kind: "sql", sql } });
  expect(places.map(({ reason }) => reason)).toEqual([expect.stringContaining(`add \`${property}\``)]);
});

// `null` would be shown, and stored, in place of what the row has.
test.each([
  [
    "a copy of what nothing is known of",
    "{ id: found.id, email: found.email, name, createdAt: at, updatedAt: at }",
    [],
  ],
  ["one by a pattern", "{ id, email: found.email, name, createdAt: at, updatedAt: at }", []],
  ["a row of its own", "{ id: 1, email: found.email, name, createdAt: at, updatedAt: at }", ["handle: null"]],
])("a safe column in a row that code makes: %s", async (_, literal, written) => {
  const files = single(`import type { User } from "@prisma/client";
declare function load(): any;
export function snapshot(name: string, at: Date): User {
  const found = load();
  const { id } = found;
  const user: User = ${literal};
  return user;
}
`);
  const { edits, places } = await editFor("expand", files, [], { value: { kind: "none" }, staysOptional: true });
  expect(edits.map(({ text }) => text)).toEqual(written);
  expect(places.map(({ reason }) => reason)).toEqual(
    written.length > 0 ? [] : [expect.stringMatching(/is of a row that exists, add `handle: …`/)],
  );
});

test("a safe column: a copy that is completed is not offered as well", async () => {
  const files = single(`import type { PrismaClient, User } from "@prisma/client";
export async function load(prisma: PrismaClient, id: number) {
  const found = await prisma.user.findUniqueOrThrow({ where: { id } });
  const { email, name, createdAt, updatedAt } = found;
  const user: User & { more: number } = { id: found.id, email, name, createdAt, updatedAt, more: 1 };
  return user;
}
`);
  const all = request(files, ["expand", "switch"], [], { value: { kind: "none" }, staysOptional: true });
  expect((await planCodeEdits(all)).edits.map(({ text }) => text)).toEqual(["handle", "handle"]);
  expect(await questionsIn(all)).toEqual([]);
});
