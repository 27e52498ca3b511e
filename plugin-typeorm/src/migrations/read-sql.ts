import { readTemplate, templateEnd } from "./template.js";

/**
 * The SQL of a unit, from the file that `renderMigration` wrote: the reviewed bytes, even if a formatter has changed the file.
 *
 * @returns undefined when the file no longer runs exactly one statement
 */
export function readMigrationSql(text: string): string | undefined {
  const up = text.search(/\basync\s+up\s*\(/);
  if (up === -1) return undefined;
  const header = headerOf(text);
  // The user's own statements are in a file without a header.
  const plain = header === "" ? [] : plainStatements(text, up);
  let sql = header;
  for (const statement of plain.length > 0 ? plain : [readTemplate(text, up)]) {
    const trimmed = statement?.trim();
    if (!trimmed) return undefined;
    sql += `${trimmed.replace(/;$/, "")};\n`;
  }
  return sql;
}

function headerOf(text: string): string {
  const header = /(?:^[ \t]*\/\/.*\n)+(?=[ \t]*(?:export\b|module\.exports\b))/m.exec(text)?.[0] ?? "";
  return header.replace(/^[ \t]*\/\//gm, "--");
}

/** Of a file without code around them: only queries, up to the end of the method. */
function plainStatements(text: string, up: number): readonly (string | undefined)[] {
  const statements: (string | undefined)[] = [];
  const query = /\s*await\s+queryRunner\s*\.query\(\s*(?=`)/y;
  query.lastIndex = text.indexOf("{", up) + 1;
  while (query.test(text)) {
    const end = templateEnd(text, query.lastIndex);
    statements.push(readTemplate(text, query.lastIndex));
    const rest = /,?\s*\)\s*;?/y;
    rest.lastIndex = end;
    if (!rest.test(text)) return [];
    query.lastIndex = rest.lastIndex;
  }
  return statements;
}

/** Whether `renderMigration` wrote a file for a unit: code around one statement, with a known effect. */
export function isUnit(text: string): boolean {
  return /\basync up\([^)]*\)[^{]*\{\s*await outsideTransaction\(queryRunner, async \(\) => \{/.test(text);
}
