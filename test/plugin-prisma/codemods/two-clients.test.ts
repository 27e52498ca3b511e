import { expect, test } from "vitest";
import type {
  GeneratedClient,
  GeneratedClients,
  OtherClient,
} from "../../../core/src/code/project/generated-clients.js";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { chooseAll } from "../../support/choices.js";
import { generatedClients } from "../../support/generated-clients.js";
import { apply, editFor, type Files, shopModels, transforms, undo, withoutTypes } from "./phases.js";

/**
 * Every call says whose it is by the name that it writes: "own" gets the column, "other" gets nothing and is not listed, "unclear" is
 * listed and not edited. `new PrismaClient(…)` says it by its log.
 */
interface Variant {
  readonly name: string;
  readonly own?: Partial<GeneratedClient>;
  readonly other?: Partial<OtherClient>;
  readonly files: Readonly<Record<string, string>>;
}

const home = { folder: ".", name: "app" };
const clientsOf = ({ own, other }: Pick<Variant, "own" | "other">): GeneratedClients => ({
  own: { schema: "prisma/schema.prisma", folders: ["src/generated/prisma"], modules: [], home, ...own },
  others: [
    {
      schema: "prisma/analytics.prisma",
      folders: ["src/generated/analytics"],
      modules: [],
      home,
      models: shopModels(),
      isLocal: false,
      ...other,
    },
  ],
});
/** The clients under the names that most variants have for them. */
const imports = `
  import { PrismaClient as AnalyticsClient, Prisma as Analytics } from "./generated/analytics/client";
  import { PrismaClient, Prisma } from "./generated/prisma/client";
`;
const row = (whose: string) => `{ data: { email: "a@b.c", name: "${whose}" } }`;
const both = (own: string, other: string) => `
  ${own}.user.create(${row("own")});
  ${other}.user.create(${row("other")});
`;
const clientsFile = `${imports}
  export const prisma = new PrismaClient({ log: ["own"] });
  export const analytics = new AnalyticsClient({ log: ["other"] });
`;
/** A file with the code of a variant beside one that exports a client of each. */
const beside = (code: string, file = "src/code.ts") => ({ "src/clients.ts": clientsFile, [file]: code });
const fromClients = `import { analytics, prisma } from "./clients";`;

