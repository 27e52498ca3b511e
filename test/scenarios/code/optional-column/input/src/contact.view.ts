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
