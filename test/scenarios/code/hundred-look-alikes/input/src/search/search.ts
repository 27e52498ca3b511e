import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const search1 = () => prisma.person.findMany({ select: { lastName: true, city: true } });
export interface Search2 {
  lastName: string;
  country: string;
}
export const search3 = ["email", "phone"];
export const search4 = (one: Pick<Person, "email" | "city">) => `${one.email} ${one.city}`;
export const search5 = (person: Person) => ({ email: person.email, country: person.country });
export const search6 = z.object({ phone: z.string(), city: z.string() });
export const search7 = () => prisma.person.findMany({ select: { phone: true, country: true } });
export interface Search8 {
  city: string;
  country: string;
}
export const search9 = ["firstName", "lastName"];
export const search10 = (one: Pick<Person, "firstName" | "email">) => `${one.firstName} ${one.email}`;
export const search11 = (person: Person) => ({ firstName: person.firstName, phone: person.phone });
