import type { Contact } from "../src/contact.entity";

export const ada: Contact = { id: 1, name: "Ada", email: "ada@example.com", city: null };
