import type { Person } from "@prisma/client";
import { z } from "zod";
import { prisma } from "../db";

export const support1 = (one: Pick<Person, "email" | "city">) => `${one.email} ${one.city}`;
export const support2 = (person: Person) => ({ email: person.email, country: person.country });
export const support3 = z.object({ phone: z.string(), city: z.string() });
export const support4 = () => prisma.person.findMany({ select: { phone: true, country: true } });
export interface Support5 {
  city: string;
  country: string;
}
export const support6 = ["firstName", "lastName"];
export const support7 = (one: Pick<Person, "firstName" | "email">) => `${one.firstName} ${one.email}`;
export const support8 = (person: Person) => ({ firstName: person.firstName, phone: person.phone });
export const support9 = z.object({ firstName: z.string(), city: z.string() });
export const support10 = () => prisma.person.findMany({ select: { firstName: true, country: true } });
export interface Support11 {
  lastName: string;
  email: string;
}
