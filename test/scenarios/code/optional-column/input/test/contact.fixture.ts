import type { Contact } from "@prisma/client";

export const ada: Contact = { id: 1, name: "Ada", email: "ada@example.com", city: null };

export const makeContact = (overrides: Partial<Contact> = {}): Contact => ({
  id: 2,
  name: "Bob",
  email: "bob@example.com",
  city: null,
  ...overrides,
});
