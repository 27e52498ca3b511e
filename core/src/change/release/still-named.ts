import { LockstepError } from "../../base/errors.js";
import { patternOf } from "../../base/pattern-of.js";
import type { SourceText } from "../../code/sources/source-files.js";
import type { CodeSettings } from "../../config/code-settings.js";
import {
  type EntityModel,
  type FileChange,
  isSameTable,
  isTestFile,
  type Plan,
  type PlannedColumn,
} from "../../model/index.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";

/** A line of application code that contains the name of a removed field. */
export interface NamedLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly field: string;
}

/** A field that the code must not name any more. */
export interface GoneField extends Pick<PlannedColumn, "table" | "name" | "field"> {
  /** Absent: unknown. */
  readonly model?: string;
  /** Of a table: the member of a Prisma client that reads and writes it, `orderItem`. Absent: a column. */
  readonly accessor?: string;
}

/**
 * The fields of an undone plan, and the columns and tables that a plan drops. The models no longer declare these. If their names in the code
 * are unknown, they are derived from those in the database.
 */
export function goneFields({ columns, drops = [], state }: Plan): readonly GoneField[] {
  const dropped = drops.map(({ table, column, name: field = inCode(column ?? table.name) }) => ({
    table,
    name: column ?? table.name,
    field,
    ...(column === undefined && { accessor: field.charAt(0).toLowerCase() + field.slice(1) }),
  }));
  return state.released === "undone" ? columns : dropped;
}

/** `legacyCode` of `legacy_code` */
function inCode(name: string): string {
  return name.replace(/(?<=[^_])_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The lines that use the name of a field as a member, a key or text, for a person to check after the fields are removed. Searches the
 * text, so a member of another type can have the same name. Skips comments, and types such as `number`. A name that another model has too
 * counts only in files that name the model.
 *
 * @param models all models. Default: none, so that each name counts everywhere
 */
export function stillNamed(
  files: readonly SourceText[],
  columns: readonly GoneField[],
  models: readonly EntityModel[] = [],
): readonly NamedLine[] {
  const fields = columns.map(({ field, name, accessor, model = "" }) => {
    const isShared = models.some((other) => other.name !== model && other.fields.some((each) => each.name === field));
    const calls = accessor === undefined ? [] : [callsOf(accessor, field)];
    const uses = [...usesOf([...new Set([field, name])]), ...calls];
    return { field, uses, near: isShared ? model.toLowerCase() : "" };
  });
  return files.flatMap(({ file, text }) => {
    const lower = text.toLowerCase();
    const here = fields.filter(({ uses, near }) => lower.includes(near) && uses.some((use) => use.test(text)));
    if (here.length === 0) return [];
    return text.split("\n").flatMap((code, at) => {
      if (/^\s*(\/\/|\/?\*)/.test(code)) return [];
      const found = here.find(({ uses }) => uses.some((use) => use.test(code)));
      return found === undefined ? [] : [{ file, line: at + 1, field: found.field }];
    });
  });
}

/** `prisma.orderItem.create(`, `getRepository(OrderItem)`, `[Order, OrderItem]` */
function callsOf(accessor: string, model: string): RegExp {
  return new RegExp(`\\.\\s*${patternOf(accessor)}\\s*\\.\\s*\\w+\\s*\\(|[([,]\\s*${patternOf(model)}\\s*[,)\\]]`, "u");
}

/** `row.name`, `{ name: 1 }`, `{ name }`, `"name"`, and a line of SQL with the name. */
function usesOf(names: readonly string[]): readonly RegExp[] {
  const name = `(?:${names.map(patternOf).join("|")})`;
  const word = `(?<![\\p{L}\\p{N}_$])${name}(?![\\p{L}\\p{N}_$])`;
  const sql = "\\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|SET|FROM|JOIN|RETURNING|ORDER BY|GROUP BY)\\b";
  return [
    new RegExp(`\\.\\s*${word}|(?:^|[{,])\\s*${word}\\s*(?:[?!]?:|[,}=;)]|$)`, "mu"),
    new RegExp(`(["'\`])${name}\\1`, "u"),
    new RegExp(`${sql}.*${word}|${word}.*${sql}`, "u"),
  ];
}

/**
 * Searches the code of this checkout for the fields that a plan removes: see `goneFields`. Tests do not count: they run in no build. Empty if the
 * checkout has no code or its models cannot be read.
 *
 * @param edited changes that are not written yet. Default: none
 */
export async function readStillNamed(
  plan: Plan,
  {
    project,
    plugin,
    code,
  }: { readonly project: Project; readonly plugin: Pick<OrmPlugin, "readModels">; readonly code: CodeSettings },
  edited: readonly FileChange[] = [],
): Promise<readonly NamedLine[]> {
  const gone = goneFields(plan);
  if (gone.length === 0) return [];
  const [{ isGenerated, readSources, withoutIgnored }, { isMigration }, { codeRoots }] = await Promise.all([
    import("../../code/sources/source-files.js"),
    import("../../code/sources/not-application-code.js"),
    import("../../code/sources/unread-packages.js"),
  ]);
  const models = await modelsOrNone(project, plugin);
  const names = gone.flatMap(({ field, name, accessor = name }) => [field, name, accessor]);
  const options = {
    include: code.include,
    exclude: [...code.exclude, ...project.generatedFolders, project.migrationsFolder, "lockstep"],
    roots: await codeRoots(project.root, code, async () => models),
  };
  const files = await readSources(project.root, options, (text) => names.some((name) => text.includes(name)));
  const texts = new Map(edited.map(({ file, after = "" }) => [file, after]));
  const current = files.map(({ file, text }) => ({ file, text: texts.get(file) ?? text }));
  const own = current.filter(({ file, text }) => !isTestFile(file) && !isGenerated(text) && !isMigration(file, text));
  const modelOf = ({ table }: GoneField) => models.find((each) => isSameTable(each.table, table))?.name;
  const fields = gone.map((each) => ({ model: modelOf(each) ?? "", ...each }));
  return stillNamed(withoutIgnored(project.root, own), fields, models);
}

/** All models; none if they cannot be read. */
export async function modelsOrNone(
  project: Project,
  plugin: Pick<OrmPlugin, "readModels">,
): Promise<readonly EntityModel[]> {
  try {
    return await plugin.readModels(project);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return [];
  }
}
