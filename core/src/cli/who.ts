import { userInfo } from "node:os";
import { gitOrNothing } from "../base/files/git.js";

/** Whom a record names: git's identity, because it stands in the commits too; else the login. */
export function whoAsks(): string {
  return gitOrNothing(process.cwd(), ["config", "user.email"]) ?? loginName();
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "somebody";
  }
}
