import { expect, test } from "vitest";
import { check, type Files, said, tsconfig } from "./project.js";

/** What a generator writes of a model, in short. */
const client = (fields: string) => `
export type $UserPayload = { name: "User"; scalars: { id: number; name: string; ${fields} } };
export type User = $UserPayload["scalars"];
export namespace Prisma {
  export type UserCreateInput = { name: string; ${fields.replace(":", "?:")} };
  export type UserSelect = { id?: boolean; name?: boolean; ${fields.replace(/:.*/, "?: boolean")} };
}
export declare class PrismaClient {
  constructor(options?: { omit?: { user?: Prisma.UserSelect } });
  user: {
    create(args: { data: Prisma.UserCreateInput }): Promise<User>;
    createMany(args: { data: Prisma.UserCreateInput[] }): Promise<void>;
    findMany(args?: { select?: Prisma.UserSelect }): Promise<User[]>;
  };
}
`;
const old = client("");
const fresh = client("handle: string");

/** Where clients are generated, and how they are imported from there. */
const places = {
  "a folder of the project": ["src/generated/prisma/client.ts", "./generated/prisma/client"],
  "the dependencies": ["node_modules/.prisma/client/index.d.ts", "@prisma/client"],
} as const;

const uses = {
  nothing: "",
  create: 'export const a = db.user.create({ data: { name: "x", handle: "x" } });',
  rows: 'export const a = db.user.createMany({ data: [{ name: "x", handle: "x" }] });',
  select: "export const a = db.user.findMany({ select: { id: true, handle: true } });",
  omit: "export const a = new PrismaClient({ omit: { user: { handle: true } } });",
  input: 'export const a: Prisma.UserCreateInput = { name: "x", handle: "x" };',
  satisfies: "export const a = { handle: true } satisfies Prisma.UserSelect;",
  fixture: 'export const a: User = { id: 1, name: "x", handle: "x" };',
  read: "export const a = (user: User): Shown => ({ id: user.id, handle: user.handle });",
  destructured: "export const a = (users: User[]) => users.map(({ id, handle }) => ({ id, handle }));",
  awaited: "export const a = async () => (await db.user.findMany()).map((user) => user.handle);",
  returned: "export function a(user: User): Shown { return user; }",
  assigned: "export const a = (user: User) => { const shown: Shown = user; return shown; };",
  "handed over": "export const a = (user: User) => show(user);",
  list: "export const a = (users: User[]): Shown[] => users;",
};

function project(text: string, [file, from]: readonly [string, string], use = ""): Files {
  return {
    "tsconfig.json": tsconfig(),
    [file]: text,
    "node_modules/@prisma/client/index.d.ts": 'export * from "../../.prisma/client/index";\n',
    "src/shown.ts":
      "export interface Shown { id: number; handle: string }\nexport function show(shown: Shown) { return shown; }\n",
    "src/use.ts": `import { Prisma, PrismaClient, type User } from "${from}";
import { type Shown, show } from "./shown";
declare const db: PrismaClient;
${use}
`,
  };
}

const checkUse = (text: string, place: readonly [string, string], use: string) =>
  check(project(text, place), project(text, place, use), {
    generated: ["src/generated/prisma/"],
    watched: ["src/use.ts"],
  });

test.each(Object.entries(places))(
  "in %s: what only an older client does not know is unknown, not wrong",
  (_, place) => {
    for (const [name, use] of Object.entries(uses)) {
      expect(checkUse(old, place, use), name).toEqual({ errors: [], isExact: false, isChecked: true });
      expect(checkUse(fresh, place, use), name).toEqual({ errors: [], isExact: true, isChecked: true });
    }
  },
);

test.each([
  ["another field", old, uses.create.replace("handle", "nick"), 2353],
  [
    "the planned field and another",
    old,
    "export const a = (user: User): { handle: string; nick: string } => user;",
    2739,
  ],
  [
    "a type that nobody generates",
    old,
    'export const a: Shown = { id: 1, handle: "x" };\nexport const b = (row: { id: number }) => row.handle;',
    2339,
  ],
  [
    "a value of the wrong type, for a client that knows the field",
    fresh,
    uses.create.replace('handle: "x"', "handle: 1"),
    2322,
  ],
  ["a field that is missing, for a client that knows it", fresh, 'export const a: User = { id: 1, name: "x" };', 2741],
])("%s is an error", (_, text, use, code) => {
  const { errors } = checkUse(text, places["a folder of the project"], use);
  expect(errors.map((error) => error.code)).toEqual([code]);
  expect(said({ errors })[0]).toMatch(/^src\/use\.ts:[45] /);
});
