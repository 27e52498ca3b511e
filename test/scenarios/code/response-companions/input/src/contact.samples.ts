import type { z } from "zod";
import type { ContactResponse, contactResponse } from "./contact.schemas";
import type { ContactView } from "./contact.view";

/** What the documentation shows. */
export const sample: z.infer<typeof contactResponse> = { id: 1, name: "Ada", email: "ada@example.com", city: null };

export const samples: ContactResponse[] = [{ id: 2, name: "Bob", email: "bob@example.com", city: "Paris" }];

export const anonymous: Omit<ContactView, "id"> = { name: "Nobody", email: "nobody@example.com", city: null };

export const unknownContact: ContactView = { id: 0, name: "Unknown", email: "unknown@example.com", city: null };

export const unknownToo: typeof unknownContact = { id: 0, name: "Unknown", email: "unknown@example.com", city: null };
