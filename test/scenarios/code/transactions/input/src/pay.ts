import type { Prisma } from "@prisma/client";
import { type Context, prisma } from "./context";

export async function pay(amount: number, reference: string, payer: string) {
  return prisma.$transaction(async (tx) => {
    const payment = await tx.payment.create({ data: { amount, reference, payer } });
    await tx.ledger.create({ data: { amount: -amount, reference, payer } });
    return payment;
  });
}

export async function refund(ctx: Context, reference: string, amount: number) {
  const [payment] = await ctx.prisma.$transaction([
    ctx.prisma.payment.create({ data: { amount: -amount, reference, payer: ctx.user } }),
    ctx.prisma.ledger.create({ data: { amount, reference, payer: ctx.user } }),
  ]);
  return payment;
}

export async function split(tx: Prisma.TransactionClient, reference: string, payers: string[]) {
  for (const payer of payers) {
    await tx.payment.create({ data: { amount: 1, reference, payer } });
  }
}
