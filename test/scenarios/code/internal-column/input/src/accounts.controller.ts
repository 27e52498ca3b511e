import { Controller, Get, Param } from "@nestjs/common";
import { z } from "zod";
import type { Account } from "./account.entity";
import { AccountsService } from "./accounts.service";

const exported = z.strictObject({ id: z.number(), owner: z.string(), iban: z.string(), balance: z.number() });

@Controller("accounts")
export class AccountsController {
  constructor(private readonly accounts: AccountsService) {}

  @Get("owners")
  owners(): Promise<string[]> {
    return this.accounts.owners();
  }

  @Get(":id")
  one(@Param("id") id: number): Promise<Account | null> {
    return this.accounts.findOne(id);
  }

  @Get(":id/export")
  async export(@Param("id") id: number): Promise<z.infer<typeof exported>> {
    const account = await this.accounts.findOne(id);
    return exported.parse(account);
  }
}
