import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const billing1 = (person: Person) => ({ firstName: person.firstName, lastName: person.lastName });
export const billing2 = z.object({ firstName: z.string(), email: z.string() });
export const billing3 = () => prisma.person.findMany({ select: { firstName: true, phone: true } });
export interface Billing4 {
  firstName: string;
  city: string;
}
export const billing5 = ["firstName", "country"];
export const billing6 = (one: Pick<Person, "lastName" | "email">) => `${one.lastName} ${one.email}`;
export const billing7 = (person: Person) => ({ lastName: person.lastName, phone: person.phone });
export const billing8 = z.object({ lastName: z.string(), city: z.string() });
export const billing9 = () => prisma.person.findMany({ select: { lastName: true, country: true } });
export interface Billing10 {
  email: string;
  phone: string;
}
export const billing11 = ["email", "city"];
