export interface InvoiceDto {
  number: string;
  customer: string;
  amount: number;
}

export function buildInvoice(dto: InvoiceDto) {
  return {
    number: dto.number.padStart(6, "0"),
    customer: dto.customer,
    amount: Math.round(dto.amount * 100),
  };
}
