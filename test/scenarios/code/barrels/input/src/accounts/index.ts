export * from "./account.presenter";
export { AccountResponse } from "./account.schema";
export { signUp } from "./account.service";
