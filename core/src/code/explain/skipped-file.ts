import { existsSync, realpathSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { asGlobs, escapePath, findFiles } from "../../base/files/find-files.js";
import { ignoredFiles } from "../../base/files/git.js";
import { outputFolderOf } from "../../base/files/output-folders.js";
import { largest, readTextUpTo } from "../../base/files/read-text.js";
import { schemaGlobs, settingsGlobs, statementGlobs } from "../documents/read-documents.js";
import { foreignDocuments, isDump, isMigration } from "../sources/not-application-code.js";
import { everything, isCompiled, isGenerated, neverRead } from "../sources/source-files.js";
import { unreadFile } from "../sources/unread-files.js";

/** Globs that exclude files, with their explanation. */
export interface ExcludeRule {
  readonly globs: readonly string[];
  /** Follows the file name: `is excluded by code.exclude`. */
  readonly text: string;
}

/** The files of a project that are read. */
export interface SkippedOptions {
  readonly include: readonly string[];
  /** In addition to dependencies, build output and generated code. */
  readonly excludes: readonly ExcludeRule[];
  /** Additional folders to read, from the root. Default: none. */
  readonly roots?: readonly string[];
  /** Whether a text can be relevant to the models. Default: never. */
  matters?(text: string): boolean;
}

/** Why `readSourceFiles` skips a file of the project, as text that follows the file name; by the first matching rule. */
export async function whySkipped(root: string, file: string, options: SkippedOptions): Promise<string> {
  const { excludes, roots = [], matters } = options;
  const include = options.include.filter((each) => each.startsWith("../") === file.startsWith("../"));
  const isMatched = async (cwd: string, path: string, ignore: readonly string[]) =>
    (await findFiles(cwd, [escapePath(path)], { ignore, dot: true, follow: true })).length === 0;
  const isOutside = file.startsWith("../");
  const outer = isOutside
    ? roots.find((folder) => !relative(join(root, folder), join(root, file)).startsWith(".."))
    : undefined;
  // Globs that start with `**` apply to each of the folders.
  const isIn = async (globs: readonly string[]) =>
    (await isMatched(root, file, globs)) ||
    (outer !== undefined &&
      (await isMatched(
        join(root, outer),
        posix.relative(outer, file),
        globs.filter((each) => each.startsWith("**/")),
      )));
  if (isOutside && outer === undefined)
    return `is outside the folders that are read (${[".", ...roots].join(", ")}): add its package to code.roots`;
  const rules: readonly ExcludeRule[] = [{ globs: neverRead, text: never }, ...excludes];
  const output = outputFolderOf(root, file);
  if (output !== undefined) return `${never} (${output}/**)`;
  for (const { globs, text } of rules)
    for (const each of globs) if (await isIn(asGlobs(each))) return `${text} (${each})`;
  const link = !isOutside ? linkOutside(root, file) : undefined;
  if (link !== undefined) return link;
  const wanted = include.length > 0 ? include : [everything, ...schemaGlobs, ...statementGlobs];
  if (!(await isIn(wanted)))
    return include.length > 0
      ? `is not in code.include (${include.join(", ")})`
      : "is neither code nor a schema that Lockstep reads (GraphQL, OpenAPI, JSON schema, SQL)";
  const hidden = hiddenIn(file);
  if (hidden !== undefined && !include.some((each) => hiddenIn(each) === hidden))
    return `is not read, because ${hidden} begins with a dot: name it in code.include`;
  if (isCompiled(root, file)) return "is compiled from the TypeScript file next to it, which is read instead";
  const unread = existsSync(join(root, file)) ? unreadFile(root, file) : undefined;
  if (unread !== undefined)
    return `${unread.why}, so Lockstep does not edit it. If it writes the column, edit it yourself; contract requires your confirmation`;
  const text = readTextUpTo(join(root, file), largest.code) ?? "";
  if (isGenerated(text)) return "has a header that marks it as generated";
  if (isMigration(file, text)) return "is a migration";
  if (file.endsWith(".sql") && isDump(text)) return "is a dump of a database";
  if (ignoredFiles(root, [file]).size > 0) return "is ignored by git";
  if (!isCode.test(file) && (await isIn(foreignDocuments)))
    return "is third-party code, a snapshot, or a migration that has run";
  if (await isIn(settingsGlobs)) return "holds settings, no schema of an API";
  return matters?.(text)
    ? "names the model or its fields, and has no form that Lockstep edits"
    : "names neither the model nor two of its fields";
}

const never = "is never edited: dependencies, build output, declarations, migrations and the configuration are not";
const isCode = /\.[cm]?[jt]sx?$/;

/** The first part of a path that listings skip: `.server`. */
function hiddenIn(path: string): string | undefined {
  return path.split("/").find((each) => /^\.[^.]/.test(each));
}

/** The real location of a file outside its path: it, or one of its folders, is a link. */
function linkOutside(root: string, file: string): string | undefined {
  if (!existsSync(join(root, file))) return undefined;
  const from = relative(realpathSync(root), realpathSync(join(root, file)))
    .split(sep)
    .join("/");
  if (from === file || file.startsWith("../")) return undefined;
  return from.startsWith("../")
    ? "is outside the project, behind a link, so Lockstep does not edit it; contract requires your confirmation"
    : `is a link: what it leads to is edited, once, as ${from}`;
}
