import { Prisma } from "@prisma/client";
import { prisma } from "./db";

interface EventRow {
  id: number;
  kind: string;
  subject: string;
  payload: string;
}

export function recent(subject: string) {
  return prisma.$queryRaw<EventRow[]>`SELECT id, kind, subject, payload FROM events WHERE subject = ${subject}`;
}

export function everything() {
  return prisma.$queryRaw<EventRow[]>(Prisma.sql`SELECT * FROM "events" ORDER BY at`);
}

export async function record(kind: string, subject: string, payload: string) {
  await prisma.$executeRaw`INSERT INTO events (kind, subject, payload) VALUES (${kind}, ${subject}, ${payload})`;
}

export async function count() {
  return prisma.event.count();
}
