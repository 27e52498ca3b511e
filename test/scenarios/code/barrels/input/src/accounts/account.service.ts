import { type Account, type Prisma, prisma } from "../db";

export function createAccount(data: Prisma.AccountCreateInput): Promise<Account> {
  return prisma.account.create({ data });
}

export function signUp(email: string) {
  return createAccount({ name: email, email, phone: "" });
}
