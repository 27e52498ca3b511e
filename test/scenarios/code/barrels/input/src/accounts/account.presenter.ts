import type { Account } from "../db";

export const presentAccount = ({ id, name, email, phone }: Account) => ({ id, name, email, phone });
