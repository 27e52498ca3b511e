import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const shipping1 = z.object({ email: z.string(), country: z.string() });
export const shipping2 = () => prisma.person.findMany({ select: { phone: true, city: true } });
export interface Shipping3 {
  phone: string;
  country: string;
}
export const shipping4 = ["city", "country"];
export const shipping5 = (one: Pick<Person, "firstName" | "lastName">) => `${one.firstName} ${one.lastName}`;
export const shipping6 = (person: Person) => ({ firstName: person.firstName, email: person.email });
export const shipping7 = z.object({ firstName: z.string(), phone: z.string() });
export const shipping8 = () => prisma.person.findMany({ select: { firstName: true, city: true } });
export interface Shipping9 {
  firstName: string;
  country: string;
}
export const shipping10 = ["lastName", "email"];
export const shipping11 = (one: Pick<Person, "lastName" | "phone">) => `${one.lastName} ${one.phone}`;
