import type { Contact } from "@prisma/client";
import { contactCard, contactEvent, contactExport, contactResponse } from "./contact.schemas";
import { contactLabel } from "./contact.view";
import { prisma } from "./db";
import { respond } from "./respond";

export async function showContact(id: number) {
  const contact = await prisma.contact.findUniqueOrThrow({ where: { id } });
  return respond(contactCard, { id: contact.id, name: contact.name, email: contact.email, city: contact.city });
}

export async function emitContact(contact: Contact) {
  const event = { id: contact.id, name: contact.name, email: contact.email, city: contact.city };
  return contactEvent.safeParse(event);
}

function exported(contact: Contact) {
  return { id: contact.id, name: contact.name, email: contact.email, city: contact.city };
}

export async function exportContacts() {
  const rows = await prisma.contact.findMany();
  return contactExport.array().parse(rows.map(exported));
}

export async function sendContact(contact: Contact) {
  return contactResponse.parse({ id: contact.id, name: contact.name, email: contact.email, city: contact.city });
}

export async function labels() {
  return (await prisma.contact.findMany()).map(contactLabel);
}
