import { AccountResponse, createAccount, presentAccount, signUp } from "./accounts";

export async function register(email: string) {
  const account = await signUp(email);
  return AccountResponse.parse(presentAccount(account));
}

export async function seed() {
  await createAccount({ name: "root", email: "root@example.com", phone: "" });
}
