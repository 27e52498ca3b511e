import type { Employee } from "@prisma/client";
import { prisma } from "./db";
import type { EmployeeRef, PublicEmployee } from "./types";

export function withoutSalary({ salary, ...rest }: Employee): PublicEmployee {
  return rest;
}

export const reference = (employee: Employee): EmployeeRef => ({ id: employee.id, name: employee.name });

export const card = (employee: Employee) => ({
  id: employee.id,
  email: employee.email,
  name: employee.name,
  desk: employee.desk,
});

export async function hire(email: string, name: string) {
  const employee = await prisma.employee.create({ data: { email, name, salary: 0, desk: "none" } });
  return withoutSalary(employee);
}
