import type { z } from "zod";
import { contactResponse, createContactBody, importContactBody } from "./contact.schemas";
import { type ContactView, contactView } from "./contact.view";
import { prisma } from "./db";

export async function addContact(body: unknown): Promise<ContactView> {
  const { name, email, city } = createContactBody.parse(body);
  return contactView(await prisma.contact.create({ data: { name, email, city } }));
}

export async function importContacts(rows: unknown[]): Promise<void> {
  for (const row of rows) {
    const given = importContactBody.parse(row);
    await prisma.contact.create({ data: { name: given.name, email: given.email, city: given.city ?? null } });
  }
}

export async function listContacts(): Promise<z.infer<typeof contactResponse>[]> {
  const rows = await prisma.contact.findMany({ select: { id: true, name: true, email: true, city: true } });
  return contactResponse.array().parse(rows);
}