const variants: readonly Variant[] = [
  { name: "constants of the file", files: { "src/code.ts": `${clientsFile}${both("prisma", "analytics")}` } },
  {
    name: "parameter properties with a default, and their transactions",
    files: beside(`${fromClients}
      export class Users {
        constructor(private readonly db = prisma, private readonly stats = analytics) {}
        add() { ${both("this.db", "this.stats")} }
        all() {
          this.db.$transaction((tx) => tx.user.create(${row("own")}));
          this.stats.$transaction((tx) => tx.user.create(${row("other")}));
        }
      }`),
  },
  { name: "constants of another file", files: beside(`${fromClients}${both("prisma", "analytics")}`) },
  {
    name: "re-exported under other names",
    files: {
      "src/clients.ts": `
        export { PrismaClient as AnalyticsClient } from "./generated/analytics/client";
        export * from "./generated/prisma/client";`,
      "src/code.ts": `
        import { AnalyticsClient, PrismaClient } from "./clients";
        export const make = () => new AnalyticsClient({ log: ["other"] });
        const analytics = make();
        const prisma: PrismaClient = kept();
        ${both("prisma", "analytics")}`,
    },
  },
  {
    name: "a default export beside a named one",
    files: {
      "src/db.ts": `${imports}
        const prisma = new PrismaClient({ log: ["own"] });
        export const analytics = new AnalyticsClient({ log: ["other"] });
        export default prisma;`,
      "src/code.ts": `import db, { analytics } from "./db"; ${both("db", "analytics")}`,
    },
  },
  {
    name: "services that extend clients",
    files: {
      "src/services.ts": `${imports}
        export class PrismaService extends PrismaClient { constructor() { super({ log: ["own"] }); } }
        export class AnalyticsService extends AnalyticsClient { constructor() { super({ log: ["other"] }); } }
        export class Own extends PrismaService { add() { return this.user.create(${row("own")}); } }
        export class Other extends AnalyticsService { add() { return this.user.create(${row("other")}); } }`,
      "src/code.ts": `
        import { AnalyticsService, PrismaService } from "./services";
        class Users {
          private readonly db: AnalyticsService;
          constructor(private prisma: PrismaService, db: AnalyticsService) { this.db = db; }
          add() { ${both("this.prisma", "this.db")} }
        }
        export const main = (app) => { const db = app.get(AnalyticsService); ${both("app.get(PrismaService)", "db")} };`,
    },
  },
  {
    name: "a client that a base class keeps",
    files: {
      "src/base.ts": `${imports}
        export abstract class Repository { constructor(protected readonly db: AnalyticsClient, protected readonly prisma: PrismaClient) {} }`,
      "src/code.ts": `
        import { Repository } from "./base";
        export class Users extends Repository { add() { ${both("this.prisma", "this.db")} } }`,
    },
  },
  {
    name: "members that a constructor sets",
    files: beside(`${fromClients}
      export class Users {
        own; other = analytics;
        constructor() { this.own = prisma; }
        add() { ${both("this.own", "this.other")} }
      }`),
  },
  {
    name: "transactions",
    files: beside(`${fromClients}
      prisma.$transaction(async (tx) => { tx.user.create(${row("own")}); analytics.user.create(${row("other")}); });
      analytics.$transaction(async (tx) => { tx.user.create(${row("other")}); prisma.user.create(${row("own")}); });
      analytics.$transaction(async function (prisma) { prisma.user.create(${row("other")}); });
      analytics.$transaction([analytics.user.create(${row("other")})]);`),
  },
  {
    name: "declared types",
    files: {
      "src/code.ts": `${imports}
        type Tx = Parameters<Parameters<AnalyticsClient["$transaction"]>[0]>[0];
        type Db = AnalyticsClient | Analytics.TransactionClient;
        interface OwnDb extends PrismaClient {}
        export function one(prisma: AnalyticsClient, db: OwnDb) { ${both("db", "prisma")} }
        export function two(prisma: Db, db: Prisma.TransactionClient) { ${both("db", "prisma")} }
        export function three(prisma: Tx, db: Omit<PrismaClient, "$on">) { ${both("db", "prisma")} }
        export function four<A extends AnalyticsClient, P extends PrismaClient>(a: A, p: P) { ${both("p", "a")} }
        export function five({ db, prisma }: { db: PrismaClient; prisma: import("./generated/analytics/client").PrismaClient }) { ${both("db", "prisma")} }
        export const six = (prisma = new AnalyticsClient()) => prisma.user.create(${row("other")});
        export const seven = (db: { user: PrismaClient["user"] }, prisma: { user: AnalyticsClient["user"] }) => { ${both("db", "prisma")} };`,
    },
  },
  {
    name: "extended, kept and made by functions",
    files: {
      "src/code.ts": `${imports}
        const make = () => new AnalyticsClient({ log: ["other"] }).$extends({});
        const kept = globalThis as unknown as { prisma?: PrismaClient; analytics: ReturnType<typeof make> | undefined };
        const prisma = (kept.prisma ?? new PrismaClient({ log: ["own"] })).$extends({ model: {} });
        const analytics = kept.analytics ?? make();
        let client: AnalyticsClient | undefined;
        export function getAnalytics() { client ??= new AnalyticsClient(); return client; }
        export async function connect(): Promise<PrismaClient> { return null!; }
        type Extended = typeof analytics;
        export async function run(db: Extended) {
          ${both("prisma", "analytics")}
          ${both("(await connect())", "getAnalytics()")}
          db.user.create(${row("other")});
          const inner = getAnalytics();
          inner.user.create(${row("other")});
        }
        const cached = remember("analytics", () => new AnalyticsClient());
        cached.user.create(${row("other")});
        declare function remember<T>(name: string, make: () => T): T;`,
    },
  },
  {
    name: "delegates",
    files: beside(`${fromClients}
      import { analytics as PrismaAnalytics } from "./clients";
      const visitors = analytics.user;
      visitors.create(${row("other")});
      const users = prisma.user;
      users.create(${row("own")});
      const db = analytics;
      const { user } = db;
      user.create(${row("other")});
      export const add = ({ users, visitors }: { users: (typeof prisma)["user"]; visitors: (typeof PrismaAnalytics)["user"] }) => {
        users.create(${row("own")});
        visitors.create(${row("other")});
      };
      export class Store { private users = prisma.user; private visitors = analytics.user;
        add() { this.users.create(${row("own")}); this.visitors.create(${row("other")}); } }`),
  },
  {
    name: "objects with a client of each",
    files: beside(`${fromClients}
      const clients = { prisma, db: analytics } as const;
      ${both("clients.prisma", "clients.db")}
      const createContext = () => ({ prisma, analytics });
      type Context = Awaited<ReturnType<typeof createContext>>;
      export const handler = (ctx: Context) => { ${both("ctx.prisma", "ctx.analytics")} };
      export function other() { const { analytics: db } = createContext(); db.user.create(${row("other")}); }
      export function own() { const ctx = createContext(); ${both("ctx.prisma", "ctx.analytics")} }
      export interface Deps { prisma: typeof prisma; analytics: typeof analytics }
      export const make = ({ prisma: db, analytics: prisma }: Deps) => { ${both("db", "prisma")} };`),
  },
  {
    name: "what cannot be told",
    files: beside(`${fromClients}
      for (const db of [prisma, analytics]) db.user.create(${row("unclear")});
      export const pick = (isOwn: boolean) => { const db = isOwn ? prisma : analytics; db.user.create(${row("unclear")}); };
      export const add = ({ ctx }) => ctx.prisma.user.create(${row("unclear")});
      export const order = ({ ctx }) => ctx.prisma.user.update({ where: { id: 1 }, data: { email: "x", name: "unclear" } });`),
  },
  {
    name: "the default client is planned",
    own: { folders: [], modules: ["@prisma/client", ".prisma/client"] },
    files: {
      "src/code.ts": `
        import { PrismaClient } from "@prisma/client";
        import * as analytics from "./generated/analytics/client";
        const prisma = new PrismaClient({ log: ["own"] });
        const db = new analytics.PrismaClient({ log: ["other"] });
        ${both("prisma", "db")}`,
    },
  },
  {
    name: "the default client is another schema's",
    other: { folders: [], modules: ["@prisma/client", ".prisma/client"] },
    files: {
      "src/code.ts": `
        import pkg from "@prisma/client";
        import { PrismaClient as Own } from "./generated/prisma/client";
        const { PrismaClient } = pkg;
        const prisma = new PrismaClient({ log: ["other"] });
        const db = new Own({ log: ["own"] });
        ${both("db", "prisma")}`,
    },
  },
  {
    name: "clients among the dependencies",
    own: { folders: ["node_modules/@acme/main-client"], modules: ["@acme/main-client"] },
    other: { folders: ["node_modules/@prisma/analytics"], modules: ["@prisma/analytics"] },
    files: {
      "src/code.ts": `
        import { PrismaClient } from "@prisma/analytics";
        import { PrismaClient as Own } from "@acme/main-client";
        const prisma = new PrismaClient({ log: ["other"] });
        const db = new Own({ log: ["own"] });
        ${both("db", "prisma")}`,
    },
  },
  {
    name: "transactions of clients among the dependencies",
    own: { folders: ["node_modules/@acme/main-client"], modules: ["@acme/main-client"] },
    other: { folders: ["node_modules/@prisma/analytics"], modules: ["@prisma/analytics"] },
    files: {
      "src/code.ts": `
        import { PrismaClient } from "@prisma/analytics";
        import { PrismaClient as Own } from "@acme/main-client";
        export const add = (prisma: PrismaClient, db: Own) => {
          db.$transaction((tx) => tx.user.create(${row("own")}));
          prisma.$transaction((tx) => tx.user.create(${row("other")}));
        };`,
    },
  },
  {
    name: "clients that code of the app makes of another one",
    files: beside(`${fromClients}
      import { PrismaClient as AnalyticsClient } from "./generated/analytics/client";
      function statsOf(db) { return db.isReplica ? anything() : new AnalyticsClient(); }
      const stats = statsOf(prisma);
      stats.user.create(${row("unclear")});
      const some = makeClient(prisma);
      some.user.create(${row("unclear")});
      const a = b(c), c = b(a);
      a.user.create(${row("unclear")});`),
  },
  {
    name: "CommonJS",
    own: { folders: [], modules: ["@prisma/client", ".prisma/client"] },
    other: { folders: ["node_modules/@prisma/analytics"], modules: ["@prisma/analytics"] },
    files: {
      "src/clients.js": `
        const { PrismaClient: AnalyticsClient } = require("@prisma/analytics");
        const { PrismaClient } = require("@prisma/client");
        const prisma = new PrismaClient({ log: ["own"] });
        const analytics = new AnalyticsClient({ log: ["other"] });
        ${both("prisma", "analytics")}
        module.exports = { prisma, analytics };`,
      "src/db.js": `const { analytics } = require("./clients"); module.exports = analytics;`,
      "src/required.js": `
        const { prisma, analytics } = require("./clients");
        const clients = require("./clients");
        const db = require("./db");
        ${both("prisma", "analytics")}
        ${both("clients.prisma", "clients.analytics")}
        db.user.create(${row("other")});`,
      "src/code.js": `
        const { PrismaClient } = require("@prisma/analytics");
        const prisma = new PrismaClient({ log: ["other"] });
        prisma.user.create(${row("other")});
        module.exports = (db) => db.user.create(${row("unclear")});`,
    },
  },
  {
    name: "path aliases and imports of the package",
    files: {
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@clients/*": ["./src/generated/*"] } } }`,
      "package.json": `{ "name": "app", "imports": { "#analytics": "./src/generated/analytics/index.js" } }`,
      "src/code.ts": `
        import { PrismaClient } from "@clients/prisma";
        import { PrismaClient as First } from "@clients/analytics";
        import { PrismaClient as Second } from "#analytics";
        const prisma = new PrismaClient({ log: ["own"] });
        const first = new First({ log: ["other"] });
        first.user.create(${row("other")});
        const other = new Second({ log: ["other"] });
        ${both("prisma", "other")}`,
    },
  },
  {
    name: "aliases of a bundler",
    files: {
      "src/code.ts": `
        import { PrismaClient } from "@/generated/prisma/client";
        import { PrismaClient as First } from "~/generated/analytics/client";
        const prisma = new PrismaClient({ log: ["own"] });
        const other = new First({ log: ["other"] });
        ${both("prisma", "other")}`,
    },
  },
  {
    name: "packages of a workspace",
    own: { folders: [], modules: ["@prisma/client"], home: { folder: "packages/db", name: "@acme/db" } },
    other: { folders: [], modules: ["@prisma/client"], home: { folder: "packages/stats", name: "@acme/stats-db" } },
    files: {
      "package.json": `{ "workspaces": ["packages/*", "apps/*"] }`,
      "packages/db/package.json": `{ "name": "@acme/db", "main": "src/index.ts" }`,
      "packages/db/src/index.ts": `
        import { PrismaClient } from "@prisma/client";
        export * from "@prisma/client";
        export const prisma = new PrismaClient({ log: ["own"] });`,
      "packages/stats/package.json": `{ "name": "@acme/stats-db", "main": "src/index.ts" }`,
      "packages/stats/src/index.ts": `
        import { PrismaClient } from "@prisma/client";
        export * from "@prisma/client";
        export const prisma = new PrismaClient({ log: ["other"] });`,
      "apps/web/src/code.ts": `
        import { prisma } from "@acme/db";
        import { prisma as stats, type PrismaClient } from "@acme/stats-db";
        ${both("prisma", "stats")}
        export const add = (db: PrismaClient) => db.user.create(${row("other")});`,
    },
  },
  {
    name: "an example with a schema of its own",
    own: { folders: [], modules: ["@prisma/client"] },
    other: { folders: [], modules: ["@prisma/client"], home: { folder: "examples/shop", name: "shop" }, isLocal: true },
    files: {
      "src/code.ts": `
        import { PrismaClient } from "@prisma/client";
        export const prisma = new PrismaClient({ log: ["own"] });
        import { PrismaClient as Wrapped } from "./wrapped/client";
        export const wrapped = new Wrapped({ log: ["own"] });
        export const add = ({ ctx }) => ctx.db.user.create(${row("own")});`,
      "examples/shop/src/code.ts": `
        import { PrismaClient } from "@prisma/client";
        export const prisma = new PrismaClient({ log: ["other"] });
        prisma.user.create(${row("other")});
        export const add = ({ ctx }) => ctx.db.user.create(${row("unclear")});`,
    },
  },
  {
    name: "packages that were not read",
    own: { home: { folder: ".", name: "@acme/db" } },
    other: { folders: ["../stats/src/generated"], home: { folder: "../stats", name: "@acme/stats-db" } },
    files: {
      "../web/src/code.ts": `
        import { prisma } from "@acme/db";
        import { prisma as stats } from "@acme/stats-db";
        import { prisma as third } from "@acme/third-db";
        ${both("prisma", "stats")}
        third.user.create(${row("unclear")});`,
    },
  },
  {
    name: "inputs, rows and selections by type",
    files: {
      "src/code.ts": `${imports}
        import type { User } from "./generated/prisma/client";
        import type { User as Visitor } from "./generated/analytics/client";
        export const own: Prisma.UserCreateInput = { email: "a", name: "own" };
        export const other: Analytics.UserCreateInput = { email: "a", name: "other" };
        export const list: Analytics.UserCreateManyInput[] = [{ email: "a", name: "other" }];
        export const visitor: Visitor = { id: 1, email: "a", name: "other", createdAt: new Date(0), updatedAt: new Date(0) };
        export const user: User = { id: 1, email: "a", name: "own", createdAt: new Date(0), updatedAt: new Date(0) };
        export const payload: Analytics.UserGetPayload<{}> = { id: 1, email: "a", name: "other", createdAt: new Date(0), updatedAt: new Date(0) };`,
    },
  },
  {
    name: "members of members, getters and super",
    files: beside(`${fromClients}
      ${imports}
      class Connections { readonly own = prisma; get db() { return analytics; } }
      export class Service extends AnalyticsClient<Analytics.PrismaClientOptions, "query"> {
        constructor(private readonly connections: Connections) { super({ log: ["other"] }); }
        add() { super.user.create(${row("other")}); ${both("this.connections.own", "this.connections.db")} }
      }
      ${both("new Connections().own", "new Connections().db")}`),
  },
  {
    name: "everything that a file exports under one name",
    files: {
      ...beside(`import * as clients from "./clients"; import { store } from "./store";
        ${both("clients.prisma", "clients.analytics")}
        ${both("store.own", "store.other")}`),
      "src/store.ts": `${fromClients} export const store = { own: prisma, other: analytics };
        export const add = () => { ${both("store.own", "store.other")} };`,
    },
  },
  {
    name: "members that a module of a framework gets",
    files: beside(`import type { FastifyInstance } from "fastify";
      ${imports}
      declare module "fastify" {
        interface FastifyInstance { prisma: PrismaClient; stats: AnalyticsClient }
      }
      export async function routes(app: FastifyInstance) { ${both("app.prisma", "app.stats")} }
      export const untyped = async (app) => app.prisma.user.create(${row("unclear")});`),
  },
  {
    name: "constants and types that lead in circles",
    files: {
      "src/code.ts": `${imports}
        export const a = b; export const b = a;
        type A = B; type B = A;
        type C = ReturnType<typeof c>; declare function c(): C;
        a.user.create(${row("unclear")});
        a.db.user.create(${row("unclear")});
        export const of = (x: A, y: C) => {
          x.db.user.create(${row("unclear")});
          y.db.user.create(${row("unclear")});
          x.user.create(${row("unclear")});
        };
        export class Loop extends Loop { add() { this.db.user.create(${row("unclear")}); } }`,
    },
  },
  {
    name: "clients of modules that say nothing",
    files: {
      "src/code.ts": `
        import { PrismaClient } from "@acme/third-db";
        import { enhance } from "@zenstackhq/runtime";
        import { PrismaClient as Analytics } from "./generated/analytics/client";
        const prisma = new PrismaClient({ log: ["unclear"] });
        prisma.user.create(${row("unclear")});
        const enhanced = enhance(new Analytics({ log: ["other"] }), prisma.audit);
        enhanced.user.create(${row("other")});`,
    },
  },
  {
    name: "a dynamic import",
    files: {
      "src/code.ts": `
        export async function run() {
          const { PrismaClient } = await import("./generated/analytics/client");
          const prisma = new PrismaClient({ log: ["other"] });
          prisma.user.create(${row("other")});
          const { PrismaClient: Own } = await import("./generated/prisma/client");
          const db = new Own();
          db.user.create(${row("own")});
        }`,
    },
  },
];

/** The variants that names answer as well as types. */
const sureByNames = new Set([
  "constants of the file",
  "constants of another file",
  "a default export beside a named one",
  "what cannot be told",
  "clients among the dependencies",
  "path aliases and imports of the package",
  "aliases of a bundler",
  "packages of a workspace",
  "an example with a schema of its own",
  "packages that were not read",
  "everything that a file exports under one name",
  "constants and types that lead in circles",
  "clients of modules that say nothing",
]);

const all = variants.map((variant) => [variant.name, variant] as const);

test.each(all)("%s", async (_, variant) => {
  const { listed, unclear, ...made } = await expand(variant, {});
  expect(made.wrong).toEqual([]);
  expect(listed.sort()).toEqual(unclear.sort());
  expect(made.kinds).toEqual(unclear.map(() => "possible"));
});

test.each(all)(
  "%s, without types: nothing of the other client is edited, and what is not sure is listed",
  async (_, variant) => {
    const { listed, unclear, wrong, lines } = await expand(variant, withoutTypes);
    if (sureByNames.has(variant.name)) expect([wrong, listed.sort()]).toEqual([[], unclear.sort()]);
    expect(wrong.filter((each) => !each.includes('"own"'))).toEqual([]);
    const missing = lines.filter((each) => wrong.some((row) => each.includes(row)));
    // What only a declared type tells is not found: a delegate, a row, an input.
    const isTold = (each: string) => listed.includes(each) || /^(?:users\.create|export const \w+: )/.test(each);
    expect(missing.filter((each) => !isTold(each))).toEqual([]);
  },
);

async function expand(variant: Variant, types: Partial<typeof withoutTypes>) {
  const files: Files = Object.entries(variant.files).map(([file, text]) => ({ file, text }));
  const { changes, places } = await editFor("expand", files, [], { clients: clientsOf(variant), ...types });
  const after = new Map(changes.map((change) => [change.file, change.after ?? ""]));
  const linesOf = (file: string) =>
    (after.get(file) ?? variant.files[file] ?? "").split("\n").map((each) => each.trim());
  const lines = files.flatMap(({ file }) => linesOf(file));
  return {
    lines,
    unclear: lines.filter((each) => each.includes('"unclear"')),
    wrong: files.flatMap(({ file, text }) => judge(after.get(file) ?? text)),
    listed: places.map(({ file, line }) => linesOf(file)[line - 1] ?? ""),
    kinds: places.map(({ kind }) => kind),
  };
}

test("what both clients are given gets nothing that one of them does not take", async () => {
  const files: Files = [
    { file: "src/clients.ts", text: clientsFile.replaceAll(/\{ log: [^}]*\}/g, "") },
    {
      file: "src/code.ts",
      text: `${fromClients}
        export const shared = { id: true, email: true, name: true, createdAt: true, updatedAt: true };
        export const data = { email: "a", name: "b" };
        export const add = () => [prisma.user.create({ data }), analytics.user.create({ data })];
        export const list = () => [prisma.user.findMany({ select: shared }), analytics.user.findMany({ select: shared })];`,
    },
  ];
  const column = { clients: clientsOf({}), choose: chooseAll };
  const expanded = await editFor("expand", files, [], column);
  expect(expanded.changes.map(({ file }) => file)).toEqual(["src/clients.ts"]);
  expect(expanded.places).toMatchObject([{ file: "src/code.ts", line: 4, what: "add: data of prisma.user.create" }]);
  const opened = await editFor("switch", files, expanded.edits, column);
  expect(opened.changes).toEqual([]);
});

test("a select that may be the other client's is edited where a person chooses it, and taken back", async () => {
  const all = "{ id: true, email: true, name: true, createdAt: true, updatedAt: true }";
  const code = `export const list = ({ ctx }) => ctx.db.user.findMany({ select: ${all} });`;
  const files: Files = [
    { file: "src/clients.ts", text: clientsFile },
    { file: "src/code.ts", text: code },
  ];
  const clients = clientsOf({});
  const unasked = await editFor("switch", files, [], { clients });
  expect(unasked.changes).toEqual([]);
  expect(unasked.places).toMatchObject([{ kind: "possible", what: "list: select of db.user.findMany" }]);
  const chosen = await editFor("switch", files, [], { clients, choose: chooseAll });
  const after = apply(files, chosen);
  expect(after[1]?.text).toContain("updatedAt: true, handle: true }");
  expect(apply(after, await undo(after, chosen.edits, { clients }))).toEqual(files);
});

test("a schema of all columns is not edited unasked where the other client's model has them all", async () => {
  const fields = "email: z.string(), name: z.string(), createdAt: z.date(), updatedAt: z.date()";
  const text = `import { z } from "zod";\nexport const userResponse = z.object({ id: z.number(), ${fields} });`;
  const files: Files = [{ file: "src/code.ts", text }];
  const clients = clientsOf({});
  const { changes, places } = await editFor("switch", files, [], { clients });
  expect(changes).toEqual([]);
  expect(places.map(({ kind }) => kind)).not.toContain("likely");
  // With one client it is.
  expect((await editFor("switch", files, [])).changes).toHaveLength(1);
});

test("rows that may be sent with what is internal are listed, those of the other client are not", async () => {
  const send = (client: string) => `app.get("/${client}", async () => ${client}.user.findMany());\n`;
  const code = `${fromClients}\n${send("prisma")}${send("analytics")}${send("app.db")}
    app.get("/ids", async () => app.db.user.findMany({ select: { id: true } }));`;
  const files: Files = [
    { file: "src/clients.ts", text: clientsFile },
    { file: "src/code.ts", text: code },
  ];
  const { places } = await editFor("switch", files, [], { clients: clientsOf({}), exposure: "internal" });
  expect(places.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
    "required rows of prisma.user.findMany",
    "possible rows of app.db.user.findMany",
  ]);
});

test.each([
  ["with types", {}, ["any"]],
  ["without", withoutTypes, ["any", "seen", "shown"]],
] as const)("a copy of a row that may be the other client's is listed, %s", async (_, types, names) => {
  const columns = ["id", "email", "name", "createdAt", "updatedAt"].map((name) => `${name}: user.${name}`).join(", ");
  const code = `${fromClients}
    import type { User as Visitor } from "./generated/analytics/client";
    export const seen = (user: Visitor) => ({ ${columns} });
    export const shown = async () => { const user = await analytics.user.findFirst(); return { ${columns} }; };
    export const any = (user) => ({ ${columns} });`;
  const files: Files = [
    { file: "src/clients.ts", text: clientsFile },
    { file: "src/code.ts", text: code },
  ];
  const { changes, places } = await editFor("switch", files, [], { clients: clientsOf({}), ...types });
  expect(changes).toEqual([]);
  expect(places.map(({ kind, what }) => `${kind} ${what}`).sort()).toEqual(
    names.map((name) => `possible ${name}: copy of User`),
  );
});

test("SQL that inserts rows is listed, but for what the other client is given", async () => {
  const insert = (client: string) => `${client}.$executeRaw\`INSERT INTO "User" ("email", "name") VALUES (1, 2)\``;
  const code = `${fromClients}
    const extended = { own: prisma.$extends({}), other: analytics.$extends({}) };
    export const own = () => [${insert("prisma")},
      ${insert("extended.own")},
      prisma.$transaction((tx) => ${insert("tx")}),
      extended.own.$transaction((tx) => ${insert("tx")})];
    export const other = () => [${insert("analytics")}, ${insert("extended.other")},
      analytics.$transaction((tx) => ${insert("tx")}),
      extended.other.$transaction((tx) => ${insert("tx")})];`;
  const files: Files = [
    { file: "src/clients.ts", text: clientsFile },
    { file: "src/code.ts", text: code },
  ];
  const { places } = await editFor("expand", files, [], { clients: clientsOf({}) });
  expect(places.map(({ kind, line }) => [kind, line])).toEqual([3, 4, 5, 6].map((line) => ["required", line]));
});

test("types of a client that is re-exported under another name say whose they are", async () => {
  const columns = "id: true, email: true, name: true, createdAt: true, updatedAt: true";
  const files: Files = [
    { file: "src/own.ts", text: 'export * as db from "./generated/prisma/client";' },
    { file: "src/other.ts", text: 'export * as db from "./generated/analytics/client";' },
    {
      file: "src/code.ts",
      text: `import { db } from "./own";
        import { db as stats } from "./other";
        export const own = { ${columns} } satisfies db.Prisma.UserSelect;
        export const other = { ${columns} } satisfies stats.Prisma.UserSelect;
        export const rows: db.Prisma.UserCreateInput[] = [{ email: "a", name: "own" }];
        export const others: stats.Prisma.UserCreateInput[] = [{ email: "a", name: "other" }];`,
    },
  ];
  for (const phase of ["expand", "switch"] as const) {
    const result = await editFor(phase, files, [], { clients: clientsOf({}), choose: chooseAll });
    const lines = apply(files, result)[2]?.text.split("\n") ?? [];
    expect(lines.flatMap((each, at) => (each.includes("handle") ? [at + 1] : []))).toEqual([
      phase === "expand" ? 5 : 3,
    ]);
  }
});

test("contract asks about rows of which nothing says whose client writes them", async () => {
  const code = `${imports}
    export const add = ({ ctx }) => ctx.prisma.user.create(${row("unclear")});
    export const load = ({ ctx }, rows) => ctx.prisma.user.createMany({ data: rows });
    export const put = ({ ctx }, row) => ctx.prisma.user.upsert({ where: { id: 1 }, update: {}, create: row });`;
  const write = { kind: "write", model: "User", field: "handle", value: { kind: "sql", sql: "lower(email)" } } as const;
  const { places, changes } = await planCodeEdits({
    root: generatedClients(),
    files: [{ file: "src/code.ts", text: code }],
    models: shopModels(),
    clients: clientsOf({}),
    intents: [{ ...write, isCodeOnly: true }],
    transforms,
    earlier: [],
  });
  expect(changes).toEqual([]);
  const asked = places.filter(({ mayLeaveOut }) => mayLeaveOut);
  expect(asked.map(({ what, kind }) => [what, kind])).toEqual([
    ["add: data of prisma.user.create", "possible"],
    ["load: data of prisma.user.createMany", "possible"],
    ["put: create of prisma.user.upsert", "possible"],
  ]);
});

test("a unique key that goes away is looked for where its client may be called", async () => {
  const find = (client: string) => `${client}.user.findUnique({ where: { email } });`;
  const files: Files = [
    { file: "src/clients.ts", text: clientsFile },
    {
      file: "src/code.ts",
      text: `${fromClients}
        export const find = ({ ctx, email }) => { ${find("prisma")}
        ${find("analytics")}
        ${find("ctx.db")} };`,
    },
  ];
  const leave = {
    kind: "leaveUnique",
    model: "User",
    field: "name",
    value: { kind: "none" },
    unique: "email",
  } as const;
  const { places } = await planCodeEdits({
    root: generatedClients(),
    files,
    models: shopModels(),
    clients: clientsOf({}),
    intents: [leave],
    transforms,
    earlier: [],
  });
  expect(places.map(({ kind, line }) => [kind, line])).toEqual([
    ["required", 2],
    ["possible", 4],
  ]);
});

/** The rows and options that did not get what they should, or got what they should not. */
function judge(text: string): string[] {
  const rows = [...text.matchAll(/\{ (?:id: 1, )?email: "[^"]*", name: "(own|other|unclear)"[^}]*\}/g)];
  const options = [...text.matchAll(/\{ log: \["(own|other|unclear)"\].*?\}\)/g)];
  expect(rows.length + options.length).toBe([...text.matchAll(/(?:name: |\[)"(?:own|other|unclear)"/g)].length);
  return [...rows, ...options]
    .filter(([found, whose]) => /\bhandle\b/.test(found) !== (whose === "own"))
    .map(([found]) => found);
}
