import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from "@nestjs/common";
import type { HttpAdapterHost } from "@nestjs/core";
import { EntityNotFoundError, QueryFailedError } from "typeorm";

interface ErrorAnswer {
  readonly status: number;
  readonly body: object;
}

/** Every error is answered as `{ "error": "…" }`; those that are ours are logged. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, body } = describeError(error);
    if (status >= 500) this.logger.error(error instanceof Error ? error.message : error);
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), body, status);
  }
}

function describeError(error: unknown): ErrorAnswer {
  if (error instanceof HttpException) {
    const answer = error.getResponse();
    const isOurs = typeof answer === "object" && "issues" in answer;
    return { status: error.getStatus(), body: isOurs ? answer : { error: error.message } };
  }
  if (error instanceof EntityNotFoundError) return { status: 404, body: { error: "Not found" } };
  if (error instanceof QueryFailedError) {
    const { code, table } = error.driverError as { code?: string; table?: string };
    if (code === "23505") return { status: 409, body: { error: `${nameOf(table)} already exists` } };
  }
  return { status: 500, body: { error: "Internal server error" } };
}

/** `users` → `User` */
function nameOf(table = "records"): string {
  return `${table.charAt(0).toUpperCase()}${table.slice(1).replace(/s$/, "")}`;
}
