import { ts } from "../ast/compiler.js";

/** The file that lists pnpm's workspace packages. */
export const pnpmFile = "pnpm-workspace.yaml";

/** The workspace globs of a package.json (npm, yarn, bun). */
export function patternsIn({ workspaces }: Readonly<Record<string, unknown>>): readonly string[] {
  const patterns = isRecord(workspaces) ? workspaces.packages : workspaces;
  return Array.isArray(patterns) ? patterns.filter((each) => typeof each === "string") : [];
}

/** The folder globs of a pnpm-workspace.yaml: the list under `packages:`, in block or flow style. */
export function pnpmPatterns(text: string): readonly string[] {
  const list = /^\uFEFF?packages:(?:\s*\[([^\]]*)\]|[ \t]*(?:#.*)?((?:\r?\n[ \t]*(?:-.*|#.*)?)*))/m.exec(text);
  const entries = list?.[1]?.split(",") ?? list?.[2]?.split("\n").map((line) => /^\s*-\s*(.*)$/.exec(line)?.[1] ?? "");
  return (entries ?? [])
    .flatMap((entry) => /^\s*(?:"([^"]*)"|'([^']*)'|([^\s#]+))/.exec(entry)?.slice(1) ?? [])
    .filter(Boolean);
}

/** The object in a JSON file with comments; empty if it contains none. */
export function objectIn(file: string, text: string): Readonly<Record<string, unknown>> {
  const config: unknown = ts.parseConfigFileTextToJson(file, text).config;
  return isRecord(config) ? config : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
