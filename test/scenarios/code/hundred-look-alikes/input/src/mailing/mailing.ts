import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export interface Mailing1 {
  firstName: string;
  city: string;
}
export const mailing2 = ["firstName", "country"];
export const mailing3 = (one: Pick<Person, "lastName" | "email">) => `${one.lastName} ${one.email}`;
export const mailing4 = (person: Person) => ({ lastName: person.lastName, phone: person.phone });
export const mailing5 = z.object({ lastName: z.string(), city: z.string() });
export const mailing6 = () => prisma.person.findMany({ select: { lastName: true, country: true } });
export interface Mailing7 {
  email: string;
  phone: string;
}
export const mailing8 = ["email", "city"];
export const mailing9 = (one: Pick<Person, "email" | "country">) => `${one.email} ${one.country}`;
export const mailing10 = (person: Person) => ({ phone: person.phone, city: person.city });
export const mailing11 = z.object({ phone: z.string(), country: z.string() });
