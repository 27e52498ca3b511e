import type { Invoice } from "@prisma/client";
import type { InvoiceDto } from "./build-invoice";

export class InvoiceMapper {
  toRow(dto: InvoiceDto) {
    return { number: dto.number, customer: dto.customer, amount: dto.amount };
  }

  // Handed on as well: others may meet what it builds.
  toDraft(dto: InvoiceDto) {
    return { number: dto.number, customer: dto.customer, amount: 0 };
  }

  static copyOf(invoice: Invoice) {
    return { number: `${invoice.number}-copy`, customer: invoice.customer, amount: invoice.amount };
  }
}
