import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ModelEdit } from "../../../core/src/plugin/plugin.js";
import { editProjectEntities, readProjectEntities } from "../../../plugin-typeorm/src/entities/project.js";
import { plannedColumn } from "./fixtures.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-entity-project-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const project = () => ({
  root,
  generatedFolders: [],
  migrationsFolder: "src/migrations",
  ormVersion: "1.1.1",
  developmentUrl: undefined,
  dialect: "postgresql" as const,
});

function write(texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const user = `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
import { Role } from "./role";

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "enum", enum: Role })
  role!: Role;
}
`;
const without = `import { Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id!: number;
}
`;
const enumText = `/** What somebody may do. */\nexport enum Role {\n  Admin = "admin",\n}\n`;

const column = plannedColumn("User", "role", "user_role_enum");
const remove: readonly ModelEdit[] = [
  { kind: "removeField", column, original: undefined },
  { kind: "removeType", type: { name: "user_role_enum" } },
];

/** Each file after an undo, those that change. */
async function after(texts: Readonly<Record<string, string>>, edits = remove) {
  write(texts);
  const changes = await editProjectEntities(project(), edits);
  return Object.fromEntries(changes.map((change) => [change.file, change.after]));
}

test("an enum that nothing uses goes, with its file where it is alone there", async () => {
  expect(await after({ "src/user.ts": user, "src/role.ts": enumText })).toEqual({
    "src/user.ts": without,
    "src/role.ts": undefined,
  });
});

test("what else is in its file stays", async () => {
  const other = "export const limit = 1;\n";
  expect(await after({ "src/user.ts": user, "src/role.ts": `${other}\n${enumText}` })).toEqual({
    "src/user.ts": without,
    "src/role.ts": other,
  });
});

test.each([
  ["code that names it", { "src/guard.ts": `import { Role } from "./role";\nexport const admin = Role.Admin;\n` }],
  ["a file that passes its file on", { "src/index.ts": `export * from "./role";\n` }],
])("%s keeps an enum", async (_, others) => {
  expect(await after({ "src/user.ts": user, "src/role.ts": enumText, ...others })).toEqual({ "src/user.ts": without });
});

test("an enum beside the entity", async () => {
  const inside = user
    .replace(`import { Role } from "./role";\n`, "")
    .replace("@Entity()", `${enumText.replace("export ", "")}\n@Entity()`);
  expect(await after({ "src/user.ts": inside })).toEqual({ "src/user.ts": without });
});

test("the files on disk stay until somebody writes; without edits nothing is read", async () => {
  write({ "src/user.ts": user, "src/role.ts": enumText });
  const [change] = await editProjectEntities(project(), [{ kind: "makeOptional", column, original: undefined }]);
  expect(change?.before).toBe(user);
  expect(change?.after).toContain("role!: Role | null;");
  expect(readFileSync(join(root, "src/user.ts"), "utf8")).toBe(user);
  expect(await editProjectEntities({ ...project(), root: join(root, "nowhere") }, [])).toEqual([]);
});

test("the models of a project, with enums of other files", async () => {
  write({ "src/user.ts": user, "src/role.ts": enumText });
  const [model] = await readProjectEntities(project());
  expect(model?.fields.at(-1)).toMatchObject({
    name: "role",
    enumName: "Role",
    enumValues: [{ name: "Admin", value: "admin" }],
  });
});
