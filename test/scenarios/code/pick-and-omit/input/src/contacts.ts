import type { Employee } from "@prisma/client";
import { prisma } from "./db";

type ContactKey = "id" | "email" | "desk";
export type Contact = Pick<Employee, ContactKey>;

export async function contacts(): Promise<Contact[]> {
  return prisma.employee.findMany({ select: { id: true, email: true, desk: true }, orderBy: { name: "asc" } });
}

export const contactLine = ({ id, email, desk }: Contact) => ({ id, address: email, desk });

export async function directory() {
  const rows = await prisma.employee.findMany({ select: { id: true, name: true, desk: true } });
  return rows.map((row) => ({ key: row.id, name: row.name, desk: row.desk }));
}

export function seat(employee: Employee): Pick<Employee, "name" | "desk"> {
  const { name, desk } = employee;
  return { name, desk };
}
