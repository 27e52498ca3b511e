import { patternOf } from "../base/pattern-of.js";
import type { CheckFinding, NamedIn } from "./finding.js";
import type { RepositoryFiles } from "./migration-set.js";

const code = /\.(?:[cm]?[jt]sx?|vue|svelte|sql|prisma|graphql|gql)$/;
const notCode = /(?:^|\/)(?:node_modules|dist|build|generated|__generated__)\/|\.d\.[cm]?ts$|\.min\.js$/;

/**
 * Finds code that still uses the names of columns that a migration drops or renames: the version deployed with it would fail too. Matches
 * only the names of the column and its table in one file, so it adds information to a finding and decides nothing.
 *
 * @param isMigration files to skip
 */
export function withNamedInCode(
  findings: readonly CheckFinding[],
  { paths, read }: RepositoryFiles,
  isMigration: (path: string) => boolean,
): CheckFinding[] {
  if (!findings.some((finding) => goneColumn(finding) !== undefined)) return [...findings];
  const sources = paths.filter((path) => code.test(path) && !notCode.test(path) && !isMigration(path));
  return findings.map((finding) => {
    const gone = goneColumn(finding);
    if (gone === undefined) return finding;
    const namedIn = placesOf(gone, sources, read);
    return namedIn.length === 0 ? finding : { ...finding, namedIn };
  });
}

interface GoneColumn {
  readonly table: string;
  readonly column: string;
}

function goneColumn({ verdict }: CheckFinding): GoneColumn | undefined {
  for (const concern of verdict?.concerns ?? [])
    if (concern.kind === "breaks-code-before" && concern.what === "column") {
      const table = verdict?.locks[0]?.table.name;
      return table === undefined ? undefined : { table, column: concern.name };
    }
  return undefined;
}

/** The first location in each file. */
function placesOf({ table, column }: GoneColumn, sources: readonly string[], read: RepositoryFiles["read"]): NamedIn[] {
  const names = [...new Set([column, camel(column)])];
  const name = new RegExp(`(?<![\\w$])(?:${names.map(patternOf).join("|")})(?![\\w$])`);
  // `users`, `User`, `userId`: tables and models differ in singular and plural.
  const stem = patternOf(camel(table).replace(/(?:es|s)$/, ""));
  const ofTable = new RegExp(`(?<![a-z])(?:${stem}|${patternOf(table)})`, "i");
  return sources.flatMap((file) => {
    const text = read(file) ?? "";
    if (!names.some((each) => text.includes(each)) || !ofTable.test(text)) return [];
    const at = text.search(name);
    return at === -1 ? [] : [{ file, line: text.slice(0, at).split("\n").length }];
  });
}

function camel(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
