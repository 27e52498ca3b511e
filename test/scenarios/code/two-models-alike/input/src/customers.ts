import type { Customer } from "@prisma/client";
import { prisma } from "./db";

export const customerJson = (customer: Customer) => ({
  id: customer.id,
  name: customer.name,
  email: customer.email,
  address: customer.address,
});

export const addCustomer = (name: string, email: string, address: string) =>
  prisma.customer.create({ data: { name, email, address } });

export const listCustomers = () =>
  prisma.customer.findMany({ select: { id: true, name: true, email: true, address: true } });
