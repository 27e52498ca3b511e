import type { Repository } from "typeorm";
import type { Account } from "./account.entity";

export class AccountsService {
  constructor(private readonly accounts: Repository<Account>) {}

  findOne(id: number): Promise<Account | null> {
    return this.accounts.findOneBy({ id });
  }

  async owners(): Promise<string[]> {
    const accounts = await this.accounts.find({ select: { owner: true, iban: true } });
    return accounts.map(({ owner }) => owner);
  }
}
