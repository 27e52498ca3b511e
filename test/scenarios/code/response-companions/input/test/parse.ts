import type { Contact } from "@prisma/client";
import { contactResponse } from "../src/contact.schemas";
import { sample, samples } from "../src/contact.samples";

const row: Contact = { id: 1, name: "Ada", email: "ada@example.com", city: null };

// Run by the tests after each phase: rows with null go through.
contactResponse.array().parse([row, sample, ...samples]);
