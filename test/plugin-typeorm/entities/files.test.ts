import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { entityFiles } from "../../../plugin-typeorm/src/entities/files.js";

const root = mkdtempSync(join(tmpdir(), "lockstep-entity-files-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("what declares entities, and what they are made of", async () => {
  const texts: Readonly<Record<string, string>> = {
    "src/user.ts": `import { Entity } from "typeorm"; import { Base } from "./base"; import { Role } from "./enums";\n@Entity() class User extends Base {}`,
    "src/base.ts": `import { Root } from "./root"; export class Base extends Root {}`,
    "src/root.ts": `import { helper } from "./helper"; export class Root {}`,
    "src/helper.ts": "export const helper = 1;",
    "src/enums/index.ts": `export * from "./role";`,
    "src/enums/role.ts": "export enum Role { A = 'a' }",
    "src/orm.ts": `export { Column, Entity } from "typeorm";`,
    "src/wrapped.ts": `import { Column, Entity } from "./orm";\n@Entity() export class Wrapped { @Column() a: string }`,
    "src/schema.cjs": `const { EntitySchema } = require('typeorm'); module.exports = new EntitySchema({ name: "A", columns: {} });`,
    "src/service.ts": `import type { Repository } from "typeorm"; import { mail } from "./mail"; export class Service {}`,
    "src/mail.ts": "export function mail() {}",
    "src/uses-role.ts": `export const isAdmin = (role: string) => role === Role.A;`,
    "src/migrations/1-a.ts": `import { Entity } from "typeorm";\n@Entity() class Old {}`,
    "dist/user.js": `const { Entity } = require("typeorm"); @Entity() class User {}`,
    "gen/a.ts": `import { Entity } from "typeorm";\n@Entity() class Made {}`,
  };
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const project = { root, generatedFolders: ["gen"], migrationsFolder: "src/migrations" };
  const found = (await entityFiles(project)).map(({ path }) => path);
  expect(found).toEqual([
    "src/base.ts",
    "src/enums/index.ts",
    "src/enums/role.ts",
    "src/root.ts",
    "src/schema.cjs",
    "src/user.ts",
    "src/wrapped.ts",
  ]);
  const naming = (await entityFiles(project, ["Role"])).map(({ path }) => path);
  expect(naming.filter((path) => !found.includes(path))).toEqual(["src/uses-role.ts"]);
  // The parser would skip the other side.
  const conflict = "<<<<<<< HEAD\n  a = 1;\n=======\n  b = 1;\n>>>>>>> other\n";
  writeFileSync(join(root, "src/user.ts"), `${texts["src/user.ts"]}\n${conflict}`);
  await expect(entityFiles(project)).rejects.toMatchObject({
    code: "LS8027",
    message: expect.stringMatching(/^src\/user\.ts:\d+: git's conflict markers/),
  });
});
