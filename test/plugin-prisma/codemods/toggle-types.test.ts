import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { typeErrors } from "../../support/type-errors.js";
import { columns } from "./columns.js";
import { apply, type CodePhase, codePhases, editFor, type Files } from "./phases.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** What the golden files import, with the column as the client has it in each phase. */
const around = (phase: CodePhase | "before") => ({
  "src/generated/prisma/client.ts": `export interface User {
  id: number; email: string; name: string; createdAt: Date; updatedAt: Date;
  ${phase === "before" ? "" : `handle: string${phase === "contract" ? "" : " | null"};`}
}
`,
  "src/db.ts": `import type { User } from "./generated/prisma/client";
type Users = { findMany(): Promise<User[]>; findFirstOrThrow(): Promise<User>; findUniqueOrThrow(args: object): Promise<User> };
export declare const prisma: { user: Users };
`,
  "src/flags.ts": "export declare const flags: { isOn(name: string): boolean };\n",
  "src/openfeature.ts": `interface Client { getBooleanValue(flag: string, otherwise: boolean): Promise<boolean> }
export declare const OpenFeature: { getClient(): Client };
`,
});

describe.each(["toggle-own", "toggle-import", "toggle-openfeature", "toggle-without-fallback"])("%s", (name) => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "lockstep-toggle-"));
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    const paths = { "@/*": ["./src/*"], "@openfeature/server-sdk": ["./src/openfeature.ts"] };
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUnusedLocals: true, noUnusedParameters: true };
    const module = { target: "es2022", module: "esnext", moduleResolution: "bundler", skipLibCheck: true };
    write({ "tsconfig.json": JSON.stringify({ compilerOptions: { ...strict, ...module, paths }, include: ["src"] }) });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("compiles in every phase", async () => {
    const text = readFileSync(join(fixtures, name, "before.ts"), "utf8").replace("// @ts-nocheck\n", "");
    let files: Files = [{ file: "src/code.ts", text }];
    write({ ...around("before"), "src/code.ts": text });
    expect(typeErrors(root)).toEqual([]);
    const earlier: PlannedEdit[] = [];
    for (const phase of codePhases) {
      const result = await editFor(phase, files, earlier, columns[name]);
      earlier.push(...result.edits);
      files = apply(files, result);
      write({ ...around(phase), "src/code.ts": files[0]?.text ?? "" });
      expect(typeErrors(root), phase).toEqual([]);
    }
  });

  function write(texts: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
  }
});
