import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { apply, editFor, type Files, withEntities } from "./phases.js";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const program = fileURLToPath(new URL("./fixtures/program/code.ts", import.meta.url));

interface Row {
  readonly email: string;
  readonly name: string;
  readonly handle: string;
}

/** The entity copies its argument in a loop. */
const copying = `
  constructor(data: Partial<User> = {}) {
    for (const [key, value] of Object.entries(data)) (this as any)[key] = value;
  }
}
`;

/** The column is required and nothing but the code fills it, as after contract. */
describe.each(["typeorm", "typeorm-0.3", "typeorm-0.3.20"])(
  "a program that writes rows in every way, with %s",
  (version) => {
    const before = withEntities(readFileSync(program, "utf8")).map(({ file, text }) =>
      file.endsWith("user.entity.ts") ? { file, text: text.replace(/\n}\n$/, copying) } : { file, text },
    );
    let root: string;
    let database: TestDatabase;
    beforeAll(async () => {
      root = projectWith(version);
      database = await createDatabase("typeorm-code");
    });
    afterAll(async () => {
      rmSync(root, { recursive: true, force: true });
      await database.drop();
    });

    test("fails as it was, and fills every row after the edits of expand", async () => {
      await expect(started(root, before, database)).rejects.toMatchObject({ stderr: expect.stringContaining("23502") });

      const result = await editFor("expand", before, []);
      expect(result.places.filter(({ kind }) => kind === "required")).toEqual([]);
      const { stdout } = await started(root, apply(before, result), database);
      const rows = JSON.parse(stdout) as readonly Row[];
      expect(rows.length).toBeGreaterThanOrEqual(21);
      const chosen = rows.filter(({ email, handle }) => handle !== email.toLowerCase());
      expect(chosen.map(({ name }) => name)).toEqual(["dto", "conflict again"]);
      expect(chosen.map(({ handle }) => handle)).toEqual(["wanted", expect.stringMatching(/^chosen-\d+$/)]);
      expect(rows.map(({ name }) => name)).toContain("spread");
    });
  },
);

function projectWith(version: string): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-typeorm-writes-"));
  mkdirSync(join(root, "node_modules"));
  const packages = ["class-transformer", "pg", "reflect-metadata"].map((name) => [name, name] as const);
  for (const [name, target] of [...packages, ["typeorm", version] as const]) {
    symlinkSync(join(repository, "node_modules", target), join(root, "node_modules", name));
  }
  const compilerOptions = { experimentalDecorators: true, target: "es2022", useDefineForClassFields: false };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  writeFileSync(join(root, "package.json"), JSON.stringify({ type: "commonjs" }));
  return root;
}

async function started(root: string, files: Files, database: TestDatabase): Promise<{ stdout: string }> {
  for (const { file, text } of files) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    const column = '  @Column({ type: "varchar", unique: true }) handle!: string;\n';
    writeFileSync(path, text.replace(/(@Entity\("users"\)\nexport class User \{\n)/, `$1${column}`));
  }
  const env = { ...process.env, DATABASE_URL: database.url };
  return run(join(repository, "node_modules/.bin/tsx"), ["src/code.ts"], { cwd: root, env, maxBuffer: 2 ** 24 });
}
