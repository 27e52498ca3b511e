import type { Employee } from "@prisma/client";

export type PublicEmployee = Omit<Employee, "salary">;
export type EmployeeRef = Pick<Employee, "id" | "name">;
export type EmployeeCard = Pick<Employee, "id" | "email" | "name" | "desk">;
