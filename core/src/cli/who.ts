import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";

/** Whom a record names: git's identity, because it stands in the commits too; else the login. */
export function whoAsks(): string {
  return gitIdentity() || loginName();
}

function gitIdentity(): string {
  try {
    const output = execFileSync("git", ["config", "user.email"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.trim();
  } catch {
    return "";
  }
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return "somebody";
  }
}
