/** Real projects on disk for the type check. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect } from "vitest";
import { Checks } from "../../../../core/src/code/verify/checks.js";
import type { Checked, VerifyProject } from "../../../../core/src/code/verify/request.js";

const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

export type Files = Readonly<Record<string, string>>;

/** Its own types for everything, and none from above it. */
export const tsconfig = (more: object = {}) =>
  JSON.stringify({
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2022"],
      module: "ESNext",
      moduleResolution: "Bundler",
      strict: true,
      types: [],
    },
    include: ["src"],
    ...more,
  });

export function projectOf(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-verify-"));
  made.push(root);
  // Where configs are looked for no further.
  mkdirSync(join(root, ".git"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** A project whose planned column is `User.handle`, and which may edit every file. */
export function planned(root: string, files: Files, more: Partial<VerifyProject> = {}): VerifyProject {
  const before = new Map(Object.entries(files).filter(([file]) => !file.includes("node_modules/")));
  return {
    root,
    before,
    watched: [...before.keys()],
    fields: [{ model: "User", field: "handle" }],
    generated: [],
    ...more,
  };
}

/** Checks edits in this process. The check of what they can affect finds the same as the check of whole files. */
export function check(files: Files, edits: Files, more: Partial<VerifyProject> = {}): Checked {
  const [inPart, whole] = checkBoth(files, edits, more);
  expect(inPart).toEqual(whole);
  return inPart;
}

/** The check of what edits can affect, and the check of whole files. */
export function checkBoth(files: Files, edits: Files, more: Partial<VerifyProject> = {}): readonly [Checked, Checked] {
  const project = planned(projectOf(files), files, more);
  const after = new Map(Object.entries(edits));
  const inPart = new Checks(project);
  inPart.load();
  return [inPart.check(after), new Checks(project).check(after)];
}

/** What is compared of errors, mostly. */
export function said({ errors }: Pick<Checked, "errors">): string[] {
  return errors.map(({ file, line, code }) => `${file}:${line} ${code}`);
}
