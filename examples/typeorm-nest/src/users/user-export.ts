import { Injectable } from "@nestjs/common";
import { InjectRepository } from "@nestjs/typeorm";
import { MoreThan, Repository } from "typeorm";
import { User } from "./user.entity";

// The newsletter tool reads these by position.
const csvColumns = ["id", "email", "name", "createdAt"] as const;
type CsvRow = Pick<User, (typeof csvColumns)[number]>;

const csvPageRows = 1_000;

@Injectable()
export class UserExport {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** All we hold about users: what a data request is answered with. */
  page(after: number, limit: number): Promise<User[]> {
    return this.users.find({
      select: { id: true, email: true, name: true, createdAt: true, updatedAt: true },
      where: { id: MoreThan(after) },
      order: { id: "ASC" },
      take: limit,
    });
  }

  /** The newsletter list after the given id, line by line, a page of rows in memory at a time. */
  async *csvLines(after: number): AsyncGenerator<string> {
    yield `${csvColumns.join(",")}\r\n`;
    let lastId = after;
    for (;;) {
      const rows: CsvRow[] = await this.users.query(
        `SELECT "id", "email", "name", "createdAt"
         FROM "users" LEFT JOIN "preferences" ON "userId" = "id"
         WHERE "id" > $1 AND "newsletter" IS NOT FALSE
         ORDER BY "id" LIMIT $2`,
        [lastId, csvPageRows],
      );
      for (const row of rows) yield `${csvColumns.map((column) => csvValue(row[column])).join(",")}\r\n`;
      const last = rows.at(-1);
      if (last === undefined || rows.length < csvPageRows) return;
      lastId = last.id;
    }
  }
}

function csvValue(value: string | number | Date): string {
  const text = value instanceof Date ? value.toISOString() : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
