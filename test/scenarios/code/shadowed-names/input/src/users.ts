import type { User as Row } from "@prisma/client";
import { Directory } from "./directory";
import { prisma as db } from "./db";

export async function mirror(prisma: Directory, row: Row) {
  prisma.user.create({ data: { id: row.id, email: row.email, name: row.name, city: row.city } });
  await db.user.create({ data: { email: row.email, name: row.name, city: row.city } });
}

export const show = (row: Row) => ({ id: row.id, email: row.email, name: row.name, city: row.city });

// Another handle is at hand already.
export const mention = ({ id, email, name, city }: Row, handle: string) => ({ id, email, name, city, link: `@${handle}` });

export function cardOf(row: Row) {
  const { id, email, name, city } = row;
  return [name, city].map((handle) => ({ id, email, name, city, title: handle }));
}

export const directory = new Directory();
