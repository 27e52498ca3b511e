import { AccountResponse, presentAccount, signUp } from "./accounts";

export async function register(email: string) {
  const account = await signUp(email);
  return AccountResponse.parse(presentAccount(account));
}
