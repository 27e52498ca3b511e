import type { Contact } from "@prisma/client";

export interface ContactView {
  id: number;
  name: string;
  email: string;
  city: string | null;
}

export function contactView(contact: Contact): ContactView {
  return { id: contact.id, name: contact.name, email: contact.email, city: contact.city };
}

export function contactDraft(contact: Contact): Omit<ContactView, "id"> {
  return { name: contact.name, email: contact.email, city: contact.city };
}

export class ContactDto {
  id!: number;
  name!: string;
  email!: string;
  city!: string | null;
}

export function contactDto(contact: Contact): ContactDto {
  return { id: contact.id, name: contact.name, email: contact.email, city: contact.city };
}

export const emptyDto: ContactDto = { id: 0, name: "", email: "", city: null };

/** Only what it shows. */
export function contactLabel(contact: { id: number; name: string; email: string; city: string | null }) {
  return { id: contact.id, name: contact.name, email: contact.email, city: contact.city };
}
