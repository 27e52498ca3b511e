import type { Contact } from "./contact.entity";

export interface ContactLine {
  id: number;
  name: string;
  email: string;
  city?: string | null;
}

export function contactLine(contact: Contact): ContactLine {
  return { id: contact.id, name: contact.name, email: contact.email, city: contact.city };
}
