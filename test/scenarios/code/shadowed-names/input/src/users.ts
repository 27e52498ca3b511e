import type { User as Row } from "@prisma/client";
import { Directory } from "./directory";
import { prisma as db } from "./db";

export async function mirror(prisma: Directory, row: Row) {
  prisma.user.create({ data: { id: row.id, email: row.email, name: row.name, city: row.city } });
  await db.user.create({ data: { email: row.email, name: row.name, city: row.city } });
}

export const show = (row: Row) => ({ id: row.id, email: row.email, name: row.name, city: row.city });

export const directory = new Directory();
