import type { Invoice } from "@prisma/client";
import type { InvoiceDto } from "./build-invoice";
import { prisma } from "./db";
import { InvoiceMapper } from "./invoice-mapper";

export class InvoiceService {
  constructor(private readonly mapper: InvoiceMapper) {}

  add(dto: InvoiceDto) {
    return prisma.invoice.create({ data: this.mapper.toRow(dto) });
  }

  addAll(dtos: InvoiceDto[]) {
    return prisma.invoice.createMany({ data: dtos.map((dto) => this.mapper.toRow(dto)) });
  }

  copy(invoice: Invoice) {
    return prisma.invoice.create({ data: InvoiceMapper.copyOf(invoice) });
  }

  async refund(dto: InvoiceDto) {
    return prisma.invoice.create({ data: await this.refundOf(dto) });
  }

  addDraft(dto: InvoiceDto) {
    return prisma.invoice.create({ data: this.mapper.toDraft(dto) });
  }

  draftsOf(dtos: InvoiceDto[]) {
    return dtos.map(this.mapper.toDraft);
  }

  private async refundOf({ number, customer, amount }: InvoiceDto) {
    return { number: `R${number}`, customer, amount: -amount };
  }
}
