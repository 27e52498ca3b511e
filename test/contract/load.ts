import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Build } from "./build.js";
import type { User } from "./rows.js";

/** The column that the plan adds, and its value in every row, as the fill says. */
export interface Expected {
  readonly column: string;
  valueIn(user: User): string;
  /** It follows `email`: people move, too. The application is one after `addMove`. */
  readonly isMirror?: true;
}

/**
 * People who create, read and rename users, through builds that serve side by side. Knows what every row must look like, and keeps
 * whatever went wrong.
 */
export class Load {
  /** Rows by id, as the last answer to a write left them. */
  readonly rows: Map<number, User>;
  /** Requests that failed, and answers that were wrong. */
  readonly failures: string[] = [];
  requests = 0;
  readonly #expected: Expected;
  /** Rows from before, each renamed by one person only. */
  readonly #old: readonly number[];
  #created = 0;

  constructor(rows: readonly User[], renamed: readonly number[], expected: Expected) {
    this.rows = new Map(rows.map((row) => [row.id, row]));
    this.#old = renamed;
    this.#expected = expected;
  }

  /** The builds serve while something is done, and ten rounds at least. @returns what was done */
  async during<T>(builds: readonly Build[], work: () => Promise<T>): Promise<T> {
    let isDone = false;
    const done = work().finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    await Promise.all(
      builds.map(async (build, index) => {
        for (let round = 0; round < 10 || !isDone; round++) {
          await this.#round(build, this.#old.filter((_, at) => at % builds.length === index)[round % 4]);
          await sleep(25);
        }
      }),
    );
    return done;
  }

  async #round(build: Build, oldRow: number | undefined): Promise<void> {
    const number = ++this.#created;
    const created = await this.#request(build, {
      do: "create",
      email: `New.${number}@Example.com`,
      name: `New ${number}`,
    });
    if (created !== undefined) {
      if (created.email !== `New.${number}@Example.com` || created.name !== `New ${number}`)
        this.failures.push(`${build.name}: created ${JSON.stringify(created)} for ${number}`);
      this.#remember(created);
    }
    for (const id of [created?.id, oldRow]) {
      if (id === undefined) continue;
      if (this.#expected.isMirror) {
        const email = `Moved.${number}.${id}@Example.com`;
        const moved = await this.#request(build, { do: "move", id, email });
        if (moved !== undefined) this.#remember({ ...this.rows.get(id)!, email });
      }
      const renamed = await this.#request(build, { do: "rename", id, name: `Name ${number} of ${id}` });
      const row = this.rows.get(id);
      if (renamed !== undefined && row !== undefined) this.#remember({ ...row, name: `Name ${number} of ${id}` });
      const read = await this.#request(build, { do: "read", id });
      const { email, name } = this.rows.get(id)!;
      if (read !== undefined && (read.email !== email || read.name !== name))
        this.failures.push(`${build.name}: read ${JSON.stringify(read)}, which should be ${email}, ${name}`);
    }
  }

  /** An answer that shows the column shows its value: no reader ever sees a row that is not filled. */
  async #request(build: Build, request: Parameters<Build["request"]>[0]): Promise<Answer | undefined> {
    this.requests += 1;
    try {
      const answer = await build.request(request);
      const { column, valueIn } = this.#expected;
      if (column in answer && answer[column] !== valueIn(answer))
        this.failures.push(`${build.name}: ${request.do} shows ${JSON.stringify(answer)}`);
      return answer;
    } catch (error) {
      this.failures.push(`${build.name}: ${request.do}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #remember({ id, email, name }: User): void {
    this.rows.set(id, { id, email, name });
  }
}
