import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { type CodeDocument, codeDocument, type TextEdit } from "../../../core/src/cli/code-document.js";
import { CodeDesk } from "../../support/code-desk.js";
import { isValidCode } from "../../support/code-schema.js";

// The project is in packages/db of its repository.

const prisma = {
  "prisma/schema.prisma": `generator client {
  provider = "prisma-client"
  output   = "../src/generated/prisma"
}
datasource db {
  provider = "postgresql"
}
enum Plan {
  FREE
  PRO
}
model User {
  id    Int    @id @default(autoincrement())
  email String @unique
  name  String
  city  String
  /// How the person is called
  alias String?
  plan  Plan   @default(FREE)
}
`,
  "prisma/migrations/20260101000000_init/migration.sql":
    'CREATE TABLE "User" ("id" SERIAL, "email" TEXT NOT NULL, "name" TEXT NOT NULL, "city" TEXT NOT NULL);\n',
  "prisma/migrations/20260102000000_alias/migration.sql": 'ALTER TABLE "User" ADD COLUMN "alias" TEXT;\n',
  "tsconfig.json":
    '{ "compilerOptions": { "strict": true, "skipLibCheck": true, "types": [], "module": "esnext", "moduleResolution": "bundler", "noEmit": true }, "include": ["src"] }\n',
  "src/db.ts": `import { PrismaClient } from "./generated/prisma/client";\nexport const prisma = new PrismaClient({} as never);\n`,
  "src/users.ts": `import { prisma } from "./db";

export interface Profile {
  id: number;
  email: string;
  name: string;
  city: string;
}

export interface NewUser {
  email: string;
  name: string;
  city: string;
}

export const createUser = ({ email, name, city }: NewUser) =>
  prisma.user.create({ data: { email, name, city } });

export const listUsers = () =>
  prisma.user.findMany({ select: { id: true, email: true, city: true } });

export async function profile(id: number): Promise<Profile> {
  const user = await prisma.user.findUniqueOrThrow({ where: { id } });
  return { id: user.id, email: user.email, name: user.name, city: user.city };
}
`,
  "src/sql.ts": `import { prisma } from "./db";\nexport const rows = () => prisma.$queryRaw\`SELECT "id", "email", "name", "city" FROM "User"\`;\n`,
};

const typeorm = {
  "tsconfig.json": prisma["tsconfig.json"].replace('"noEmit"', '"experimentalDecorators": true, "noEmit"'),
  "src/user.entity.ts": `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("User")
export class User {
  @PrimaryGeneratedColumn() id!: number;
  @Column() email!: string;
  @Column() name!: string;
  @Column() city!: string;
  @Column({ type: "varchar", nullable: true }) alias!: string | null;
}
`,
  "src/users.ts": `import type { Repository } from "typeorm";
import type { User } from "./user.entity";

export interface Profile {
  id: number;
  email: string;
  name: string;
  city: string;
}

export interface NewUser {
  email: string;
  name: string;
  city: string;
}

export const createUser = (users: Repository<User>, { email, name, city }: NewUser) =>
  users.save(users.create({ email, name, city }));

export const listUsers = (users: Repository<User>) =>
  users.find({ select: { id: true, email: true, city: true } });

export async function profile(users: Repository<User>, id: number): Promise<Profile> {
  const user = await users.findOneByOrFail({ id });
  return { id: user.id, email: user.email, name: user.name, city: user.city };
}
`,
};

const selected = "{ id: true, email: true, city: true }";

let desk: CodeDesk;
afterEach(() => desk?.close());

const top = () => join(desk.root, "../..");
const git = (...args: string[]) => execFileSync("git", args, { cwd: top(), encoding: "utf8" });
async function open(orm: "prisma" | "typeorm", files: Readonly<Record<string, string>>): Promise<void> {
  desk = CodeDesk.take(files, orm);
  await desk.install();
  desk.write("../../.gitignore", "node_modules\ngenerated\n");
  git("init", "--quiet");
  git("add", "-A");
  git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-qm", "Start");
}

/** What the command prints, as `main` completes it. */
async function handedOver(options: Parameters<CodeDesk["code"]>[0] = {}): Promise<CodeDocument> {
  const { json } = await desk.code({ name: "User.alias", isJson: true, ...options });
  const document = JSON.parse(JSON.stringify({ schemaVersion: 1, command: "code", ...json }));
  expect(isValidCode(document), JSON.stringify(isValidCode.errors)).toBe(true);
  return codeDocument.parse(document);
}

/** Edits of places as an editor makes them: each once, from the end of a file to its beginning. */
function apply(edits: readonly TextEdit[]): void {
  const once = [...new Map(edits.map((each) => [JSON.stringify(each), each])).values()];
  for (const file of new Set(once.map((each) => each.file))) {
    const path = join(top(), file);
    let text = readFileSync(path, "utf8");
    for (const { start, end, text: added } of once
      .filter((each) => each.file === file)
      .reverse()
      .sort((a, b) => b.start.offset - a.start.offset))
      text = text.slice(0, start.offset) + added + text.slice(end.offset);
    writeFileSync(path, text);
  }
}

/** The edits of all places. */
const editsOf = ({ edits, places }: CodeDocument) => [...edits, ...places].flatMap(({ textEdits = [] }) => textEdits);
const typescript = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
const typeErrors = () => spawnSync(process.execPath, [typescript, "-p", desk.root], { encoding: "utf8" }).stdout;
const placeOf = ({ places }: CodeDocument, what: string) => {
  const found = places.find((place) => place.what === what);
  if (found === undefined) throw new Error(`${what} is not among ${places.map((place) => place.what)}`);
  return found;
};

