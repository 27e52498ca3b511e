import type { Supplier } from "@prisma/client";
import { prisma } from "./db";

export interface SupplierJson {
  id: number;
  name: string;
  email: string;
  address: string;
}

export const supplierJson = (supplier: Supplier): SupplierJson => ({
  id: supplier.id,
  name: supplier.name,
  email: supplier.email,
  address: supplier.address,
});

export const addSupplier = (name: string, email: string, address: string) =>
  prisma.supplier.create({ data: { name, email, address } });

export const listSuppliers = () =>
  prisma.supplier.findMany({ select: { id: true, name: true, email: true, address: true } });

export const supplierFixture: Supplier = { id: 1, name: "Acme", email: "sales@acme.com", address: "Main St" };
