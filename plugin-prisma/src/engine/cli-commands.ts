/** `schema-engine cli <command>`: the commands that the Prisma CLI runs without an RPC server. */
import type { DatasourceUrls } from "./arguments.js";
import { EngineError } from "./backend.js";

/**
 * Runs the command and reports on stderr as the native engine does: JSON lines, of which the CLI skips the first.
 * @returns the exit code
 */
export async function runCliCommand(command: string, { url }: DatasourceUrls, cwd: string): Promise<number> {
  log("INFO", "schema_engine", { message: "Starting schema engine CLI" });
  try {
    log("INFO", "schema_engine::commands", { message: await run(command, url, cwd) });
    return 0;
  } catch (error) {
    const { code, message } = error instanceof EngineError ? error : { code: undefined, message: String(error) };
    log("ERROR", "schema_engine::logger", { is_panic: false, error_code: code ?? "", message });
    return 1;
  }
}

async function run(command: string, url: string | undefined, cwd: string): Promise<string> {
  const { checkConnection, createDatabase, dropDatabase } = await import("./manage-database.js");
  switch (command) {
    case "can-connect-to-database":
      await checkConnection(url, cwd);
      return "Connection successful";
    case "create-database":
      return `Database '${await createDatabase(url, cwd)}' was successfully created.`;
    case "drop-database":
      await dropDatabase(url, cwd);
      return "The database was successfully dropped.";
    default:
      throw new EngineError(undefined, `The schema engine has no command "${command}"`);
  }
}

function log(level: "INFO" | "ERROR", target: string, fields: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target })}\n`);
}
