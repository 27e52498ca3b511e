import { createRequire } from "node:module";
import { build } from "esbuild";

/** A part of the tree of dt-sql-parser: the name of its rule, and where it stands. */
export interface Part {
  readonly rule: string;
  readonly text: string;
  readonly parts: readonly Part[];
}

interface Context {
  readonly children?: readonly Context[] | null;
  readonly start?: { readonly start: number };
  readonly stop?: { readonly stop: number };
}

interface Grammar {
  validate(sql: string): readonly unknown[];
  parseWithCache(sql: string): Context;
}

/**
 * The MySQL grammar of dt-sql-parser, which is ANTLR's: another reading of the same statements, or undefined where it refuses them. Its
 * modules import folders, which Node does not load, so they are bundled (0.5 s); the first statements take it some seconds.
 */
export async function loadMysqlGrammar(): Promise<(sql: string) => readonly Part[] | undefined> {
  const resolveDir = import.meta.dirname;
  const contents = `export { MySQL } from "dt-sql-parser/dist/parser/mysql/index.js";`;
  const options = { bundle: true, format: "cjs", platform: "node", write: false, logLevel: "silent" } as const;
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, ...options });
  const module = { exports: {} as { readonly MySQL: new () => Grammar } };
  // What it refuses it would print as well.
  const quiet = { ...console, error: () => undefined };
  new Function("module", "exports", "require", "console", outputFiles[0]?.text ?? "")(
    module,
    module.exports,
    createRequire(import.meta.url),
    quiet,
  );
  const grammar = new module.exports.MySQL();
  return (sql) =>
    // What has been validated is not parsed again.
    grammar.validate(sql).length > 0 ? undefined : all(partOf(grammar.parseWithCache(sql), sql), "SingleStatement");
}

function partOf(context: Context, sql: string): Part {
  const { start, stop, children } = context;
  return {
    rule: context.constructor.name.replace(/Context\d*$/, ""),
    text: sql.slice(start?.start ?? 0, (stop?.stop ?? -1) + 1),
    // Leaves are tokens.
    parts: (children ?? []).filter((child) => "children" in child).map((child) => partOf(child, sql)),
  };
}

/** Every part of these rules, the outer before the inner. */
export function all(part: Part, ...rules: readonly string[]): Part[] {
  const inner = part.parts.flatMap((each) => all(each, ...rules));
  return rules.includes(part.rule) ? [part, ...inner] : inner;
}
