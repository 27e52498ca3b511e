import { Account } from "./account.entity";
import { dataSource } from "./data-source";

interface Reply {
  json(body: unknown): void;
}

export async function listAccounts(_request: unknown, reply: Reply): Promise<void> {
  reply.json(await dataSource.getRepository(Account).find());
}

export async function countAccounts(_request: unknown, reply: Reply): Promise<void> {
  const accounts = await dataSource.getRepository(Account).find();
  reply.json({ total: accounts.length });
}
