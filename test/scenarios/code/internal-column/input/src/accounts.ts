import { z } from "zod";
import type { Account } from "./account.entity";
import { Account as Entity } from "./account.entity";
import type { AccountDto } from "./account.dto";
import { dataSource } from "./data-source";

export const accountResponse = z.object({ id: z.number(), owner: z.string(), iban: z.string(), balance: z.number() });

export const toDto = (account: Account): AccountDto => ({
  id: account.id,
  owner: account.owner,
  iban: account.iban,
  balance: account.balance,
});

export async function open(owner: string, iban: string): Promise<AccountDto> {
  const accounts = dataSource.getRepository(Entity);
  return toDto(await accounts.save({ owner, iban, balance: 0 }));
}
