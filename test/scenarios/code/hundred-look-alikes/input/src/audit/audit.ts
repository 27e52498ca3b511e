import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const audit1 = (person: Person) => ({ lastName: person.lastName, phone: person.phone });
export const audit2 = z.object({ lastName: z.string(), city: z.string() });
export const audit3 = () => prisma.person.findMany({ select: { lastName: true, country: true } });
export interface Audit4 {
  email: string;
  phone: string;
}
export const audit5 = ["email", "city"];
export const audit6 = (one: Pick<Person, "email" | "country">) => `${one.email} ${one.country}`;
export const audit7 = (person: Person) => ({ phone: person.phone, city: person.city });
export const audit8 = z.object({ phone: z.string(), country: z.string() });
export const audit9 = () => prisma.person.findMany({ select: { city: true, country: true } });
export interface Audit10 {
  firstName: string;
  lastName: string;
}
export const audit11 = ["firstName", "email"];
