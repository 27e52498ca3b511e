import type { Person } from "@prisma/client";
import { z } from "zod";

export const personResponse = z.object({
  id: z.number(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  phone: z.string(),
  city: z.string(),
  country: z.string(),
});

export function personView(person: Person): z.infer<typeof personResponse> {
  return {
    id: person.id,
    firstName: person.firstName,
    lastName: person.lastName,
    email: person.email,
    phone: person.phone,
    city: person.city,
    country: person.country,
  };
}
