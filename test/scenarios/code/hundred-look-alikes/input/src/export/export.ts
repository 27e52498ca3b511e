import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const export1 = () => prisma.person.findMany({ select: { phone: true, country: true } });
export interface Export2 {
  city: string;
  country: string;
}
export const export3 = ["firstName", "lastName"];
export const export4 = (one: Pick<Person, "firstName" | "email">) => `${one.firstName} ${one.email}`;
export const export5 = (person: Person) => ({ firstName: person.firstName, phone: person.phone });
export const export6 = z.object({ firstName: z.string(), city: z.string() });
export const export7 = () => prisma.person.findMany({ select: { firstName: true, country: true } });
export interface Export8 {
  lastName: string;
  email: string;
}
export const export9 = ["lastName", "phone"];
export const export10 = (one: Pick<Person, "lastName" | "city">) => `${one.lastName} ${one.city}`;
export const export11 = (person: Person) => ({ lastName: person.lastName, country: person.country });
