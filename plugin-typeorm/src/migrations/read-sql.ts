import { readTemplate } from "./template.js";

/**
 * The SQL of a unit, out of the file that `renderMigration` made of it: the bytes that were reviewed, although a formatter may have
 * been through the file.
 *
 * @returns undefined when the file does not run one statement any more
 */
export function readMigrationSql(text: string): string | undefined {
  const up = text.search(/\basync\s+up\s*\(/);
  const statement = up === -1 ? undefined : readTemplate(text, up)?.trim();
  if (!statement) return undefined;
  const header = /(?:^[ \t]*\/\/.*\n)+(?=[ \t]*(?:export\b|module\.exports\b))/m.exec(text)?.[0] ?? "";
  return `${header.replace(/^[ \t]*\/\//gm, "--")}${statement.replace(/;$/, "")};\n`;
}

/** Whether a file is one that `renderMigration` made of a unit: code around one statement, and it is known what that code does. */
export function isUnit(text: string): boolean {
  return /\basync up\([^)]*\)[^{]*\{\s*await outsideTransaction\(queryRunner, async \(\) => \{/.test(text);
}