describe.each([
  ["prisma", prisma, "listUsers: select of prisma.user.findMany"],
  ["typeorm", typeorm, "listUsers: select of users.find"],
] as const)("%s", (orm, files, select) => {
  test("has the column, the open questions, and every place with its edit and the command that makes it", async () => {
    await open(orm, files);
    const document = await handedOver({ dryRun: true });
    expect(document).toMatchObject({
      root: "packages/db",
      columns: ["User.alias"],
      declarations: [{ column: "alias", type: "string", isNullable: true, isList: false, isUnique: false }],
      questions: [
        { id: "exposure", column: "User.alias", answerWith: "--exposure <value>" },
        { id: "like", column: "User.alias", answerWith: "--like <value>" },
      ],
      written: false,
    });
    const place = placeOf(document, select);
    expect(place).toMatchObject({
      file: "packages/db/src/users.ts",
      purpose: "show",
      check: { result: "compiles" },
      made: false,
    });
    const text = desk.read("src/users.ts");
    const { start, end } = place.range ?? expect.fail();
    expect(text.slice(start.offset, end.offset)).toBe(selected);
    expect(text.split("\n")[start.line - 1]?.slice(start.column - 1)).toContain(selected);
    expect(place.next).toBe(`npx lockstep code User.alias --only '${place.key}'`);
    expect(git("status", "--porcelain")).toBe("");
  });

  test("the edits of one place are what its command writes", async () => {
    await open(orm, files);
    const place = placeOf(await handedOver({ dryRun: true }), select);
    apply(place.textEdits ?? []);
    const applied = desk.read("src/users.ts");
    git("checkout", "--", "packages/db/src");
    const { edits } = await handedOver({ only: [place.key ?? ""] });
    expect(desk.read("src/users.ts")).toBe(applied);
    expect(edits).toMatchObject([{ key: place.key, made: true, check: { result: "compiles" } }]);
    const { start, end } = edits[0]?.range ?? expect.fail();
    expect(applied.slice(start.offset, end.offset)).toContain("alias: true");
  });

  test("all edits together compile, and leave nothing to edit", async () => {
    await open(orm, files);
    expect(typeErrors()).toBe("");
    const document = await handedOver({ dryRun: true });
    expect(editsOf(document).length).toBeGreaterThan(4);
    apply(editsOf(document));
    expect(typeErrors()).toBe("");
    const { edits, places } = await handedOver();
    expect([edits, places.filter((place) => place.textEdits !== undefined)]).toEqual([[], []]);
  });

  test("with --json nothing more is written than without, and the places that are left are those of the files after that", async () => {
    await open(orm, files);
    await desk.code({ name: "User.alias", code: "required", only: ["src/users.ts"] });
    const written = git("diff");
    git("checkout", "--", ".");
    desk.remove("lockstep");
    const document = await handedOver({ code: "required", only: ["src/users.ts"] });
    expect(git("diff")).toBe(written);
    expect(document.edits.map(({ made }) => made)).not.toContain(false);
    apply(editsOf(document));
    expect(typeErrors()).toBe("");
  });

  test("the patch of --dry-run applies at the root of the repository, and gives what the run writes", async () => {
    await open(orm, files);
    const { diff = "", edits, nextCommand } = await handedOver({ dryRun: true, code: "likely" });
    expect(nextCommand).toBe("npx lockstep code User.alias --code likely");
    execFileSync("git", ["apply", "--check"], { cwd: top(), input: diff });
    execFileSync("git", ["apply"], { cwd: top(), input: diff });
    const patched = git("diff");
    git("checkout", "--", ".");
    apply(edits.flatMap(({ textEdits = [] }) => textEdits));
    expect(git("diff")).toBe(patched);
    git("checkout", "--", ".");
    await desk.code({ name: "User.alias", code: "likely" });
    expect(git("diff", "--", "packages/db/src")).toBe(patched);
  });
});

test("an edit that does not compile has the compiler's message, and no other is blamed", async () => {
  const guest = `import type { Profile } from "./users";
export const guest = (own: { id: number; email: string; name: string; city: string }): Profile => ({ ...own });
`;
  await open("prisma", { ...prisma, "src/guest.ts": guest });
  const document = await handedOver({ dryRun: true });
  expect(placeOf(document, "interface Profile").check).toMatchObject({
    result: "error",
    file: "packages/db/src/guest.ts",
    line: 2,
    code: 2741,
  });
  expect(placeOf(document, "listUsers: select of prisma.user.findMany").check).toEqual({ result: "compiles" });
});

test("places that are made together name one another, and SQL has no edit", async () => {
  await open("prisma", prisma);
  const document = await handedOver({ dryRun: true });
  const names = [
    "interface NewUser",
    "createUser: destructuring of columns of User",
    "createUser: data of prisma.user.create",
  ];
  const chain = names.map((what) => placeOf(document, what));
  for (const { key, chain: others = [] } of chain)
    expect([...others].sort()).toEqual(
      chain
        .map((each) => each.key)
        .filter((other) => other !== key)
        .sort(),
    );
  expect(placeOf(document, "rows: SQL over User")).not.toHaveProperty("textEdits");
});
