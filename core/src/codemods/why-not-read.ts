import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { escapePath, glob } from "tinyglobby";
import { ignoredFiles } from "../files/git.js";
import { schemaGlobs, settingsGlobs, statementGlobs } from "./documents/read-documents.js";
import { asGlobs, everything, isGenerated, neverRead } from "./source-files.js";

/** Globs that leave files out, and how that is said. */
export interface ExcludeRule {
  readonly globs: readonly string[];
  /** Follows the name of the file: `is excluded by code.exclude`. */
  readonly text: string;
}

/**
 * Why `readSourceFiles` leaves a file of the project out, following its name; by the first rule that does.
 *
 * @param excludes besides dependencies, build output and generated code
 */
export async function whyNotRead(
  root: string,
  file: string,
  { include, excludes }: { readonly include: readonly string[]; readonly excludes: readonly ExcludeRule[] },
): Promise<string> {
  const isIn = async (globs: readonly string[]) =>
    (await glob([escapePath(file)], { cwd: root, ignore: [...globs] })).length === 0;
  const rules: readonly ExcludeRule[] = [
    {
      globs: neverRead,
      text: "is never edited: dependencies, build output, declarations, migrations and the configuration are not",
    },
    ...excludes,
  ];
  for (const { globs, text } of rules)
    for (const each of globs) if (await isIn(asGlobs(each))) return `${text} (${each})`;
  const wanted = include.length > 0 ? include : [everything, ...schemaGlobs, ...statementGlobs];
  const isWanted = (await glob([...wanted], { cwd: root, onlyFiles: true })).includes(file);
  if (!isWanted)
    return include.length > 0
      ? `is not in code.include (${include.join(", ")})`
      : "is neither code nor a schema that Lockstep reads (GraphQL, OpenAPI, JSON schema, SQL)";
  if (existsSync(join(root, file)) && isGenerated(await readFile(join(root, file), "utf8")))
    return "says at its top that it is generated";
  if (ignoredFiles(root, [file]).size > 0) return "is ignored by git";
  if (await isIn(settingsGlobs)) return "holds settings, no schema of an API";
  return "names neither the model nor two of its fields";
}
