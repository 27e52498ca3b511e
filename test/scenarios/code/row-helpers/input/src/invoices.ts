import type { Prisma } from "@prisma/client";
import { buildInvoice, type InvoiceDto } from "./build-invoice";
import { prisma } from "./db";

export function createInvoice(dto: InvoiceDto) {
  return prisma.invoice.create({ data: buildInvoice(dto) });
}

export async function importInvoices(dtos: InvoiceDto[]) {
  const rows: Prisma.InvoiceCreateManyInput[] = [];
  for (const dto of dtos) {
    rows.push({ number: dto.number, customer: dto.customer, amount: dto.amount });
  }
  await prisma.invoice.createMany({ data: rows });
}
