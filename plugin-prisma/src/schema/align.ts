import type { PrismaField } from "./model.js";
import { linesOf, type Splice } from "./splice.js";

/**
 * `prisma format` formats the fields between two blank lines as a table: name, type, attributes. Comments between them do not break the
 * table; a trailing comment is not a cell of it.
 */
export function tables(content: string, fields: readonly PrismaField[]): PrismaField[][] {
  const result: PrismaField[][] = [];
  fields.forEach((field, index) => {
    const before = fields[index - 1];
    const between = before === undefined ? [] : linesOf(content.slice(before.span.end, field.span.start)).slice(1, -1);
    const isApart = before === undefined || between.some((line) => line.trim() === "");
    if (isApart) result.push([field]);
    else result.at(-1)!.push(field);
  });
  return result;
}

/** Whether `prisma format` would leave the spaces of this table unchanged. */
export function isAligned(content: string, table: readonly PrismaField[]): boolean {
  return realign(content, table).length === 0;
}

/**
 * The splices that format the table as `prisma format` does.
 * @param typeOf the future type of a field, marks included, if it differs from the text
 */
export function realign(
  content: string,
  table: readonly PrismaField[],
  typeOf: (field: PrismaField) => string = (field) => typeText(content, field),
): Splice[] {
  // Prisma counts bytes, which differs from characters in Unsupported("…") only.
  const nameWidth = Math.max(...table.map((field) => Buffer.byteLength(field.name)));
  const typeWidth = Math.max(...table.map((field) => Buffer.byteLength(typeOf(field))));
  return table.flatMap((field) => {
    const gaps = [space(content, field.nameSpan.end, field.typeSpan.start, nameWidth - Buffer.byteLength(field.name))];
    const attribute = field.attributes[0];
    const type = typeOf(field);
    if (attribute !== undefined) {
      gaps.push(space(content, field.markSpan.end, attribute.span.start, typeWidth - Buffer.byteLength(type)));
    }
    return gaps.flat();
  });
}

/** The type with its marks, as written. */
export function typeText(content: string, field: PrismaField): string {
  return content.slice(field.typeSpan.start, field.markSpan.end);
}

function space(content: string, start: number, end: number, padding: number): Splice[] {
  const text = " ".repeat(padding + 1);
  return content.slice(start, end) === text ? [] : [{ start, end, text }];
}
