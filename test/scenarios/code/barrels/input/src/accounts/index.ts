export * from "./account.presenter";
export { AccountResponse } from "./account.schema";
export { createAccount, signUp } from "./account.service";
