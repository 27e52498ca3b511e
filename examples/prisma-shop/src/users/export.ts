import type { Prisma, PrismaClient } from "../generated/prisma/client";

/** All we hold about a user: what a data request is answered with. */
export const userExportColumns = {
  id: true,
  email: true,
  name: true,
  createdAt: true,
  updatedAt: true,
} satisfies Prisma.UserSelect;

// The newsletter tool reads these by position.
const csvColumns = ["id", "email", "name", "createdAt"] as const;

interface CsvRow {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
}

const CSV_PAGE_ROWS = 1_000;

/** The newsletter list after the given id, line by line, a page of rows in memory at a time. */
export async function* userCsvLines(prisma: PrismaClient, after: number): AsyncGenerator<string> {
  yield `${csvColumns.join(",")}\r\n`;
  let lastId = after;
  for (;;) {
    const rows = await prisma.$queryRaw<CsvRow[]>`
      SELECT "id", "email", "name", "createdAt" FROM "User" WHERE "id" > ${lastId} ORDER BY "id" LIMIT ${CSV_PAGE_ROWS}
    `;
    for (const row of rows) yield `${csvColumns.map((column) => csvValue(row[column])).join(",")}\r\n`;
    const last = rows.at(-1);
    if (last === undefined || rows.length < CSV_PAGE_ROWS) return;
    lastId = last.id;
  }
}

function csvValue(value: string | number | Date): string {
  const text = value instanceof Date ? value.toISOString() : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
