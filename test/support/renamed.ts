/** A rename in a small project on disk, by the steps of `lockstep rename` that write nothing. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { renameField } from "../../core/src/change/rename/rename-field.js";
import { codeSettings } from "../../core/src/config/code-settings.js";
import type { FieldRename, OrmPlugin, Project } from "../../core/src/plugin/plugin.js";

export type Texts = Readonly<Record<string, string>>;

/** Small files in, small files out. */
export interface RenameCase {
  readonly name: string;
  readonly before: string;
  /** Default: unchanged. */
  readonly after?: string;
  /** Reasons of places to review, and errors, in the order of their lines: `3 the row leaves as a whole`. */
  readonly listed?: readonly string[];
}

export const tsconfig = JSON.stringify({
  compilerOptions: {
    target: "ES2022",
    module: "ESNext",
    moduleResolution: "Bundler",
    strict: true,
    types: [],
    jsx: "preserve",
    skipLibCheck: true,
    experimentalDecorators: true,
    strictPropertyInitialization: false,
  },
  include: ["src"],
});

export function projectWith(files: Texts): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-rename-"));
  mkdirSync(join(root, ".git"));
  for (const [file, text] of Object.entries({ "tsconfig.json": tsconfig, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** Renames in all cases at once: each is a file of one project. */
export async function renameIn(
  root: string,
  plugin: Pick<OrmPlugin, "renameField" | "words" | "readModels">,
  rename: FieldRename,
  project: Partial<Project> = {},
) {
  return renameField({
    rename,
    project: {
      root,
      migrationsFolder: "migrations",
      generatedFolders: [],
      dialect: "postgresql",
      ...project,
    } as Project,
    plugin: plugin as OrmPlugin,
    code: codeSettings({ code: { format: "off" } } as never),
    signal: new AbortController().signal,
  });
}

export function fileOf({ name }: RenameCase): string {
  return `src/${name.replace(/\W+/g, "-")}.tsx`;
}

export function expectCase(each: RenameCase, renamed: Awaited<ReturnType<typeof renameField>>): void {
  const file = fileOf(each);
  const after = renamed.changes.find((change) => change.file === file)?.after ?? each.before;
  expect(after).toBe(each.after ?? each.before);
  const listed = [...renamed.places, ...renamed.errors].filter((place) => place.file === file);
  const wanted = each.listed ?? [];
  expect(listed.sort((a, b) => a.line - b.line).map(({ line, reason }) => `${line} ${reason}`)).toEqual(
    wanted.map((text) => expect.stringContaining(text)),
  );
}
