import { posix } from "node:path";
import type { TransactionMode } from "@lockstep/core";
import { attempt, isSyntaxError } from "@lockstep/core/text";
import { nameOf, ts } from "@lockstep/core/typescript";
import { patternOf } from "../globs.js";
import { unlessTooMuch } from "./evaluator.js";
import { top } from "./expressions.js";
import { type MigrationReader, opened } from "./query-runner.js";
import { type Files, Scope } from "./scope.js";
import { is, rec, unknown, type Value } from "./values.js";

/** The options of a data source for the migrations that it loads. */
export interface DataSourceFacts {
  readonly file: string;
  /** `postgres`, as TypeORM calls it. */
  readonly type: string | undefined;
  readonly transactions: TransactionMode | undefined;
  /** It sets no mode: TypeORM uses `all`, unless other code sets another. */
  readonly hasDefaultMode: boolean;
  readonly schema: string | undefined;
  /** Patterns of files, from the top of the repository. */
  readonly globs: readonly Glob[];
  /** The files whose classes it lists. */
  readonly files: ReadonlySet<string>;
}

export interface Glob {
  readonly pattern: RegExp;
  /** The folder before its first wildcard. */
  readonly base: string;
  readonly isDeep: boolean;
}

/** The options of data sources in a file: objects whose `migrations` are patterns or classes. */
export function readDataSources(file: string, text: string, files: Files): DataSourceFacts[] {
  if (file.endsWith(".json")) return ofJson(file, text);
  const { module, reader } = opened(file, text, files);
  const found: DataSourceFacts[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node) && node.properties.some(({ name }) => nameOf(name) === "migrations")) {
      const options = unlessTooMuch(
        () => reader.evaluate(node, scopeAt(node, module.scope, reader)),
        () => unknown,
      );
      const facts = ofOptions(file, options, files);
      if (facts !== undefined) found.push(facts);
    }
    ts.forEachChild(node, visit);
  };
  visit(module.source);
  return found;
}

/** The constants around an expression, each evaluated on demand. */
function scopeAt(node: ts.Node, outermost: Scope, reader: MigrationReader): Scope {
  let scope = outermost;
  const blocks: ts.Block[] = [];
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent)
    if (ts.isBlock(at)) blocks.unshift(at);
  for (const { statements } of blocks) {
    scope = new Scope(outermost.module, scope);
    for (const each of statements) if (ts.isVariableStatement(each)) reader.hoistVariables(each, scope);
  }
  return scope;
}

function ofJson(file: string, text: string): DataSourceFacts[] {
  const all = attempt(() => JSON.parse(text) as unknown, isSyntaxError);
  return [all].flat().flatMap((each) => {
    if (typeof each !== "object" || each === null) return [];
    const { type, migrations, schema, migrationsTransactionMode: mode } = each as Record<string, unknown>;
    const values = [migrations].flat().filter((value) => typeof value === "string");
    const options = rec([
      ["type", typeof type === "string" ? type : undefined],
      ["migrations", { kind: "list", items: values, isOpen: false }],
      ["schema", typeof schema === "string" ? schema : undefined],
      ["migrationsTransactionMode", typeof mode === "string" ? mode : undefined],
    ]);
    return ofOptions(file, options, undefined) ?? [];
  });
}

function ofOptions(file: string, options: Value, files: Files | undefined): DataSourceFacts | undefined {
  if (!is(options, "rec")) return undefined;
  const globs: Glob[] = [];
  const listed = new Set<string>();
  const take = (value: Value): void => {
    if (typeof value === "string") globs.push(...globsOf(value, file, files));
    else if (is(value, "class")) listed.add(value.scope.module.file);
    else if (is(value, "list")) value.items.forEach(take);
    // `import * as migrations`, and folders of classes by name.
    else if (is(value, "rec") && value.of === undefined) for (const field of value.fields.values()) take(field);
  };
  take(options.fields.get("migrations"));
  if (globs.length === 0 && listed.size === 0) return undefined;
  const type = options.fields.get("type");
  const mode = options.fields.get("migrationsTransactionMode");
  const schema = options.fields.get("schema");
  return {
    file,
    type: typeof type === "string" ? type : undefined,
    transactions: mode === "each" || mode === "none" || mode === "all" ? mode : undefined,
    hasDefaultMode: mode === undefined && !options.isOpen,
    schema: typeof schema === "string" ? schema : undefined,
    globs,
    files: listed,
  };
}

/** Relative patterns are relative to the working directory: the folder of some package.json above. */
function globsOf(pattern: string, file: string, files: Files | undefined): Glob[] {
  const make = (text: string): Glob => {
    const [base = ""] = text.split(/[*{[?(]/);
    const folder = base.endsWith("/") ? base.slice(0, -1) : posix.dirname(base);
    return { pattern: patternOf(text), base: folder === "" ? "." : folder, isDeep: text.includes("**") };
  };
  if (pattern.startsWith(top)) return [make(posix.normalize(pattern.slice(top.length + 1)))];
  if (pattern.startsWith("/")) return [];
  const roots: string[] = [];
  for (let at = posix.dirname(file); ; at = posix.dirname(at)) {
    if (at === "." || files === undefined || files.has(posix.join(at, "package.json"))) roots.push(at);
    if (at === "." || at === "/") break;
  }
  return roots.map((root) => make(posix.normalize(posix.join(root, pattern))));
}
