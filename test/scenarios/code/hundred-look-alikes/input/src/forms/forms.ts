import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const forms1 = z.object({ firstName: z.string(), phone: z.string() });
export const forms2 = () => prisma.person.findMany({ select: { firstName: true, city: true } });
export interface Forms3 {
  firstName: string;
  country: string;
}
export const forms4 = ["lastName", "email"];
export const forms5 = (one: Pick<Person, "lastName" | "phone">) => `${one.lastName} ${one.phone}`;
export const forms6 = (person: Person) => ({ lastName: person.lastName, city: person.city });
export const forms7 = z.object({ lastName: z.string(), country: z.string() });
export const forms8 = () => prisma.person.findMany({ select: { email: true, phone: true } });
export interface Forms9 {
  email: string;
  city: string;
}
export const forms10 = ["email", "country"];
export const forms11 = (one: Pick<Person, "phone" | "city">) => `${one.phone} ${one.city}`;
