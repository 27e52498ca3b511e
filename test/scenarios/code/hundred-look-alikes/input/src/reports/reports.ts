import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const reports1 = ["city", "country"];
export const reports2 = (one: Pick<Person, "firstName" | "lastName">) => `${one.firstName} ${one.lastName}`;
export const reports3 = (person: Person) => ({ firstName: person.firstName, email: person.email });
export const reports4 = z.object({ firstName: z.string(), phone: z.string() });
export const reports5 = () => prisma.person.findMany({ select: { firstName: true, city: true } });
export interface Reports6 {
  firstName: string;
  country: string;
}
export const reports7 = ["lastName", "email"];
export const reports8 = (one: Pick<Person, "lastName" | "phone">) => `${one.lastName} ${one.phone}`;
export const reports9 = (person: Person) => ({ lastName: person.lastName, city: person.city });
export const reports10 = z.object({ lastName: z.string(), country: z.string() });
export const reports11 = () => prisma.person.findMany({ select: { email: true, phone: true } });
